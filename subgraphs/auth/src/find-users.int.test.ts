import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, type SignedIn, startAuth } from './start-auth.js'

const users = `query ($search: String, $role: Role, $first: Int, $after: String) {
  users(search: $search, role: $role, first: $first, after: $after) {
    totalCount edges { cursor node { name } } pageInfo { hasNextPage endCursor }
  }
}`

let house: AuthUnderTest
let admin: SignedIn
beforeAll(async () => {
  house = await startAuth()
  admin = await house.anAdministrator()
  const people: [string, string, string[]][] = [
    ['Éva Łukasz', 'eva@example.com', ['DOCTOR']],
    ['Grace Hopper', 'amazing.grace@example.org', ['BILLING']],
    ["Anna O'Brien-Lund", 'anna@example.com', ['DOCTOR', 'PATIENT']],
  ]
  for (const [name, email, roles] of people) {
    const input = { name, email, roles, password: goodPassword }
    const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }'
    expect(await house.refusals(create, { input }, admin.actor)).toEqual([])
  }
})
afterAll(() => house.stop())

interface Found {
  totalCount: number
  edges: { cursor: string; node: { name: string } }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
const found = async (variables: Record<string, unknown>, by = admin): Promise<Found> =>
  (await house.ask(users, variables, by.actor)).data?.['users'] as unknown as Found
const names = ({ edges }: Found) => edges.map(({ node }) => node.name)

describe('users', () => {
  it('are in the order of their names, page by page', async () => {
    const all = ['Administrator', "Anna O'Brien-Lund", 'Éva Łukasz', 'Grace Hopper']
    const first = await found({ first: 3 })
    expect(names(first)).toEqual(all.slice(0, 3))
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } })
    const second = await found({ first: 3, after: first.pageInfo.endCursor })
    expect(names(second)).toEqual(all.slice(3))
    expect(second.pageInfo.hasNextPage).toBe(false)
  })

  it.each([
    ['eva', ['Éva Łukasz']],
    ['LUK', ['Éva Łukasz']],
    ['obrien', ["Anna O'Brien-Lund"]],
    ['lund ann', ["Anna O'Brien-Lund"]],
    ['amazing.gr', ['Grace Hopper']],
    ['example', []],
    ['%', ['Administrator', "Anna O'Brien-Lund", 'Éva Łukasz', 'Grace Hopper']],
  ])('are found by the beginnings of name and e-mail, without case and accents: %s', async (search, expected) => {
    expect(names(await found({ search }))).toEqual(expected)
  })

  it('are found by their role', async () => {
    expect(names(await found({ role: 'DOCTOR' }))).toEqual(["Anna O'Brien-Lund", 'Éva Łukasz'])
    expect(names(await found({ role: 'DOCTOR', search: 'ev' }))).toEqual(['Éva Łukasz'])
  })

  it('are himself alone to whoever is no administrator, whatever he looks for', async () => {
    const ada = await house.aUser({ name: 'Zoe Last' })
    expect(await found({}, ada)).toMatchObject({ totalCount: 1, edges: [{ node: { name: 'Zoe Last' } }] })
    expect(names(await found({ search: 'eva' }, ada))).toEqual([])
  })

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'garbled' }, 'after'],
    [{ search: 'x'.repeat(201) }, 'search'],
  ])('refuse %j', async (variables, field) => {
    const { errors } = await house.ask(users, variables, admin.actor)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field } })
  })
})
