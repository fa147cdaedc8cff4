import { connectDatabase, type Database } from '@caregraph/database'
import { testDatabase } from '@caregraph/testing'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { userTables } from './migrations/users.js'
import { sealOf } from './seal.js'
import { publicKeys, rotateSigningKeys } from './signing-keys.js'
import { type AuthUnderTest, startAuth } from './start-auth.js'

const day = 86_400_000

describe('the keys that tokens are signed with', () => {
  let house: AuthUnderTest
  const rotate = () => rotateSigningKeys(house.database, sealOf(undefined), house.clock.now())
  const published = async () => (await house.keySet()).keys.map(({ kid }) => kid)
  const signing = async () => decodeProtectedHeader((await house.aUser()).accessToken).kid

  beforeAll(async () => {
    house = await startAuth()
  })
  afterAll(() => house.stop())

  it('are published without their private half, to be kept for a few minutes', async () => {
    const response = await house.running.fetch(new Request('http://auth/.well-known/jwks.json'))
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    const { keys } = await house.keySet()
    expect(keys).toEqual([
      { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: await signing(), alg: 'EdDSA', use: 'sig' },
    ])
  })

  it('are new every 90 days: published an hour before, and kept until the last token of the old one has ended', async () => {
    const [first] = await published()
    house.clock.advance(89 * day)
    await rotate()
    expect(await published()).toEqual([first])

    house.clock.advance(day)
    await rotate()
    const [second, ...others] = await published()
    expect(others).toEqual([first])
    house.clock.advance(3_599_000)
    const lastOfFirst = await house.aUser()
    expect(decodeProtectedHeader(lastOfFirst.accessToken).kid).toBe(first)

    house.clock.advance(1_000)
    expect(await signing()).toBe(second)
    house.clock.advance(590_000)
    await rotate()
    await house.verify(lastOfFirst.accessToken)
    house.clock.advance(100_000)
    await rotate()
    expect(await published()).toEqual([second])
  })

  it('sign also when the clock was set back', async () => {
    const fresh = await startAuth()
    fresh.clock.advance(-2 * day)
    await fresh.verify((await fresh.aUser()).accessToken)
    await fresh.stop()
  })
})

describe('many starters at once', () => {
  let database: Database
  let drop: () => Promise<void>
  beforeAll(async () => {
    const test = await testDatabase()
    drop = test.drop
    const tables = { entities: [], migrations: [userTables] }
    database = await connectDatabase({ url: test.url, tables, poolSize: 8, onConnectionError: () => undefined })
  })
  afterAll(async () => {
    await database.destroy()
    await drop()
  })

  it('make one key, and keep it sealed where there is a secret', async () => {
    const seal = sealOf('a secret of more than thirty-two characters')
    await Promise.all(Array.from({ length: 8 }, () => rotateSigningKeys(database, seal, new Date())))
    expect((await publicKeys(database)).keys).toHaveLength(1)
    const [{ private_jwk }] = await database.query('SELECT private_jwk FROM signing_keys')
    expect(private_jwk).toMatch(/^sealed:[\w-]+$/)
    expect(JSON.parse(seal.open(private_jwk))).toMatchObject({ crv: 'Ed25519', d: expect.any(String) })
    await expect(rotateSigningKeys(database, sealOf(undefined), new Date())).rejects.toThrow(/KEY_ENCRYPTION_SECRET/)
  })
})
