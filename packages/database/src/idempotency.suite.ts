import { randomUUID } from 'node:crypto'
import { Refusal } from '@caregraph/refusals'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { idempotencyKeys, repeatOf } from './idempotency.js'
import { testDatabase } from './testing.js'
import { inTransaction, queryRows } from './transaction.js'

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
const morning = new Date('2027-03-01T08:00:00Z')
const later = (hours: number) => new Date(morning.getTime() + hours * 3_600_000)

interface Attempt {
  callerId?: string
  key: string | null | undefined
  act?: string
  input?: object
  now?: Date
  refuse?: boolean
}

/** An act that makes one result, unless it is a repeat. Answers the result's id. */
function attempt({ callerId = ada, key, act = 'book', input = { a: 1 }, now = morning, refuse = false }: Attempt) {
  const resultId = randomUUID()
  return inTransaction(database, async (tx) => {
    const first = await repeatOf(tx, { callerId, key, act, input, resultId, now })
    if (first !== undefined) return first
    await tx.query('INSERT INTO results VALUES ($1, $2)', [resultId, key ?? null])
    if (refuse) throw new Refusal('SLOT_TAKEN')
    return resultId
  })
}

const ada = randomUUID()
const ben = randomUUID()
const refusedAs = (code: string) => expect.objectContaining({ code })

export function idempotencySuite(): void {
  beforeAll(async () => {
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [], migrations: [idempotencyKeys] },
      poolSize: 20,
      onConnectionError: () => undefined,
    })
    await queryRows(database, 'CREATE TABLE results (id char(36) PRIMARY KEY, "key" varchar(200))')
  })
  afterAll(async () => {
    await database.destroy()
    await server.drop()
  })

  describe('an idempotency key', () => {
    it('answers a repeat with the first result', async () => {
      const first = await attempt({ key: 'repeat' })
      expect(await attempt({ key: 'repeat' })).toBe(first)
    })

    it('makes one result of fifty attempts at once', async () => {
      const ids = await Promise.all(Array.from({ length: 50 }, () => attempt({ key: 'at once' })))
      expect(new Set(ids).size).toBe(1)
      expect(await queryRows(database, `SELECT id FROM results WHERE "key" = 'at once'`)).toEqual([{ id: ids[0] }])
    })

    it('is remembered for 24 hours from its first use, not from its last', async () => {
      const first = await attempt({ key: 'a day' })
      expect(await attempt({ key: 'a day', now: later(23) })).toBe(first)
      expect(await attempt({ key: 'a day', now: later(24) })).toBe(first)
      const second = await attempt({ key: 'a day', now: new Date(later(24).getTime() + 1) })
      expect(second).not.toBe(first)
      expect(await attempt({ key: 'a day', now: later(48) })).toBe(second)
    })

    it('is another for another caller', async () => {
      const [hers, his] = await Promise.all([attempt({ key: 'mine' }), attempt({ key: 'mine', callerId: ben })])
      expect(hers).not.toBe(his)
    })

    it.each([
      ['another input', { input: { a: 2 } }],
      ['one field more', { input: { a: 1, b: null } }],
      ['another act', { act: 'cancel' }],
    ])('is refused with %s', async (_, other) => {
      const key = randomUUID()
      await attempt({ key })
      await expect(attempt({ key, ...other })).rejects.toEqual(refusedAs('IDEMPOTENCY_KEY_REUSED'))
      expect(await attempt({ key })).toBeDefined()
    })

    it('may come with another input when the day is over', async () => {
      await attempt({ key: 'old' })
      expect(await attempt({ key: 'old', input: { a: 2 }, now: later(25) })).toBeDefined()
    })

    it('does not care in which order the fields of the input are written, but in which order its lists are', async () => {
      const input = { a: 1, b: { c: [1, 2], d: new Date(0) } }
      const first = await attempt({ key: 'order', input })
      expect(await attempt({ key: 'order', input: { b: { d: new Date(0), c: [1, 2] }, a: 1 } })).toBe(first)
      const swapped = { a: 1, b: { c: [2, 1], d: new Date(0) } }
      await expect(attempt({ key: 'order', input: swapped })).rejects.toEqual(refusedAs('IDEMPOTENCY_KEY_REUSED'))
    })

    it('does not remember an attempt that was refused', async () => {
      await expect(attempt({ key: 'refused', refuse: true })).rejects.toEqual(refusedAs('SLOT_TAKEN'))
      const booked = await attempt({ key: 'refused', input: { a: 2 } })
      expect(await attempt({ key: 'refused', input: { a: 2 } })).toBe(booked)
    })

    it('lets a second attempt wait for the first, and go on in its place when that was refused', async () => {
      const attempts = Array.from({ length: 10 }, (_, index) => attempt({ key: 'queue', refuse: index < 9 }))
      const settled = await Promise.allSettled(attempts)
      const booked = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      const last = await attempt({ key: 'queue' })
      for (const id of booked) expect(id).toBe(last)
      expect(await queryRows(database, `SELECT id FROM results WHERE "key" = 'queue'`)).toEqual([{ id: last }])
    })

    it.each([null, undefined])('that is %s makes a result each time', async (key) => {
      expect(await attempt({ key })).not.toBe(await attempt({ key }))
    })

    it('keeps nothing of the input but its hash', async () => {
      await attempt({ key: 'secret', input: { name: 'Ada Lovelace' } })
      const [row] = await queryRows(database, `SELECT * FROM idempotency_keys WHERE "key" = 'secret'`)
      expect(row).toBeDefined()
      expect(JSON.stringify(row)).not.toContain('Lovelace')
    })
  })
}
