import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, startAuth } from './start-auth.js'

let house: AuthUnderTest
beforeAll(async () => {
  house = await startAuth()
})
afterAll(() => house.stop())

const register =
  'mutation ($input: RegisterInput!) { register(input: $input) { user { name email roles sessions { id } } } }'
const login = 'mutation ($input: LoginInput!) { login(input: $input) { ... on Session { user { id } } } }'
const me = '{ me { id name email roles sessions { current userAgent } } }'

describe('register', () => {
  it('makes a patient who is signed in', async () => {
    const ada = await house.aUser({ name: ' Ada Lovelace ', email: 'Ada.Lovelace@example.com' })
    const { data } = await house.ask(me, {}, ada.actor)
    expect(data?.['me']).toEqual({
      id: ada.id,
      name: 'Ada Lovelace',
      email: 'Ada.Lovelace@example.com',
      roles: ['PATIENT'],
      sessions: [{ current: true, userAgent: null }],
    })
    const events = await house.eventsOf('UserRegistered')
    expect(events.at(-1)?.data).toEqual({ userId: ada.id, roles: ['PATIENT'] })
  })

  it('refuses an e-mail that is taken, in whatever case it is written', async () => {
    await house.aUser({ email: 'taken@example.com' })
    const input = { name: 'Another', email: 'TAKEN@example.com', password: goodPassword }
    expect(await house.refusals(register, { input })).toEqual(['EMAIL_TAKEN'])
  })
})

describe('login', () => {
  it('lets in who gives the right password, in whatever case the e-mail is written', async () => {
    const { id } = await house.aUser({ email: 'right@example.com' })
    const signedIn = await house.signIn('RIGHT@example.com')
    expect(signedIn.actor).toMatchObject({ id, roles: ['PATIENT'] })
  })

  it('answers a wrong password and an unknown e-mail alike, and tells both by an event', async () => {
    const { id, email } = await house.aUser()
    const wrong = await house.ask(login, { input: { email, password: 'something else' } })
    const unknown = await house.ask(login, { input: { email: 'nobody@example.com', password: 'something else' } })
    expect(wrong.errors?.[0]?.extensions).toEqual({ code: 'INVALID_CREDENTIALS' })
    expect(JSON.stringify(unknown)).toBe(JSON.stringify(wrong))
    const events = await house.eventsOf('LoginFailed', 2)
    expect(events.map(({ data }) => data.userId)).toEqual([id, null])
  })
})

describe('me', () => {
  it('is null where nobody is signed in', async () => {
    expect(await house.ask(me)).toEqual({ data: { me: null } })
  })
})
