import { memoryCache } from '@caregraph/cache'
import { testClock } from '@caregraph/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAttempts } from './attempts.js'
import { createPasswords, type Passwords } from './passwords.js'

let passwords: Passwords
beforeAll(async () => {
  passwords = await createPasswords(createAttempts(memoryCache(testClock().now)))
})

const ofNobody = { clientAddress: undefined }

describe('a password', () => {
  it('is kept as argon2id with the cost that OWASP recommends, and with a salt of its own', async () => {
    const [first, second] = await Promise.all([passwords.hash('plum orbit'), passwords.hash('plum orbit')])
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(second).not.toBe(first)
  })

  it('is the same on every keyboard', async () => {
    const hash = await passwords.hash('caf\u00e9 \ufb01ne orbit')
    expect(await passwords.isRight('cafe\u0301 fine orbit', hash, ofNobody)).toBe(true)
    expect(await passwords.isRight('cafe fine orbit', hash, ofNobody)).toBe(false)
  })

  it('is wrong where there is no hash', async () => {
    expect(await passwords.isRight('plum orbit', undefined, ofNobody)).toBe(false)
  })

  it('is checked twice at once; fifty wait, and more are told to come again', async () => {
    const hash = await passwords.hash('plum orbit')
    const checks = Array.from({ length: 60 }, () => passwords.isRight('plum orbit', hash, ofNobody))
    const results = await Promise.allSettled(checks)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(52)
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['RATE_LIMITED']))
  })
})
