import { type Role, roles } from '@caregraph/access'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, type SignedIn, startAuth } from './start-auth.js'

let house: AuthUnderTest
let admin: SignedIn
const people = new Map<Role, SignedIn>()
beforeAll(async () => {
  house = await startAuth()
  admin = await house.anAdministrator()
  for (const role of roles) people.set(role, await somebody(role))
})
afterAll(() => house.stop())

const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id name roles } }'
const setRoles = 'mutation ($id: ID!, $roles: [Role!]!) { setUserRoles(id: $id, roles: $roles) { roles } }'
const disable = 'mutation ($id: ID!) { disableUser(id: $id) { disabledAt } }'

let made = 0
async function somebody(role: Role): Promise<SignedIn> {
  const input = { name: 'Somebody', email: `person${++made}@example.com`, password: goodPassword, roles: [role] }
  expect(await house.refusals(create, { input }, admin.actor)).toEqual([])
  return house.signIn(input.email)
}

const as = (role: Role): SignedIn => people.get(role) ?? admin
const isAdmin = (role: Role) => role === 'ADMIN'
const everyRole = [...roles]

describe.each(everyRole)('%s', (role) => {
  it('reads himself, and another only as ADMIN, by every way in', async () => {
    const query = `query ($id: ID!, $representations: [_Any!]!) {
      me { id sessions { id } }
      user(id: $id) { id email roles sessions { id } }
      users(search: "person") { totalCount }
      _entities(representations: $representations) { ... on User { id email sessions { id } } }
    }`
    const other = await house.aUser()
    const self = as(role)
    const references = [self, other].map(({ id }) => ({ __typename: 'User', id }))
    const { data, errors } = await house.ask(query, { id: other.id, representations: references }, self.actor)
    expect(errors).toBeUndefined()
    expect(data?.['me']).toMatchObject({ id: self.id })
    expect(data?.['user']).toEqual(isAdmin(role) ? expect.objectContaining({ email: other.email }) : null)
    expect(data?.['users']).toEqual({ totalCount: isAdmin(role) ? people.size : 1 })
    expect(data?.['_entities']).toEqual([
      expect.objectContaining({ id: self.id }),
      isAdmin(role) ? expect.objectContaining({ email: other.email }) : null,
    ])
    if (!isAdmin(role)) expect(JSON.stringify(data)).not.toContain(other.email)
  })

  it('creates, changes and disables users only as ADMIN', async () => {
    const other = await house.aUser()
    const input = { name: 'New', email: `by-${role}@example.com`, password: goodPassword, roles: ['PATIENT'] }
    const allowed = isAdmin(role) ? [] : ['FORBIDDEN']
    const { actor } = as(role)
    expect(await house.refusals(create, { input }, actor)).toEqual(allowed)
    expect(await house.refusals(setRoles, { id: other.id, roles: ['BILLING'] }, actor)).toEqual(allowed)
    expect(await house.refusals(disable, { id: other.id }, actor)).toEqual(allowed)
  })

  it("ends his own sessions, and another's only as ADMIN", async () => {
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) }'
    const self = as(role)
    const elsewhere = await house.signIn(self.email)
    const other = await house.aUser()
    expect(await house.refusals(revoke, { id: elsewhere.actor.sessionId }, self.actor)).toEqual([])
    expect(await house.refusals(revoke, { id: other.actor.sessionId }, self.actor)).toEqual(
      isAdmin(role) ? [] : ['NOT_FOUND'],
    )
  })

  it('changes his password and signs out', async () => {
    const self = await somebody(role)
    const change = `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another lantern 8") }`
    expect(await house.refusals(change, {}, self.actor)).toEqual([])
    expect(await house.refusals('mutation { logout }', {}, self.actor)).toEqual([])
  })
})

describe('whoever is not signed in', () => {
  const id = '00000000-0000-7000-8000-000000000000'
  const input = { name: 'New', email: 'new@example.com', password: goodPassword, roles: ['ADMIN'] }
  it.each([
    ['{ user(id: $id) { id } }'],
    ['{ users { totalCount } }'],
    ['{ _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { id } } }'],
    ['mutation { logout }'],
    ['mutation { revokeSession(id: $id) }'],
    ['mutation { changePassword(currentPassword: "a", newPassword: "b") }'],
    ['mutation { createUser(input: $input) { id } }'],
    ['mutation { setUserRoles(id: $id, roles: [ADMIN]) { id } }'],
    ['mutation { disableUser(id: $id) { id } }'],
  ])('is refused %s', async (field) => {
    const declared = ['id: ID!', 'input: CreateUserInput!'].filter((each) => field.includes(`$${each.split(':')[0]}`))
    const variables = declared.length > 0 ? `(${declared.map((each) => `$${each}`).join(' ')})` : ''
    const query = field.startsWith('mutation')
      ? field.replace('mutation', `mutation${variables}`)
      : `query${variables} ${field}`
    expect(await house.refusals(query, { id, input })).toEqual(['UNAUTHENTICATED'])
  })
})

describe('createUser', () => {
  const input = (overrides: object) => ({
    name: 'Grace Hopper',
    email: `grace${++made}@example.com`,
    password: goodPassword,
    roles: ['DOCTOR'],
    ...overrides,
  })

  it('makes the user of a record on file under its id, once', async () => {
    const id = '01900000-0000-7000-8000-000000000001'
    const { data } = await house.ask(create, { input: input({ id, roles: ['PATIENT', 'DOCTOR'] }) }, admin.actor)
    expect(data?.['createUser']).toEqual({ id, name: 'Grace Hopper', roles: ['DOCTOR', 'PATIENT'] })
    const { errors } = await house.ask(create, { input: input({ id }) }, admin.actor)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'id' } })
  })

  it.each([
    [{ id: 'none' }, 'id'],
    [{ password: null }, 'password'],
    [{ password: undefined }, 'password'],
    [{ roles: [] }, 'roles'],
    [{ roles: ['DOCTOR', 'DOCTOR'] }, 'roles'],
    [{ name: ' ' }, 'name'],
  ])('refuses %j', async (wrong, field) => {
    const { errors } = await house.ask(create, { input: input(wrong) }, admin.actor)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field } })
  })

  it('refuses an e-mail that is taken and a weak password', async () => {
    expect(await house.refusals(create, { input: input({ email: admin.email }) }, admin.actor)).toEqual(['EMAIL_TAKEN'])
    expect(await house.refusals(create, { input: input({ password: 'password1234' }) }, admin.actor)).toEqual([
      'WEAK_PASSWORD',
    ])
  })
})

describe('an act on nobody', () => {
  it.each([
    [setRoles, { roles: ['BILLING'] }],
    [disable, {}],
    ['mutation ($id: ID!) { revokeSession(id: $id) }', {}],
  ])('is NOT_FOUND: %s', async (query, variables) => {
    const id = '00000000-0000-7000-8000-000000000000'
    expect(await house.refusals(query, { id, ...variables }, admin.actor)).toEqual(['NOT_FOUND'])
  })
})
