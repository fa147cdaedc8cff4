import { beforeEach, describe, expect, it } from 'vitest'
import { type Breaker, createBreaker } from './breaker.js'

let milliseconds: number
let breaker: Breaker
beforeEach(() => {
  milliseconds = 0
  breaker = createBreaker(() => milliseconds)
})
const fail = (times: number, isLate = true) => {
  for (let time = 0; time < times; time++) breaker.failed(isLate)
}

describe('a breaker', () => {
  it('opens after five failures in a row, and not when an answer was between them', () => {
    fail(4)
    breaker.answered()
    fail(4)
    expect(breaker.state()).toBe('closed')
    fail(1)
    expect(breaker.state()).toBe('open')
  })

  it('lets one try after a second, and nobody beside him', () => {
    fail(5)
    milliseconds = 999
    expect(breaker.state()).toBe('open')
    milliseconds = 1_000
    expect(breaker.state()).toBe('half-open')
    breaker.tries()
    milliseconds = 60_000
    expect(breaker.state()).toBe('open')
  })

  it('closes with an answer to the try, and is open for another second without one', () => {
    fail(5)
    milliseconds = 1_000
    breaker.tries()
    fail(1)
    expect(breaker.state()).toBe('open')
    milliseconds = 2_000
    breaker.tries()
    breaker.answered()
    expect(breaker.state()).toBe('closed')
  })

  it('lets another try when the first one tells nothing', () => {
    fail(5)
    milliseconds = 1_000
    breaker.tries()
    breaker.dropped()
    expect(breaker.state()).toBe('half-open')
  })

  it('only avoids a copy that fails at once, or says that it goes', () => {
    fail(5, false)
    expect(breaker.state()).toBe('avoided')
    milliseconds = 1_000
    expect(breaker.state()).toBe('half-open')
    breaker.answered()
    breaker.goes()
    expect(breaker.state()).toBe('avoided')
  })
})
