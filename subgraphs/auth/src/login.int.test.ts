import { until } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, meanwhile, startAuth } from './start-auth.js'

let house: AuthUnderTest
beforeAll(async () => {
  house = await startAuth()
})
afterAll(() => house.stop())

const register = 'mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }'
const login = 'mutation ($input: LoginInput!) { login(input: $input) { ... on Session { user { id } } } }'
const me = '{ me { id name email roles sessions { current userAgent } } }'

const refused = (code: string) => ({ extensions: { code } })
const tryWrong = async (email: string, times: number) => {
  for (let time = 0; time < times; time++) await house.signIn(email, 'something else').catch(() => undefined)
}

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
    const [registered] = await house.eventsOf('UserRegistered')
    expect(registered?.data).toEqual({ userId: ada.id, roles: ['PATIENT'] })
    const [loggedIn] = await house.eventsOf('UserLoggedIn')
    expect(loggedIn?.data).toEqual({ userId: ada.id, sessionId: ada.actor.sessionId })
  })

  it('refuses an e-mail that is taken, in whatever case it is written', async () => {
    await house.aUser({ email: 'taken@example.com' })
    await expect(house.aUser({ email: 'TAKEN@example.com' })).rejects.toMatchObject(refused('EMAIL_TAKEN'))
  })

  it('lets one of many at once have an e-mail', async () => {
    const tries = Array.from({ length: 8 }, () => house.aUser({ email: 'wanted@example.com' }))
    const results = await Promise.allSettled(tries)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(reasons).toMatchObject(Array(7).fill(refused('EMAIL_TAKEN')))
  })

  it.each([
    [{ name: '  ' }, 'BAD_USER_INPUT', 'name'],
    [{ name: 'x'.repeat(201) }, 'BAD_USER_INPUT', 'name'],
    [{ email: 'nobody' }, 'BAD_USER_INPUT', 'email'],
    [{ password: 'password1234' }, 'WEAK_PASSWORD', undefined],
    [{ password: 'short' }, 'WEAK_PASSWORD', undefined],
  ])('refuses %j', async (wrong, code, field) => {
    const input = { name: 'Ada', email: 'new@example.com', password: goodPassword, ...wrong }
    const { errors } = await house.ask(register, { input })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([field ? { code, params: { field } } : { code }])
  })

  it('is no way to try a list of e-mails: 100 that are taken, and the address waits', async () => {
    await house.aUser({ email: 'known@example.com' })
    const input = { name: 'Ada', email: 'known@example.com', password: goodPassword }
    const request = { query: register, variables: { input }, requestId: 'test', clientAddress: '192.0.2.1' }
    const codes = new Map<unknown, number>()
    for (let time = 0; time < 103; time++) {
      const { errors } = await house.running.execute(request)
      const code = errors?.[0]?.extensions['code']
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect([...codes]).toEqual([
      ['EMAIL_TAKEN', 100],
      ['RATE_LIMITED', 3],
    ])
  })
})

describe('login', () => {
  it('lets in who gives the right password, in whatever case the e-mail is written', async () => {
    const { id } = await house.aUser({ email: 'right@example.com' })
    expect((await house.signIn('RIGHT@example.com')).actor).toMatchObject({ id, roles: ['PATIENT'] })
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

  it('takes its time for an unknown e-mail too', async () => {
    const spent = { known: 0, unknown: 0 }
    for (let time = 0; time < 10; time++) {
      const { email } = await house.aUser()
      for (const [kind, tried] of [
        ['known', email],
        ['unknown', `nobody${time}@example.com`],
      ] as const) {
        const startedAt = performance.now()
        await tryWrong(tried, 1)
        spent[kind] += performance.now() - startedAt
      }
    }
    expect(spent.unknown).toBeGreaterThan(spent.known / 2)
  })

  it('checks no password of an account any more after 10 wrong ones, also not the right one, for 15 minutes', async () => {
    const { email } = await house.aUser()
    await tryWrong(email, 9)
    await house.signIn(email)
    await tryWrong(email, 1)
    const { errors } = await house.ask(login, { input: { email, password: goodPassword } })
    expect(errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED', params: { retryAfterSeconds: 900 } })
    house.clock.advance(900_000)
    await house.signIn(email)
  })

  it('tries one wrong password of a document, however many are in it', async () => {
    const { email } = await house.aUser()
    const aliases = Array.from({ length: 14 }, (_, index) => `try${index}: login(input: $input) { __typename }`)
    const query = `mutation ($input: LoginInput!) { ${aliases.join(' ')} }`
    const variables = { input: { email, password: 'something else' } }
    for (let time = 0; time < 10; time++) {
      expect(await house.refusals(query, variables)).toEqual(['INVALID_CREDENTIALS'])
    }
    expect(await house.refusals(query, variables)).toEqual(['RATE_LIMITED'])
  })

  it('counts those that are tried at once', async () => {
    const { email } = await house.aUser()
    const input = { email, password: 'something else' }
    const codes = await Promise.all(Array.from({ length: 25 }, () => house.refusals(login, { input })))
    expect(codes.flat().filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10)
  })

  it('lets the same person in many times at once', async () => {
    const { email } = await house.aUser()
    const sessions = await Promise.all(Array.from({ length: 25 }, () => house.signIn(email)))
    expect(new Set(sessions.map(({ actor }) => actor.sessionId)).size).toBe(25)
  })

  it.each([
    ['is disabled', 'UPDATE users SET disabled_at = now()'],
    ['changes his password', `UPDATE users SET password_hash = 'another'`],
  ])('does not let in who %s while his password is checked', async (_, change) => {
    const { email, id } = await house.aUser()
    const [result] = await meanwhile(house.database, `${change} WHERE id = '${id}'`, [() => house.signIn(email)])
    expect(result).toMatchObject({ status: 'rejected', reason: refused('INVALID_CREDENTIALS') })
  })

  it('remembers what the client called itself, at most 300 characters of it', async () => {
    const { email } = await house.aUser()
    const variables = { input: { email, password: goodPassword } }
    const query = `mutation ($input: LoginInput!) {
      login(input: $input) { ... on Session { user { sessions { userAgent } } } }
    }`
    const { data } = await house.running.execute({ query, variables, requestId: 'test', userAgent: 'x'.repeat(400) })
    expect(data).toMatchObject({ login: { user: { sessions: [{ userAgent: null }, { userAgent: 'x'.repeat(300) }] } } })
  })
})

describe('changePassword', () => {
  const change = 'mutation ($old: String!, $new: String!) { changePassword(currentPassword: $old, newPassword: $new) }'

  it('counts a wrong current password as a failed sign-in, so that a stolen token is no way to guess it', async () => {
    const { actor, email } = await house.aUser()
    for (let time = 0; time < 10; time++) {
      expect(await house.refusals(change, { old: 'wrong', new: 'another lantern 8' }, actor)).toEqual([
        'INVALID_CREDENTIALS',
      ])
    }
    expect(await house.refusals(change, { old: goodPassword, new: 'another lantern 8' }, actor)).toEqual([
      'RATE_LIMITED',
    ])
    await expect(house.signIn(email)).rejects.toMatchObject(refused('RATE_LIMITED'))
  })

  it.each(['password1234', 'Ada Lovelace'])('refuses a weak new one: %s', async (weak) => {
    const { actor } = await house.aUser()
    expect(await house.refusals(change, { old: goodPassword, new: weak }, actor)).toEqual(['WEAK_PASSWORD'])
  })
})

describe('me', () => {
  it('is null where nobody is signed in', async () => {
    expect(await house.ask(me)).toEqual({ data: { me: null } })
  })
})

describe('what is written down', () => {
  it('holds no name, e-mail, password or token: neither the events nor the log', async () => {
    const person = { name: 'Quirina Xylander', email: 'quirina@example.com', password: 'zeppelin under moss 3' }
    const { accessToken, actor, refreshToken } = await house.aUser(person)
    await house.signIn(person.email, 'a wrong password').catch(() => undefined)
    const last = await house.signIn(person.email, person.password)
    const written = await until(() => {
      const text = JSON.stringify([house.published, house.logged])
      return text.includes(last.actor.sessionId) && text
    })
    expect(written).toContain(actor.id)
    for (const secret of ['Quirina', 'quirina@', 'zeppelin', 'a wrong password', accessToken, refreshToken, 'argon2']) {
      expect(written).not.toContain(secret)
    }
  })
})
