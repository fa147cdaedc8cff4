import { expect, it } from 'vitest'
import './line-log.js'

it('a log that nobody reads any more does not close the clinic', () => {
  const cut = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  expect(() => process.stderr.emit('error', cut)).not.toThrow()
})
