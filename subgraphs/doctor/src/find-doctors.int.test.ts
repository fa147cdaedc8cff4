import { randomUUID } from 'node:crypto'
import { type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addADoctor, administrator } from './a-doctor.js'
import { doctor } from './index.js'

const find = `query (
  $search: String, $specialization: Specialization, $department: String, $available: Boolean, $first: Int, $after: String
) {
  doctors(
    search: $search, specialization: $specialization, department: $department, available: $available, first: $first, after: $after
  ) { totalCount edges { node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } }
}`

interface Found {
  totalCount: number
  edges: { node: { name: string } }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string }
}

let clinic: SubgraphUnderTest
let gone: string
beforeAll(async () => {
  clinic = await startSubgraph(doctor)
  const staff = [
    { name: 'Zoë Adler', specialization: 'CARDIOLOGY', department: 'Herz & Gefäße', hospitalName: 'Klinik Süd' },
    { name: 'åsa Øst', specialization: 'CARDIOLOGY', department: 'HERZ & GEFÄSSE', available: false },
    { name: "Liam O'Brien-Ruiz", specialization: 'GENERAL_PRACTICE', department: 'Herz' },
    { name: 'Adler Cardi', specialization: 'SURGERY', hospitalName: 'Saint Mary' },
  ]
  for (const each of staff) await addADoctor(clinic, each)
  gone = await addADoctor(clinic, { name: 'Adler Gone', identifiers: [{ system: 'npi', value: 'gone' }] })
  await clinic.ask(`mutation { archiveDoctor(id: "${gone}", reason: "retired") { id } }`, {}, administrator)
})
afterAll(() => clinic.stop())

async function findAll(variables: object): Promise<Found> {
  const { data, errors } = await clinic.ask(find, { ...variables })
  expect(errors).toBeUndefined()
  return data?.['doctors'] as unknown as Found
}
const namesOf = ({ edges }: Found) => edges.map(({ node }) => node.name)

describe('doctors', () => {
  it('are listed by name without regard to case and accents, without those who left', async () => {
    const found = await findAll({})
    expect(namesOf(found)).toEqual(['Adler Cardi', 'åsa Øst', "Liam O'Brien-Ruiz", 'Zoë Adler'])
    expect(found.totalCount).toBe(4)
  })

  it.each([
    ['ADL', ['Adler Cardi', 'Zoë Adler']],
    ['zoe adl', ['Zoë Adler']],
    ['ost', ['åsa Øst']],
    ["o'brien", ["Liam O'Brien-Ruiz"]],
    ['ruiz', ["Liam O'Brien-Ruiz"]],
    ['gefä', ['Zoë Adler', 'åsa Øst']],
    ['saint adler', ['Adler Cardi']],
    ['cardi', ['Adler Cardi', 'Zoë Adler', 'åsa Øst']],
    ['practice', ["Liam O'Brien-Ruiz"]],
    ['dler', []],
    ['adler nobody', []],
    ['gone', []],
  ])(
    'are found by %j, the beginning of a word of name, specialization, department or hospital',
    async (search, names) => {
      const found = await findAll({ search })
      expect(namesOf(found).sort()).toEqual([...names].sort())
      expect(found.totalCount).toBe(names.length)
    },
  )

  it.each([
    [{ specialization: 'CARDIOLOGY' }, ['åsa Øst', 'Zoë Adler']],
    [{ specialization: 'UROLOGY' }, []],
    [{ department: ' herz ' }, ["Liam O'Brien-Ruiz"]],
    [{ department: 'HERZ & GEFÄßE' }, ['Zoë Adler']],
    [{ available: true }, ['Adler Cardi', "Liam O'Brien-Ruiz", 'Zoë Adler']],
    [{ available: false }, ['åsa Øst']],
    [{ search: 'adler', specialization: 'SURGERY', available: true }, ['Adler Cardi']],
  ])('are narrowed down by %j', async (filter, names) => {
    expect(namesOf(await findAll(filter))).toEqual(names)
  })

  it.each([{}, { search: 'a' }, { specialization: 'CARDIOLOGY' }])(
    'come in pages without gaps and repeats: %j',
    async (filter) => {
      const all = namesOf(await findAll(filter))
      const paged: string[] = []
      let page: Found | undefined
      do {
        const after = page?.pageInfo.endCursor
        page = await findAll({ ...filter, first: 1, after })
        expect(page.pageInfo.hasPreviousPage).toBe(after !== undefined)
        paged.push(...namesOf(page))
      } while (page.pageInfo.hasNextPage)
      expect(paged).toEqual(all)
      expect(paged.length).toBeGreaterThan(1)
    },
  )

  it('find a new name, department and hospital at once, and the old ones no more', async () => {
    const id = await addADoctor(clinic, { name: 'Quentin Before', department: 'Quarantine' })
    const input = { id, name: 'Quirin After', department: null, hospitalName: 'Quay' }
    await clinic.ask(
      'mutation ($input: UpdateDoctorInput!) { updateDoctor(input: $input) { id } }',
      { input },
      administrator,
    )
    expect(namesOf(await findAll({ search: 'qu' }))).toEqual(['Quirin After'])
    expect(namesOf(await findAll({ search: 'qu af' }))).toEqual(['Quirin After'])
    expect(namesOf(await findAll({ search: 'quen' }))).toEqual([])
    expect(namesOf(await findAll({ search: 'quar' }))).toEqual([])
    await clinic.ask(`mutation { archiveDoctor(id: "${id}", reason: "left") { id } }`, {}, administrator)
  })

  it('find one who left by his id and by an identifier alone', async () => {
    const left = { id: gone, archivedAt: '2027-03-01T08:00:00.000Z', available: false }
    const byId = await clinic.ask(`{ doctor(id: "${gone}") { id archivedAt available } }`)
    expect(byId.data).toEqual({ doctor: left })
    const byIdentifier =
      'query ($value: String!) { doctors(identifier: { system: "npi", value: $value }) { totalCount edges { node { id archivedAt available } } } }'
    expect((await clinic.ask(byIdentifier, { value: 'gone' }, administrator)).data).toEqual({
      doctors: { totalCount: 1, edges: [{ node: left }] },
    })
    expect((await clinic.ask(byIdentifier, { value: 'nobody' }, administrator)).data).toEqual({
      doctors: { totalCount: 0, edges: [] },
    })
  })

  it('are null by an id that is not there', async () => {
    expect(await clinic.ask(`{ doctor(id: "${randomUUID()}") { id } }`)).toEqual({ data: { doctor: null } })
  })

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'garbled' }, 'after'],
    [{ search: 'x'.repeat(201) }, 'search'],
  ])('refuse %j with the path of the field', async (wrong, field) => {
    const { errors } = await clinic.ask(find, wrong)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('refuse the cursor of another search', async () => {
    const { pageInfo } = await findAll({ search: 'adl', first: 1 })
    const { errors } = await clinic.ask(find, { search: 'a', after: pageInfo.endCursor })
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'after' } })
  })
})
