import { publishedRevocations, type Role } from '@caregraph/access'
import { until } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthUnderTest, goodPassword, type SignedIn, startAuth } from './start-auth.js'

let house: AuthUnderTest
let admin: SignedIn
beforeAll(async () => {
  house = await startAuth()
  admin = await house.anAdministrator()
})
afterAll(() => house.stop())

const me = '{ me { id roles } }'
const setRoles = 'mutation ($id: ID!, $roles: [Role!]!) { setUserRoles(id: $id, roles: $roles) { roles } }'

const refused = (code: string) => ({ extensions: { code } })

/** Whether the access token is taken here, and in a process that starts only now. */
async function isTaken({ accessToken }: { accessToken: string }): Promise<boolean[]> {
  const { url } = house.database.options as { url?: string }
  const later = await startAuth({ databaseUrl: url ?? '' })
  later.clock.set(house.clock.now().toISOString())
  const taken = await Promise.all(
    [house, later].map(({ verify }) =>
      verify(accessToken).then(
        () => true,
        () => false,
      ),
    ),
  )
  await later.stop()
  return taken
}

const done = async (query: string, variables: Record<string, unknown>, by: SignedIn) => {
  expect(await house.refusals(query, variables, by.actor)).toEqual([])
}

describe('an access token is refused at once, and still after a restart,', () => {
  it('when its holder signs out, and those of his other sessions are not', async () => {
    const [ada, elsewhere] = await twoSessions()
    await done('mutation { logout }', {}, ada)
    expect(await isTaken(ada)).toEqual([false, false])
    await expect(house.refresh(ada.refreshToken)).rejects.toMatchObject(refused('INVALID_REFRESH_TOKEN'))
    expect(await isTaken(elsewhere)).toEqual([true, true])
    expect(await house.refusals(me, {}, ada.actor)).toEqual(['UNAUTHENTICATED'])
  })

  it('when its session is revoked', async () => {
    const [ada, elsewhere] = await twoSessions()
    await done('mutation ($id: ID!) { revokeSession(id: $id) }', { id: elsewhere.actor.sessionId }, ada)
    expect(await isTaken(elsewhere)).toEqual([false, false])
    expect(await isTaken(ada)).toEqual([true, true])
  })

  it('when its holder changes the password elsewhere', async () => {
    const [ada, elsewhere] = await twoSessions()
    const change =
      'mutation ($new: String!, $old: String!) { changePassword(currentPassword: $old, newPassword: $new) }'
    await done(change, { old: goodPassword, new: 'another lantern 8' }, ada)
    expect(await isTaken(elsewhere)).toEqual([false, false])
    expect(await isTaken(ada)).toEqual([true, true])
    await expect(house.signIn(ada.email)).rejects.toMatchObject(refused('INVALID_CREDENTIALS'))
    await house.signIn(ada.email, 'another lantern 8')
  })

  it('when its holder is disabled, who then cannot sign in', async () => {
    const [ada, elsewhere] = await twoSessions()
    await done('mutation ($id: ID!) { disableUser(id: $id) { disabledAt } }', { id: ada.id }, admin)
    expect(await isTaken(ada)).toEqual([false, false])
    expect(await isTaken(elsewhere)).toEqual([false, false])
    await expect(house.refresh(ada.refreshToken)).rejects.toMatchObject(refused('INVALID_REFRESH_TOKEN'))
    await expect(house.signIn(ada.email)).rejects.toMatchObject(refused('INVALID_CREDENTIALS'))
  })

  it('when its holder gets other roles: a refresh brings one with the new roles, which is taken', async () => {
    const [ada] = await twoSessions()
    await done(setRoles, { id: ada.id, roles: ['BILLING', 'FRONT_DESK'] satisfies Role[] }, admin)
    expect(await isTaken(ada)).toEqual([false, false])
    const next = await house.refresh(ada.refreshToken)
    expect(next.actor).toMatchObject({ id: ada.id, roles: ['FRONT_DESK', 'BILLING'] })
    expect(await isTaken(next)).toEqual([true, true])
  })
})

it('a revocation of which the act itself heard nothing more, since the commit’s answer was lost, is refused all the same', async () => {
  const [ada, elsewhere] = await twoSessions()
  const now = house.clock.now()
  await house.database.query('UPDATE sessions SET ended_at = $2 WHERE id = $1', [ada.actor.sessionId, now])
  await until(async () => !(await isTakenHere(ada)))
  await house.database.query('UPDATE users SET roles = $2, roles_changed_at = $3 WHERE id = $1', [
    ada.id,
    ['AUDITOR'],
    now,
  ])
  await until(async () => !(await isTakenHere(elsewhere)))
})

it('what was revoked is answered to other processes: ids and roles of the last minutes, and no person', async () => {
  const [ada, elsewhere] = await twoSessions()
  await done('mutation { logout }', {}, ada)
  await done(setRoles, { id: ada.id, roles: ['DOCTOR'] satisfies Role[] }, admin)
  const read = publishedRevocations(house.running.fetch)
  const revoked = await read(undefined)
  const at = house.clock.now()
  expect(revoked.sessions).toContainEqual({ id: ada.actor.sessionId, endedAt: at })
  expect(revoked.sessions.map(({ id }) => id)).not.toContain(elsewhere.actor.sessionId)
  expect(revoked.roles).toContainEqual({ userId: ada.id, roles: ['DOCTOR'], changedAt: at })
  expect(JSON.stringify(revoked)).not.toMatch(/@|Lovelace/)

  house.clock.advance(600_000)
  expect((await read(undefined)).sessions).toEqual(revoked.sessions)
  expect((await read(at)).sessions).toEqual([])
  house.clock.advance(-600_000)
  expect((await read(new Date(at.getTime() + 600_000))).sessions).toEqual(revoked.sessions)
  const garbled = await house.running.fetch(new Request('http://auth/revocations?after=yesterday'))
  expect(garbled.status).toBe(400)
})

async function isTakenHere({ accessToken }: SignedIn): Promise<boolean> {
  return house.verify(accessToken).then(
    () => true,
    () => false,
  )
}

async function twoSessions(): Promise<[SignedIn, SignedIn]> {
  const ada = await house.aUser()
  return [ada, await house.signIn(ada.email)]
}
