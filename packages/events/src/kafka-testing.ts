import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { anEvent } from './event-bus.suite.js'
import { createKafkaBus, type KafkaBus, type KafkaBusOptions } from './kafka-bus.js'

/** Topics and groups of a test's own on a Kafka that it shares. */
export interface OwnTopics {
  readonly prefix: string
  /** By which a process is told of them. */
  readonly url: string
  /** A bus, as each process has one. */
  openBus(callbacks?: Partial<KafkaBusOptions>): KafkaBus
  /** A client for what a stranger may do to the topics, and the bus does not. */
  readonly stranger: Kafka
  /** Closes what was opened. Deletes the topics, or a broker that was killed would look through all of them. */
  forget(): Promise<void>
}

export function ownTopics(url: string, clinic: string = randomUUID()): OwnTopics {
  const prefix = `${clinic}-`
  const ownUrl = `${url}/${clinic}`
  const buses: KafkaBus[] = []
  const stranger = new Kafka({ clientId: 'stranger', brokers: [new URL(url).host], logLevel: logLevel.NOTHING })
  return {
    prefix,
    url: ownUrl,
    stranger,
    openBus(callbacks) {
      const ignore = () => undefined
      const silent = { onPoison: ignore, onFault: ignore, onStopped: ignore }
      const bus = createKafkaBus({ url: ownUrl, clientId: 'test', ...silent, ...callbacks })
      buses.push(bus)
      return bus
    },
    async forget() {
      await Promise.all(buses.map((bus) => bus.close()))
      const admin = stranger.admin()
      await admin.connect()
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
      await admin.deleteTopics({ topics })
      await admin.disconnect()
    },
  }
}

/** Messages that are no events, each of another kind. */
export function sevenPoisons(): (string | Buffer | null)[] {
  const event = anEvent('5e1f0a86-7b21-4b0f-8f4f-3f6cdb2f7a10')
  return [
    null,
    '',
    JSON.stringify({ ...event, id: '9d0cf1f2-4a4e-4f0c-9c4e-8d3f5f0d3b11' }).slice(0, -20),
    Buffer.from([0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96]),
    JSON.stringify({ ...event, id: 'not a uuid' }),
    JSON.stringify({ ...event, id: '9d0cf1f2-4a4e-4f0c-9c4e-8d3f5f0d3b11', type: 'PatientSneezed' }),
    JSON.stringify({ ...event, id: '9d0cf1f2-4a4e-4f0c-9c4e-8d3f5f0d3b11', data: { ...event.data, name: 'Ann' } }),
  ]
}
