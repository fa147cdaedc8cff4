import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, meanwhile, type SignedIn, startAuth } from './start-auth.js'

const setRoles = 'mutation ($id: ID!, $roles: [Role!]!) { setUserRoles(id: $id, roles: $roles) { roles } }'
const disable = 'mutation ($id: ID!) { disableUser(id: $id) { disabledAt } }'
const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }'

let house: AuthUnderTest
let admin: SignedIn
beforeEach(async () => {
  house = await startAuth()
  admin = await house.anAdministrator()
})
afterEach(() => house.stop())

async function aSecond(): Promise<SignedIn> {
  const input = { name: 'Second', email: 'second@example.com', password: goodPassword, roles: ['ADMIN'] }
  expect(await house.refusals(create, { input }, admin.actor)).toEqual([])
  return house.signIn(input.email)
}

describe('the last administrator', () => {
  it('neither loses the role nor is disabled', async () => {
    const demoted = await house.ask(setRoles, { id: admin.id, roles: ['DOCTOR'] }, admin.actor)
    expect(demoted.errors?.[0]).toMatchObject({
      message: 'This is the last administrator: make somebody else one first.',
      extensions: { code: 'BAD_USER_INPUT', params: { field: 'roles' } },
    })
    const disabled = await house.ask(disable, { id: admin.id }, admin.actor)
    expect(disabled.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'id' } })
    expect(await house.refusals(setRoles, { id: admin.id, roles: ['ADMIN', 'DOCTOR'] }, admin.actor)).toEqual([])
  })

  it('is not the last where there is another who can sign in', async () => {
    const second = await aSecond()
    expect(await house.refusals(disable, { id: second.id }, admin.actor)).toEqual([])
    expect(await house.refusals(setRoles, { id: admin.id, roles: ['DOCTOR'] }, admin.actor)).toEqual(['BAD_USER_INPUT'])
  })

  it('stays when two take the role from each other at once', async () => {
    const second = await aSecond()
    const results = await meanwhile(house.database, 'SELECT FROM users FOR UPDATE', [
      () => house.refusals(setRoles, { id: second.id, roles: ['DOCTOR'] }, admin.actor),
      () => house.refusals(disable, { id: admin.id }, second.actor),
    ])
    const refusals = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [result.reason]))
    expect(refusals).toEqual(['BAD_USER_INPUT'])
    const administrators = await house.database.query(
      `SELECT id FROM users WHERE 'ADMIN' = ANY (roles) AND disabled_at IS NULL`,
    )
    expect(administrators).toHaveLength(1)
  })
})
