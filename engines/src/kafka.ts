import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Engine, host, portOf } from './engine.js'
import { copyJars, java } from './jars.js'

const port = portOf(39092)
const controllerPort = portOf(39093)
/** A second door: who comes in by it is told to come again by way of `proxy`, which a test opens before it. */
export const kafkaBehindProxy = { port: portOf(39094), proxy: portOf(39095) }
/** Any would do: a cluster of one node never meets another. */
const clusterId = 'Y2FyZWdyYXBoLWNsaW5pYw'

export const kafka: Engine = {
  name: 'kafka',
  port,
  url: `kafka://${host}:${port}`,
  variable: 'KAFKA_URL',
  program: 'mvn',
  packages: ['openjdk-17-jdk-headless', 'maven'],
  readyLine: 'Kafka Server started',

  async prepare(folder, run) {
    await copyJars('kafka', folder, run)
    await writeFile(settingsOf(folder), settings(folder))
    await run([...server(folder), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settingsOf(folder)])
  },

  command: (folder) => [...server(folder), 'kafka.Kafka', settingsOf(folder)],
}

const settingsOf = (folder: string) => join(folder, 'server.properties')

// Without a level only errors are told, and not that it has started.
const server = (folder: string) => java(folder, '-Xms128m', '-Xmx512m', '-Dlog4j2.level=INFO')

/** One node that is broker and controller, so every topic of its own has one copy. */
const settings = (folder: string) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${host}:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://${host}:${port},PROXIED://${host}:${kafkaBehindProxy.port},CONTROLLER://${host}:${controllerPort}
advertised.listeners=PLAINTEXT://${host}:${port},PROXIED://${host}:${kafkaBehindProxy.proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(folder, 'data')}

# Topics are made by those who know their partitions.
auto.create.topics.enable=false
# A group that was away for longer would begin again from the first event.
offsets.retention.minutes=525600

offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

# After kill -9 the controller takes the broker back only when the session of the killed one is over.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
`
