import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureAdministrator } from './index.js'
import { type AuthUnderTest, goodPassword, meanwhile, startAuth } from './start-auth.js'

let house: AuthUnderTest
beforeEach(async () => {
  house = await startAuth()
})
afterEach(() => house.stop())

const ensure = (wanted: { email?: string; password?: string } = {}) =>
  ensureAdministrator(house.database, wanted, house.clock.now())

describe('the first administrator', () => {
  it('is the one of the settings, and no other is made later', async () => {
    const wanted = { email: 'chief@example.com', password: goodPassword }
    expect(await ensure(wanted)).toEqual({ ...wanted, isPasswordMade: false })
    expect(await ensure({ email: 'other@example.com', password: goodPassword })).toBeUndefined()
    expect((await house.signIn('chief@example.com')).actor.roles).toEqual(['ADMIN'])
    await expect(house.signIn('other@example.com')).rejects.toMatchObject({
      extensions: { code: 'INVALID_CREDENTIALS' },
    })
  })

  it('gets a password that is made for him where the settings name none', async () => {
    const made = await ensure()
    expect(made).toMatchObject({ email: 'admin@clinic.example', isPasswordMade: true })
    expect(made?.password).toMatch(/^([2-9a-hjkmnp-z]{5}-){3}[2-9a-hjkmnp-z]{5}$/)
    await house.signIn(made?.email ?? '', made?.password)
    expect(JSON.stringify(house.logged)).not.toContain(made?.password)
  })

  it('is one, however many starters there are', async () => {
    const starters = Array.from({ length: 4 }, (_, index) => () => ensure({ email: `admin${index}@example.com` }))
    const made = await meanwhile(house.database, 'LOCK TABLE users IN SHARE MODE', starters)
    const administrators = made.filter((each) => each.status === 'fulfilled' && each.value !== undefined)
    expect(administrators).toHaveLength(1)
    expect(await house.database.query('SELECT count(*) FROM users')).toEqual([{ count: 1 }])
  })

  it('is not made where somebody has registered already', async () => {
    await house.aUser()
    expect(await ensure()).toBeUndefined()
  })

  it.each([
    [{ email: 'nobody' }, /ADMIN_EMAIL is not an e-mail address/],
    [{ password: 'password1234' }, /ADMIN_PASSWORD is weak/],
  ])('is refused with a sentence for the operator: %j', async (wanted, sentence) => {
    await expect(ensure(wanted)).rejects.toThrow(sentence)
  })
})
