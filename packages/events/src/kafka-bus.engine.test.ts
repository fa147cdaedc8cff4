import { randomUUID } from 'node:crypto'
import { describeOn } from '@caregraph/engines/testing'
import { eventBusSuite } from './event-bus.suite.js'
import { createKafkaBus } from './kafka-bus.js'

await describeOn('kafka', 'Kafka', (url) => {
  eventBusSuite('Kafka', async () => {
    const bus = createKafkaBus({
      url,
      clientId: 'test',
      prefix: `${randomUUID()}-`,
      onPoison: () => undefined,
      onFault: () => undefined,
      onStopped: () => undefined,
    })
    return { bus, close: bus.close }
  })
})
