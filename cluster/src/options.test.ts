import { describe, expect, it } from 'vitest'
import { readCommand, WrongUsage } from './options.js'

const rooms = ['gateway', 'appointment']
const read = (line: string) => readCommand(line.split(' ').filter(Boolean), rooms)

describe('the arguments of npm run cluster', () => {
  it.each([
    ['up', { act: 'up', copiesOf: undefined }],
    ['up --copies appointment=2 --copies gateway=3', { act: 'up', copiesOf: { appointment: 2, gateway: 3 } }],
    ['down', { act: 'down', names: [] }],
    ['down appointment#2', { act: 'down', names: ['appointment#2'] }],
    ['kill gateway appointment#2', { act: 'kill', names: ['gateway', 'appointment#2'] }],
    ['status', { act: 'status' }],
    ['logs gateway', { act: 'logs', name: 'gateway', follow: false }],
    ['logs gateway --follow', { act: 'logs', name: 'gateway', follow: true }],
    ['', { act: 'help' }],
    ['--help', { act: 'help' }],
  ])('%s is understood', (line, command) => {
    expect(read(line)).toEqual(command)
  })

  it.each([
    'start',
    'up gateway',
    'up --copies pharmacy=2',
    'up --copies gateway',
    'up --copies gateway=0',
    'up --copies gateway=10',
    'up --copies gateway=1.5',
    'up --force',
    'status gateway',
    'status --copies gateway=2',
    'down --follow',
    'kill',
    'logs',
    'logs gateway appointment',
  ])('%s is refused', (line) => {
    expect(() => read(line)).toThrow(WrongUsage)
  })
})
