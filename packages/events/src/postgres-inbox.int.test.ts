import { type Database, queryRows, type Transaction } from '@caregraph/database'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Stop } from './bus.js'
import type { AnyEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import { type Handle, idsOf, inboxSuite, soon, startCopy, triesBeforeDeath } from './inbox.suite.js'
import { inboxInPostgres } from './inbox-testing.js'
import { postgresInbox } from './postgres-inbox.js'

inboxSuite('PostgreSQL', () => inboxInPostgres())

describe('in PostgreSQL, an effect', () => {
  let opened: Awaited<ReturnType<typeof inboxInPostgres>>
  let database: Database
  const stops: Stop[] = []
  beforeEach(async () => {
    opened = await inboxInPostgres()
    database = opened.database
    stops.push(opened.close)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  const takeEffect = (tx: Transaction, event: AnyEvent) => opened.takeEffect(tx, event, 'billing')

  async function start(handle: Handle<Transaction>) {
    const copy = await startCopy(postgresInbox(database, 'billing'), handle)
    stops.push(copy.stop)
    return copy
  }

  it('goes with the inbox entry or not at all: a handler that fails after it has left nothing', async () => {
    const { publish, letters } = await start(async (event, tx) => {
      await takeEffect(tx, event)
      throw new Error('after the effect')
    })
    await publish(anEvent())
    await vi.waitUntil(() => letters.length === 1, soon)
    expect(await opened.effects()).toEqual([])
  })

  it('does not come from a handler that wakes up after its time', async () => {
    const late: Promise<unknown>[] = []
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { publish, letters } = await start((event, tx) => {
      const effect = woken.then(() => takeEffect(tx, event))
      late.push(effect)
      return effect.then(() => undefined)
    })
    await publish(anEvent())
    await vi.waitUntil(() => letters.length === 1, soon)
    wake()
    const settled = await Promise.allSettled(late)
    expect(settled.map(({ status }) => status)).toEqual(settled.map(() => 'rejected'))
    expect(await opened.effects()).toEqual([])
  })

  it.each([
    ['is refused by the database', (tx: Transaction) => tx.query('SELECT 1 / 0'), /division by zero/],
    [
      'swallows what the database refused',
      (tx: Transaction) => tx.query('SELECT 1 / 0').catch(() => 0),
      /transaction is aborted/,
    ],
  ])('is missing, with the reason, where its handler %s', async (_, fail, reason) => {
    const [bad, good] = [anEvent(), anEvent()]
    const { publish, letters } = await start(async (event, tx) => {
      if (event.id === bad.id) await fail(tx)
      await takeEffect(tx, event)
    })
    await publish(bad, good)
    await vi.waitUntil(() => letters.length === 1, soon)
    expect(letters[0]?.reason).toMatch(reason)
    expect(await postgresInbox(database, 'billing').deadLetters()).toMatchObject([{ tries: triesBeforeDeath }])
    expect(await opened.effects()).toEqual([good.id])
  })

  it('costs no try where the database connection was cut', async () => {
    let cuts = 5
    const { publish, letters } = await start(async (event, tx) => {
      if (cuts-- > 0) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())')
      await takeEffect(tx, event)
    })
    const event = anEvent()
    await publish(event)
    expect(await opened.effects()).toEqual([event.id])
    expect(letters).toEqual([])
  })

  it('costs no try where the database asked to try again', async () => {
    let conflicts = 2
    const { publish, letters } = await start(async (event, tx) => {
      if (conflicts-- > 0) await tx.query(`DO $$ BEGIN RAISE 'again' USING ERRCODE = '40P01'; END $$`)
      await takeEffect(tx, event)
    })
    const event = anEvent()
    await publish(event)
    expect(await opened.effects()).toEqual([event.id])
    expect(letters).toEqual([])
  })

  it('is known for ever, without the event: a repeat may come years later', async () => {
    const { publish } = await start(async (event, tx) => void (await takeEffect(tx, event)))
    const events = Array.from({ length: 20 }, () => anEvent())
    await publish(...events)
    await queryRows(database, `UPDATE inbox SET received_at = received_at - interval '9 years'`)
    await publish(...events)
    expect((await opened.effects()).sort()).toEqual(idsOf(events).sort())
    const kept = await queryRows(database, 'SELECT DISTINCT state, event FROM inbox')
    expect(kept).toEqual([{ state: 'done', event: null }])
  })
})
