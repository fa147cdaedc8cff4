import { type Engine, host, portOf } from './engine.js'

const port = portOf(36379)

export const redis: Engine = {
  name: 'redis',
  port,
  url: `redis://${host}:${port}`,
  variable: 'REDIS_URL',
  program: 'redis-server',
  packages: ['redis-server'],
  readyLine: 'Ready to accept connections',
  prepare: async () => undefined,
  command: (folder) => [
    ...['redis-server', '--bind', host, '--port', String(port), '--dir', folder],
    // What was acknowledged survives kill -9. Its title would hide the folder from who looks for its process.
    ...['--save', '', '--appendonly', 'yes', '--set-proc-title', 'no'],
  ],
}
