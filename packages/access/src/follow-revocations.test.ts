import { memoryCache } from '@caregraph/cache'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followRevocations, publishedRevocations, revocationBell } from './follow-revocations.js'
import { createRevocations, type RevocationList, type Revoked } from './revocations.js'

const hour = 3_600_000
const at = (second: number) => new Date(Date.parse('2027-03-01T08:00:00Z') + second * 1000)
const ada = { id: 'ada', roles: ['DOCTOR'] as const, sessionId: 'session' }

/** An owner of sessions, which may be away. */
function anOwner() {
  const owner = {
    revoked: { sessions: [], roles: [], next: at(0) } as Revoked,
    isAway: false,
    asked: [] as (Date | undefined)[],
    async read(after: Date | undefined): Promise<Revoked> {
      owner.asked.push(after)
      if (owner.isAway) throw new Error('auth is away')
      return owner.revoked
    },
  }
  return owner
}

describe('a process that follows what is revoked', () => {
  const cache = memoryCache(() => at(0))
  let owner: ReturnType<typeof anOwner>
  let revocations: RevocationList
  let faults: unknown[]
  let stop: () => Promise<void>
  const follow = (everyMilliseconds = hour) => {
    const onFault = (fault: unknown) => void faults.push(fault)
    stop = followRevocations({ read: owner.read, revocations, cache, onFault, everyMilliseconds })
  }
  beforeEach(() => {
    owner = anOwner()
    revocations = createRevocations()
    faults = []
  })
  afterEach(() => stop())
  const isKnown = () => vi.waitUntil(() => owner.asked.length > 0 && knows(revocations))

  it('takes no token before it has read what was revoked before it came', async () => {
    owner.isAway = true
    owner.revoked = { ...owner.revoked, sessions: [{ id: 'session', endedAt: at(0) }] }
    follow()
    await vi.waitUntil(() => faults.length > 0)
    expect(() => revocations.has(ada)).toThrow(expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }))
    owner.isAway = false
    await isKnown()
    expect(revocations.has(ada)).toBe(true)
  })

  it('looks again when it rings, from where it has read to', async () => {
    follow()
    await isKnown()
    expect(revocations.has(ada)).toBe(false)
    owner.revoked = { ...owner.revoked, sessions: [{ id: 'session', endedAt: at(5) }], next: at(6) }
    cache.ring(revocationBell)
    await vi.waitUntil(() => revocations.has(ada))
    cache.ring(revocationBell)
    await vi.waitUntil(() => owner.asked.length === 3)
    expect(owner.asked).toEqual([undefined, at(0), at(6)])
  })

  it('looks again when nothing rings', async () => {
    follow(10)
    await isKnown()
    owner.revoked = { ...owner.revoked, roles: [{ userId: 'ada', roles: ['PATIENT'], changedAt: at(5) }] }
    await vi.waitUntil(() => revocations.has(ada))
  })

  it('keeps what it knows while the owner is away, is told of it once, and goes on when it is back', async () => {
    owner.revoked = { ...owner.revoked, sessions: [{ id: 'session', endedAt: at(0) }] }
    follow(10)
    await isKnown()
    owner.isAway = true
    const asked = owner.asked.length
    await vi.waitUntil(() => owner.asked.length > asked + 2)
    expect(faults).toHaveLength(1)
    expect(revocations.has(ada)).toBe(true)
    expect(revocations.has({ ...ada, sessionId: 'another' })).toBe(false)
    owner.isAway = false
    owner.revoked = { ...owner.revoked, sessions: [{ id: 'another', endedAt: at(9) }] }
    await vi.waitUntil(() => revocations.has({ ...ada, sessionId: 'another' }))
  })
})

describe('what was revoked', () => {
  it('comes from auth as it was sent', async () => {
    const revoked: Revoked = {
      sessions: [{ id: 'session', endedAt: at(1) }],
      roles: [{ userId: 'ada', roles: ['PATIENT'], changedAt: at(2) }],
      next: at(3),
    }
    const asked: string[] = []
    const read = publishedRevocations(async ({ url }) => {
      asked.push(url)
      return Response.json(revoked)
    })
    expect(await read(undefined)).toEqual(revoked)
    await read(at(3))
    expect(asked).toEqual(['http://auth/revocations', 'http://auth/revocations?after=2027-03-01T08:00:03.000Z'])
  })

  it('is nothing where auth answers with something else', async () => {
    const read = publishedRevocations(async () => new Response(null, { status: 503 }))
    await expect(read(undefined)).rejects.toThrow('503')
  })
})

describe('of two changes of roles', () => {
  it('the later one stands, in whatever order they are heard', () => {
    const revocations = createRevocations()
    revocations.learn({ sessions: [], roles: [{ userId: 'ada', roles: ['DOCTOR'], changedAt: at(2) }], next: at(3) })
    revocations.changeRoles('ada', ['PATIENT'], at(1))
    expect(revocations.has(ada)).toBe(false)
    revocations.changeRoles('ada', ['PATIENT'], at(4))
    expect(revocations.has(ada)).toBe(true)
  })
})

describe('a revocation', () => {
  it('is forgotten when no token of its time can live, and not before', () => {
    const revocations = createRevocations()
    revocations.learn({ sessions: [{ id: 'session', endedAt: at(0) }], roles: [], next: at(660) })
    expect(revocations.has(ada)).toBe(true)
    revocations.endSession('another', at(661))
    expect(revocations.has(ada)).toBe(false)
  })
})

function knows(revocations: RevocationList): boolean {
  try {
    revocations.has(ada)
    return true
  } catch {
    return false
  }
}
