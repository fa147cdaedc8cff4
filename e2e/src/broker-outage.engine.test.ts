import { setTimeout as delay } from 'node:timers/promises'
import { openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { engines, isListening, kafkaBehindProxy } from '@caregraph/engines'
import { type Way, wayTo } from '@caregraph/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookSteadily, gatewaysOf, prepareWishes, type Wish } from './booking-load.js'
import { expectWholeBooks } from './books.js'
import { type SignedIn, signIn } from './client.js'
import { clusterSettings } from './process.js'
import { until } from './until.js'

const seconds = Number(process.env['OUTAGE_SECONDS'] ?? 10)
const beforeAndAfterMilliseconds = 3_000
const bookingsPerSecond = 20
const backlogWithinMilliseconds = 30_000

const hasSecondDoor = await isListening(kafkaBehindProxy.port)

describe.skipIf(!hasSecondDoor)(`a clinic whose Kafka is away for ${seconds} s`, () => {
  let way: Way
  let clinic: TestClinic
  let admin: SignedIn
  let wishes: Generator<Wish, never>
  const booked: string[] = []
  beforeAll(async () => {
    const { port, proxy } = kafkaBehindProxy
    way = await wayTo(`kafka://127.0.0.1:${port}`, proxy)
    clinic = await openTestClinic({
      settings: clusterSettings,
      copiesOf: { gateway: 2, appointment: 2 },
      through: (urls) => ({ ...urls, broker: urls.broker.replace(`:${engines.kafka.port}`, `:${proxy}`) }),
    })
    admin = await signIn(clinic.url)
    wishes = await prepareWishes(admin)
  }, 180_000)
  afterAll(async () => {
    await clinic?.close()
    await way.stop()
  }, 180_000)

  it.each([
    ['refused', 'cut'],
    ['without a word', 'swallow'],
  ] as const)(
    '(%s) books on, and has each effect once soon after it is back; who subscribes hears of all',
    async (_, manner) => {
      const heard = new Set<string>()
      const listening = listen(admin, heard)
      const load = startLoad(clinic, admin, wishes)
      await until('a booking that is heard of', async () => heard.size > 0)

      await delay(beforeAndAfterMilliseconds)
      way[manner]()
      const awayAt = performance.now()
      await delay(1_000 * seconds)
      const backAt = performance.now()
      way.pass()
      await delay(beforeAndAfterMilliseconds)
      const report = await load.end()

      const meanwhile = report.promptAt.filter((at) => at > awayAt && at < backAt)
      const wished = bookingsPerSecond * seconds
      console.log(`${manner}: ${meanwhile.length} of about ${wished} booked at the first try while it was away`)
      // One of six is a rival who may come too late; the rest leaves room for a slow machine.
      expect(meanwhile.length).toBeGreaterThan(wished / 2)
      expect(Object.fromEntries(report.refused)).toEqual({})
      booked.push(...report.acknowledged.values())
      await expectWholeBooks(admin, booked, backlogWithinMilliseconds)
      console.log(`${manner}: all effects ${Math.round(performance.now() - backAt)} ms after it was back`)
      const acknowledged = [...report.acknowledged.values()]
      await until(
        'the last change to be heard of',
        async () => acknowledged.every((id) => heard.has(id)),
        backlogWithinMilliseconds,
      )
      await listening.return()
    },
    300_000,
  )
})

function startLoad(clinic: TestClinic, admin: SignedIn, wishes: Generator<Wish, never>) {
  const stopping = new AbortController()
  const report = bookSteadily({
    ...{ admin, wishes },
    gateways: gatewaysOf(clinic),
    perSecond: bookingsPerSecond,
    stop: stopping.signal,
  })
  return {
    end() {
      stopping.abort()
      return report
    },
  }
}

/** Adds the visits that a subscriber hears of. */
function listen(subscriber: SignedIn, heard: Set<string>): { return(): Promise<unknown> } {
  const feed = subscriber.subscribe<{ appointmentStatusChanged: { appointment: { id: string } } }>(
    'subscription { appointmentStatusChanged { status appointment { id } } }',
  )
  const hear = async () => {
    for await (const { data } of feed) if (data) heard.add(data.appointmentStatusChanged.appointment.id)
  }
  // A feed that ends says so by what is never heard.
  hear().catch(() => undefined)
  return { return: () => feed.return(undefined) }
}
