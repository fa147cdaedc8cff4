import { type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desk, registerAPatient } from './a-patient.js'
import { patient } from './index.js'

const find = `query (
  $search: String, $identifier: IdentifierInput, $includeArchived: Boolean, $first: Int, $after: String
) {
  patients(search: $search, identifier: $identifier, includeArchived: $includeArchived, first: $first, after: $after) {
    totalCount
    edges { cursor node { name archivedAt identifiers { value } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

interface Found {
  totalCount: number
  edges: { cursor: string; node: { name: string; archivedAt: string | null; identifiers: { value: string }[] } }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }
}

const eva = { name: "Éva O'Brien-Łuk", email: 'E.Luk@example.com', phone: '(415) 555-0123', dateOfBirth: '1985-12-10' }
const patients = [
  eva,
  { name: 'Maria Garcia', dateOfBirth: '1985-01-31', phone: '+49 30 901820' },
  { name: 'María Marín', dateOfBirth: '2001-02-28', email: 'mm@example.org' },
  { name: 'Mark Gartner', dateOfBirth: '1990-06-15', identifiers: [{ system: 'mrn', value: '41' }] },
  { name: 'ann Zuse', dateOfBirth: '1990-06-16', identifiers: [{ system: 'other', value: '41' }] },
]

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(patient)
  for (const each of patients) await registerAPatient(clinic, each)
  const gone = { name: 'Maria Gone', dateOfBirth: '1940-01-01', identifiers: [{ system: 'mrn', value: 'gone' }] }
  const id = await registerAPatient(clinic, gone)
  await clinic.ask('mutation ($id: ID!) { archivePatient(id: $id, reason: "died") { id } }', { id }, desk)
})
afterAll(() => clinic.stop())

async function findAll(variables: object): Promise<Found> {
  const { data, errors } = await clinic.ask(find, { ...variables }, desk)
  expect(errors).toBeUndefined()
  return data?.['patients'] as unknown as Found
}
const namesOf = ({ edges }: Found) => edges.map(({ node }) => node.name)

describe('patients', () => {
  it('are listed by name without regard to case and accents, the archived ones where they are asked for', async () => {
    const names = ['ann Zuse', "Éva O'Brien-Łuk", 'Maria Garcia', 'María Marín', 'Mark Gartner']
    const found = await findAll({})
    expect(namesOf(found)).toEqual(names)
    expect(found.totalCount).toBe(5)
    const all = await findAll({ includeArchived: true })
    expect(namesOf(all)).toEqual([...names.slice(0, 3), 'Maria Gone', ...names.slice(3)])
    expect(all.totalCount).toBe(6)
  })

  it.each([
    // names
    ['éva', ['éva']],
    ['EVA', ['éva']],
    ['ev', ['éva']],
    ["o'br", ['éva']],
    ['obrien', ['éva']],
    ['brien', ['éva']],
    ['luk', ['éva']],
    ['łuk', ['éva']],
    ['va', []],
    ['mar', ['garcia', 'marín', 'mark']],
    ['MARÍA', ['garcia', 'marín']],
    // several words, in any order, each of them the beginning of one
    ['ma g', ['garcia', 'mark']],
    ['gar mar', ['garcia', 'mark']],
    ['mari gar', ['garcia']],
    ['mar mar', ['garcia', 'marín', 'mark']],
    ['maria nobody', []],
    ['brien 1985', ['éva']],
    // e-mail
    ['e.luk@example.com', ['éva']],
    ['E.LUK@EX', ['éva']],
    ['mm@', ['marín']],
    ['example.com', []],
    // phone, as it is kept and as people say it
    ['+14155550123', ['éva']],
    ['4155550123', ['éva']],
    ['(415) 555-0123', ['éva']],
    ['+1 415.555.01', ['éva']],
    ['415 555', ['éva']],
    ['030 901820', ['garcia']],
    ['+49 (30) 90', ['garcia']],
    ['30901820', ['garcia']],
    ['5550123', []],
    ['luk (415) 555', ['éva']],
    // birth date
    ['1985-12-10', ['éva']],
    ['1985-12', ['éva']],
    ['1985', ['éva', 'garcia']],
    ['19900615', ['mark']],
    // the archived
    ['gone', []],
  ])('are found by %j', async (search, expected) => {
    const found = await findAll({ search })
    const names = namesOf(found).map((name) => name.toLowerCase())
    expect(names).toHaveLength(expected.length)
    for (const part of expected) expect(names.some((name) => name.includes(part))).toBe(true)
    expect(found.totalCount).toBe(expected.length)
  })

  it('are found by an identifier of that system, which each of a page answers in its own place', async () => {
    const found = await findAll({ identifier: { system: 'mrn', value: '41' } })
    expect(found.edges.map(({ node }) => node)).toEqual([
      { name: 'Mark Gartner', archivedAt: null, identifiers: [{ value: '41' }] },
    ])
    expect(namesOf(await findAll({ identifier: { system: 'mrn', value: '4' } }))).toEqual([])
    expect(namesOf(await findAll({ identifier: { system: 'mrn', value: '41' }, search: 'ann' }))).toEqual([])
    const gone = { identifier: { system: 'mrn', value: 'gone' } }
    expect(namesOf(await findAll(gone))).toEqual([])
    expect(namesOf(await findAll({ ...gone, includeArchived: true }))).toEqual(['Maria Gone'])
  })

  it('are found by what they are called now, and no more by what they were called', async () => {
    const id = await registerAPatient(clinic, {
      name: 'Quentin Quast',
      email: 'q1@example.com',
      phone: '+1 212 555 0100',
    })
    const update = 'mutation ($input: UpdatePatientInput!) { updatePatient(input: $input) { id } }'
    await clinic.ask(update, { input: { id, name: 'Quirin Quast', email: 'q2@example.com', phone: null } }, desk)
    for (const search of ['quirin', 'quast', 'q2@', 'quirin quast'])
      expect((await findAll({ search })).totalCount).toBe(1)
    for (const search of ['quentin', 'q1@', '212555', 'quast quentin', 'quast q1@'])
      expect((await findAll({ search })).totalCount).toBe(0)
    await clinic.ask('mutation ($id: ID!) { archivePatient(id: $id, reason: "moved") { id } }', { id }, desk)
  })

  it('are found by several words also where the words of a name are too long to be kept together', async () => {
    // One letter of this name is fifteen to whoever searches.
    const names = Array.from({ length: 36 }, (_, index) => `ﷺﷺ${index}`)
    const id = await registerAPatient(clinic, { name: names.join(' '), email: 'long@example.com' })
    expect((await findAll({ search: 'ﷺﷺ35 long@' })).totalCount).toBe(1)
    expect((await findAll({ search: 'ﷺﷺ3 ﷺﷺ1' })).edges).toHaveLength(1)
    expect((await findAll({ search: 'ﷺﷺ35 short@' })).totalCount).toBe(0)
    await clinic.ask('mutation ($id: ID!) { archivePatient(id: $id, reason: "moved") { id } }', { id }, desk)
  })

  it.each([1, 2, 3])('come in pages of %i without gaps and repeats, in a list and in a search', async (first) => {
    for (const search of [null, 'ma', '19', 'a', 'ma 19']) {
      const all = await findAll({ search })
      const paged: string[] = []
      let page: Found | undefined
      do {
        const after = page?.pageInfo.endCursor
        page = await findAll({ search, first, after })
        expect(page.totalCount).toBe(all.totalCount)
        expect(page.pageInfo).toMatchObject({
          hasPreviousPage: after !== undefined,
          startCursor: page.edges[0]?.cursor,
          endCursor: page.edges.at(-1)?.cursor,
        })
        paged.push(...namesOf(page))
      } while (page.pageInfo.hasNextPage)
      expect(paged).toEqual(namesOf(all))
    }
  })

  it('of the same name stand in a stable order, also where some come in between two pages', async () => {
    const twins = await Promise.all(Array.from({ length: 5 }, () => registerAPatient(clinic, { name: 'Yan Yilmaz' })))
    const seen: string[] = []
    let after: string | null = null
    for (let page = 0; page < 5; page++) {
      const { data } = await clinic.ask(
        'query ($after: String) { patients(search: "yilmaz", first: 1, after: $after) { edges { node { id } } pageInfo { endCursor } } }',
        { after },
        desk,
      )
      const found = data?.['patients'] as unknown as {
        edges: { node: { id: string } }[]
        pageInfo: { endCursor: string }
      }
      seen.push(...found.edges.map(({ node }) => node.id))
      after = found.pageInfo.endCursor
      await registerAPatient(clinic, { name: 'Yan Yildiz' })
    }
    expect(seen).toEqual([...twins].sort())
  })

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ search: 'x'.repeat(201) }, 'search'],
    [{ search: 'a b c d e f g' }, 'search'],
    [{ after: '' }, 'after'],
    [{ after: 'garbled' }, 'after'],
    [{ after: cursor('patients', 'ada') }, 'after'],
    [{ after: cursor('patients', 'ada', 'no id') }, 'after'],
    [{ after: cursor('patients', 7, '019541c8-7c00-7000-8000-000000000000') }, 'after'],
    [{ after: cursor('patients', 'a\0', '019541c8-7c00-7000-8000-000000000000') }, 'after'],
    [{ after: cursor('doctors', 'ada', '019541c8-7c00-7000-8000-000000000000') }, 'after'],
  ])('refuse %j with the path of the field', async (wrong, field) => {
    const { errors } = await clinic.ask(find, wrong, desk)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('refuse the cursor of another search, and that of the list', async () => {
    for (const search of ['mar', null]) {
      const { pageInfo } = await findAll({ search, first: 1 })
      const { errors } = await clinic.ask(find, { search: 'ma', after: pageInfo.endCursor }, desk)
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'after' } })
    }
  })

  it('answer 1 and 100 on a page', async () => {
    expect(namesOf(await findAll({ first: 1 }))).toHaveLength(1)
    expect((await findAll({ first: 100 })).pageInfo.hasNextPage).toBe(false)
  })
})

function cursor(...parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}
