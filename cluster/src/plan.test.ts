import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { makePlan } from './plan.js'
import { readRooms } from './rooms.js'

const rooms = await readRooms()
const portsOf = ({ copies }: Awaited<ReturnType<typeof makePlan>>) =>
  Object.fromEntries(copies.map(({ name, port }) => [name, port]))

describe('a plan', () => {
  it('has one copy of each room, on its own port', async () => {
    expect(portsOf(await makePlan(rooms, { copiesOf: {} }))).toEqual({
      gateway: 4004,
      auth: 8089,
      patient: 8080,
      doctor: 8083,
      appointment: 8084,
      billing: 8081,
      analytics: 8082,
    })
  })

  it('gives further copies ports that nobody has', async () => {
    const options = { copiesOf: { gateway: 3, appointment: 2 }, firstPort: 25_000 }
    const { copies } = await makePlan(rooms, options)
    expect(copies.map(({ name }) => name)).toEqual(expect.arrayContaining(['gateway#3', 'appointment#2']))
    expect(new Set(copies.map(({ port }) => port)).size).toBe(rooms.length + 3)

    const taken = copies[0]?.port ?? 0
    const other = createServer().listen(taken, '127.0.0.1')
    await once(other, 'listening')
    expect(Object.values(portsOf(await makePlan(rooms, options)))).not.toContain(taken)
    other.close()
  })

  it('keeps copies away from the ports of outgoing connections', async () => {
    await expect(makePlan(rooms, { copiesOf: {}, firstPort: 32_768 })).rejects.toThrow('No port')
  })
})
