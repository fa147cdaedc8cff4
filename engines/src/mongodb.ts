import { join } from 'node:path'
import { type Engine, host, portOf } from './engine.js'
import { copyJars, java, recipe } from './jars.js'

const port = portOf(37017)

/** A stand-in: Debian has no mongod. It speaks MongoDB's protocol, without sessions, transactions and change streams. */
export const mongodb: Engine = {
  name: 'mongodb',
  port,
  url: `mongodb://${host}:${port}/caregraph`,
  variable: 'MONGODB_URL',
  program: 'mvn',
  packages: ['openjdk-17-jdk-headless', 'maven'],
  readyLine: 'ready for connections',
  prepare: (folder, run) => copyJars('mongodb', folder, run),
  command: (folder) => [
    ...java(folder, '-Xmx256m'),
    ...[recipe('mongodb', 'StandIn.java'), String(port), join(folder, 'data')],
  ],
}
