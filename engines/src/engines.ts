import { kafka } from './kafka.js'
import { mariadb } from './mariadb.js'
import { mongodb } from './mongodb.js'
import { postgres } from './postgres.js'
import { redis } from './redis.js'

export const engines = { kafka, mariadb, postgres, mongodb, redis }
export type EngineName = keyof typeof engines
