import { expect, it } from 'vitest'
import { jsonLog } from './log.js'

it.each(['stdout', 'stderr'] as const)('a log on %s that nobody reads any more does not end the process', (stream) => {
  const cut = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  expect(() => process[stream].emit('error', cut)).not.toThrow()
})

it('an entry is one line of JSON: when, how grave, who, what, and the rest', () => {
  const lines: string[] = []
  const log = jsonLog('billing', (line) => void lines.push(line))
  log.info('a line\nbreak', { requestId: 'r', traceId: undefined })
  log.error('failed', { at: 'a place', level: 'info', service: 'gateway' })
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
  const entries = lines.map((line) => JSON.parse(line))
  expect(entries).toEqual([
    { at: expect.any(String), level: 'info', service: 'billing', message: 'a line\nbreak', requestId: 'r' },
    { at: expect.any(String), level: 'error', service: 'billing', message: 'failed' },
  ])
  expect(new Date(entries[0].at).toISOString()).toBe(entries[0].at)
})
