import { badInput } from '@caregraph/refusals'
import type { Migration } from './migration.js'
import { prepared } from './prepared.js'
import type { Transaction } from './transaction.js'

const longestTerm = 64
const longestSortName = 255
const longestSearch = 200
const mostPrefixes = 6

/** An entry of PostgreSQL's B-tree has at most 2,704 bytes, the term and the id among them. */
const mostBytesOfAllTerms = 2_000

/** What the records of a subgraph are found by. */
const searchTerms: Migration = {
  name: 'SearchTerms1760000000004',
  postgres: [
    // "C" compares bytes: that is what makes a prefix a range of the index.
    `CREATE TABLE search_terms (
      term text COLLATE "C" NOT NULL,
      record_id uuid NOT NULL,
      PRIMARY KEY (term, record_id)
    )`,
    'CREATE INDEX search_terms_record ON search_terms (record_id, term)',
  ],
  mysql: [
    // This collation compares code points, whose order is that of the bytes. The primary key holds the whole row.
    `CREATE TABLE search_terms (
      term varchar(${longestTerm}) NOT NULL,
      record_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      all_terms varchar(${mostBytesOfAllTerms}),
      PRIMARY KEY (term, record_id),
      KEY search_terms_record (record_id, term)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}

/**
 * All terms of a record beside each of them, a space before each: so a search of several words reads one range of one
 * index. Where they are too long for it there are none, and the record's other entries are asked one by one.
 */
const allTerms: Migration = {
  name: 'AllTerms1760000000005',
  postgres: [
    'ALTER TABLE search_terms ADD COLUMN all_terms text COLLATE "C"',
    `UPDATE search_terms AS one SET all_terms = of_record.all_terms
     FROM (SELECT record_id, string_agg(' ' || term, '') AS all_terms FROM search_terms GROUP BY record_id) AS of_record
     WHERE of_record.record_id = one.record_id AND octet_length(of_record.all_terms) <= ${mostBytesOfAllTerms}`,
    `ALTER TABLE search_terms DROP CONSTRAINT search_terms_pkey,
       ADD PRIMARY KEY (term, record_id) INCLUDE (all_terms)`,
  ],
  mysql: [],
}

/** A subgraph that is searched has these among its migrations. */
export const searchTables: readonly Migration[] = [searchTerms, allTerms]

/** Letters that Unicode does not take apart, as PostgreSQL's `unaccent` and people without them on a keyboard write them. */
const plainLetters: Readonly<Record<string, string>> = {
  æ: 'ae',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ς: 'σ',
}

/** Only letters and digits, without case and accents: `Éva O'Brien-Łuk` becomes `evaobrienluk`. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
    .replace(/[æđðħıłøœßþς]/g, (letter) => plainLetters[letter] ?? letter)
}

/** What a list of people is ordered by: the words of the name, plain, as in a card index; so much as an index holds. */
export function sortNameOf(name: string): string {
  return name.trim().split(/\s+/).map(plain).join(' ').slice(0, longestSortName)
}

/**
 * The beginnings by which a record is found: each word of `words`, also each part of a word that is written with a
 * hyphen or an apostrophe, and each of `whole` as one.
 */
export function searchTermsOf(texts: {
  words: readonly (string | null)[]
  whole?: readonly (string | null)[]
}): string[] {
  const words = texts.words.flatMap((text) => text?.split(/\s+/) ?? [])
  const parts = words.flatMap((word) => word.split(/[^\p{L}\p{N}\p{M}]+/u))
  return terms([...words, ...parts, ...(texts.whole ?? []).map((text) => text ?? '')])
}

/**
 * The prefixes that all have to be found, the longest first. Numbers beside each other are one, such as
 * `(415) 555-0123`. Refuses more than 200 characters, and more than 6 words.
 */
export function prefixesOf(search: string | null | undefined): string[] {
  const text = search?.trim() ?? ''
  if (text.length > longestSearch) throw badInput('search', `This has at most ${longestSearch} characters.`)
  const numbersOrWord = /[\d()+./-]+(?:\s+[\d()+./-]+)*(?!\S)|\S+/g
  const prefixes = terms(text.match(numbersOrWord) ?? [])
  if (prefixes.length > mostPrefixes) throw badInput('search', `This has at most ${mostPrefixes} words.`)
  return prefixes.sort((a, b) => b.length - a.length)
}

function terms(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => plain(text).slice(0, longestTerm)))].filter((term) => term !== '')
}

const termsOfRecord = prepared('SELECT term FROM search_terms WHERE record_id = $1')

/** Replaces what the record is found by. Most changes of a record change none of it. */
export async function writeSearchTerms(tx: Transaction, recordId: string, terms: readonly string[]): Promise<void> {
  const old = (await tx.query<{ term: string }>(termsOfRecord, [recordId])).map(({ term }) => term)
  if (old.length === terms.length && old.every((term) => terms.includes(term))) return
  if (old.length > 0) await tx.query('DELETE FROM search_terms WHERE record_id = $1', [recordId])
  if (terms.length === 0) return
  const together = terms.map((term) => ` ${term}`).join('')
  const rows = terms.map((_, index) => `($1, $2, $${index + 3})`).join()
  await tx.query(`INSERT INTO search_terms (record_id, all_terms, term) VALUES ${rows}`, [
    recordId,
    Buffer.byteLength(together) <= mostBytesOfAllTerms ? together : null,
    ...terms,
  ])
}
