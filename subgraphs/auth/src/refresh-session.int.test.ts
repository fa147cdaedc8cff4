import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgetOldSessions } from './session.tables.js'
import { type AuthUnderTest, startAuth } from './start-auth.js'

let house: AuthUnderTest
beforeAll(async () => {
  house = await startAuth()
})
afterAll(() => house.stop())

const second = 1_000
const day = 86_400_000
const refused = { extensions: { code: 'INVALID_REFRESH_TOKEN' } }

describe('a refresh token', () => {
  it('brings new tokens for the same session', async () => {
    const ada = await house.aUser()
    house.clock.advance(second)
    const next = await house.refresh(ada.refreshToken)
    expect(next.refreshToken).not.toBe(ada.refreshToken)
    expect(next.actor).toMatchObject({ id: ada.id, sessionId: ada.actor.sessionId })
  })

  it('that is used again ends its session: the newer token and the access tokens are refused with it', async () => {
    const ada = await house.aUser()
    const elsewhere = await house.signIn(ada.email)
    house.clock.advance(second)
    const next = await house.refresh(ada.refreshToken)
    house.clock.advance(second)
    await expect(house.refresh(ada.refreshToken)).rejects.toMatchObject(refused)
    await expect(house.refresh(next.refreshToken)).rejects.toMatchObject(refused)
    await expect(house.verify(next.accessToken)).rejects.toThrow('revoked')
    await expect(house.verify(ada.accessToken)).rejects.toThrow('revoked')
    await house.refresh(elsewhere.refreshToken)
  })

  it('that is used many times at once brings tokens once, and the session goes on', async () => {
    const ada = await house.aUser()
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => house.refresh(ada.refreshToken)))
    const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const lost = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject(Array(11).fill(refused))
    await house.verify(won[0]?.accessToken ?? '')
    house.clock.advance(second)
    await house.refresh(won[0]?.refreshToken ?? '')
  })

  it('is refused after 30 days, and each refresh begins them anew, up to 90 days from the sign-in', async () => {
    const ada = await house.aUser()
    const signedInAt = house.clock.now().getTime()
    const onDay = (days: number) => house.clock.set(new Date(signedInAt + days * day).toISOString())
    let token = ada.refreshToken
    for (const [today, lastDay] of [
      [29, 59],
      [58, 88],
      [87, 90],
    ] as const) {
      onDay(today)
      const next = await house.refresh(token)
      expect(Date.parse(next.refreshTokenExpiresAt)).toBe(signedInAt + lastDay * day)
      token = next.refreshToken
    }
    onDay(90)
    await expect(house.refresh(token)).rejects.toMatchObject(refused)

    const idle = await house.aUser()
    house.clock.advance(30 * day)
    await expect(house.refresh(idle.refreshToken)).rejects.toMatchObject(refused)
  })

  it.each(['', 'unknown', 'x'.repeat(5_000), "' OR 1=1 --"])('that was never given is refused: %j', async (token) => {
    await expect(house.refresh(token)).rejects.toMatchObject(refused)
  })

  it('is nowhere in the database', async () => {
    const ada = await house.aUser()
    const [{ text }] = await house.database.query(
      `SELECT (SELECT json_agg(t) FROM refresh_tokens t)::text || (SELECT json_agg(s) FROM sessions s)::text AS text`,
    )
    expect(text).toContain(ada.actor.sessionId)
    expect(text).not.toContain(ada.refreshToken)
    expect(text).not.toContain(Buffer.from(ada.refreshToken, 'base64url').toString('hex'))
  })

  it('and its session are forgotten a day after their end, and not before', async () => {
    const ada = await house.aUser()
    const isKept = async () => {
      await forgetOldSessions(house.database, house.clock.now())
      const found = await house.database.query('SELECT 1 FROM sessions WHERE id = $1', [ada.actor.sessionId])
      return found.length === 1
    }
    house.clock.advance(31 * day)
    expect(await isKept()).toBe(true)
    house.clock.advance(second)
    expect(await isKept()).toBe(false)
  })
})
