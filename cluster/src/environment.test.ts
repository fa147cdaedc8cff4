import { describe, expect, it } from 'vitest'
import { environmentOf } from './environment.js'
import type { Plan } from './plan.js'
import { readRooms } from './rooms.js'

const rooms = await readRooms()
const plan: Plan = {
  clinic: '',
  subgraphKey: 'k'.repeat(32),
  copies: [
    { name: 'gateway', room: 'gateway', port: 4004, metricsPort: 5004 },
    { name: 'auth', room: 'auth', port: 8089, metricsPort: 9089 },
    { name: 'appointment', room: 'appointment', port: 8084, metricsPort: 9084 },
    { name: 'appointment#2', room: 'appointment', port: 18084, metricsPort: 19084 },
  ],
}
const engines = {
  databases: new Map([
    ['auth', 'postgres://auth@server/auth'],
    ['appointment', 'postgres://appointment@server/appointment'],
  ]),
  broker: 'kafka://server:9092',
  cache: 'redis://server:6379',
}
const terminal = {
  PATH: '/bin',
  PORT: '1',
  CLINIC_NAME: 'Ours',
  ADMIN_PASSWORD: 'secret',
  PENDING_SECONDS: '5',
  AWS_SECRET_ACCESS_KEY: 'of another program',
}

function environment(name: string): NodeJS.ProcessEnv {
  const copy = plan.copies.find((each) => each.name === name)
  const room = rooms.find((each) => each.name === copy?.room)
  if (copy === undefined || room === undefined) throw new Error(`no ${name}`)
  return environmentOf(copy, { room, plan, engines, terminal })
}

describe('the environment of a process', () => {
  it('is where it listens, where its engines are, and where all copies of everybody are', () => {
    expect(environment('appointment#2')).toEqual({
      PATH: '/bin',
      HOST: '127.0.0.1',
      PORT: '18084',
      METRICS_PORT: '19084',
      PUBLIC_URL: 'http://127.0.0.1:4004',
      CLINIC_NAME: 'Ours',
      PENDING_SECONDS: '5',
      SUBGRAPH_KEY: plan.subgraphKey,
      SUBGRAPH_URL_AUTH: 'http://127.0.0.1:8089/graphql',
      SUBGRAPH_URL_APPOINTMENT: 'http://127.0.0.1:8084/graphql,http://127.0.0.1:18084/graphql',
      DATABASE_URL: 'postgres://appointment@server/appointment',
      BROKER_URL: 'kafka://server:9092',
      CACHE_URL: 'redis://server:6379',
    })
  })

  it("holds the administrator's password for auth alone", () => {
    expect(environment('auth')).toHaveProperty('ADMIN_PASSWORD', 'secret')
    expect(environment('gateway')).not.toHaveProperty('ADMIN_PASSWORD')
  })

  it('holds no database for the gateway, and nothing that was not meant for it', () => {
    expect(environment('gateway')).not.toHaveProperty('DATABASE_URL')
    expect(environment('gateway')).not.toHaveProperty('BROKER_URL')
    expect(environment('gateway')).not.toHaveProperty('AWS_SECRET_ACCESS_KEY')
  })
})
