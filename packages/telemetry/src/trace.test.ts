import { afterEach, describe, expect, it } from 'vitest'
import { idsOf, inNewTrace, inRequestTrace, inSpan, openSpan, readTraceparent, type Tracer, traceBy } from './trace.js'

const requestId = '01931b1e-7c2a-7def-8a3b-0123456789ab'
const clients = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7'
const span = { name: 'query doctors', kind: 'server' } as const

/** Keeps what was opened, in its order, and how it ended. */
function keeping(isKept = true) {
  const opened: { name: string; where: object; isFailed?: boolean }[] = []
  const tracer: Tracer = {
    isKept: () => isKept,
    open({ name }, where) {
      const each: (typeof opened)[number] = { name, where }
      opened.push(each)
      const traceId = 'traceId' in where ? where.traceId : where.parent.slice(3, 35)
      return {
        traceparent: `00-${traceId}-${String(opened.length).padStart(16, '0')}-01`,
        end: (isFailed) => void Object.assign(each, { isFailed }),
      }
    },
  }
  traceBy(tracer)
  return opened
}
afterEach(() => traceBy(undefined))

const traceparentWithin = (traceparent: unknown) =>
  inRequestTrace(span, { requestId, traceparent }, async (within) => within)

describe('a traceparent', () => {
  it.each([`${clients}-01`, `${clients}-00`])('of version 00 is read: %s', (value) => {
    expect(readTraceparent(value)).toBe(value)
  })

  it.each([
    undefined,
    '',
    [`${clients}-01`],
    `${clients}-01-what-the-future-brings`,
    `01${clients.slice(2)}-01`,
    `${clients}-01`.toUpperCase(),
    `${clients}-01\n`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    `${clients}-01${' '.repeat(100_000)}`,
  ])('of any other form goes no further', (value) => {
    expect(readTraceparent(value)).toBeUndefined()
  })
})

describe('a request', () => {
  it('without a trace of the client has its own id for the trace, without dashes', async () => {
    expect(await traceparentWithin(undefined)).toBe('00-01931b1e7c2a7def8a3b0123456789ab-8a3b0123456789ab-00')
    expect(await traceparentWithin('nonsense')).toBe('00-01931b1e7c2a7def8a3b0123456789ab-8a3b0123456789ab-00')
  })

  it("goes on with a client's trace, which is not kept because the client says so", async () => {
    expect(await traceparentWithin(`${clients}-01`)).toBe(`${clients}-00`)
    keeping(false)
    expect(await traceparentWithin(`${clients}-01`)).toBe(`${clients}-00`)
  })

  it("is kept where the house keeps it, as a part of the client's trace or one of its own", async () => {
    const opened = keeping()
    expect(await traceparentWithin(`${clients}-00`)).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-0{15}1-01$/)
    await traceparentWithin(undefined)
    expect(opened).toEqual([
      { name: 'query doctors', where: { parent: `${clients}-01` }, isFailed: false },
      { name: 'query doctors', where: { traceId: '01931b1e7c2a7def8a3b0123456789ab' }, isFailed: false },
    ])
  })
})

describe('a span', () => {
  it('has failed where its work rejects, or answers what counts as failed', async () => {
    const opened = keeping()
    await expect(inSpan(span, `${clients}-01`, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await inSpan(
      span,
      `${clients}-01`,
      async () => 7,
      (answer) => answer === 7,
    )
    expect(opened.map(({ isFailed }) => isFailed)).toEqual([true, true])
  })

  it('is not opened where the trace is not kept, or nobody keeps any: its work gets what it is a part of', async () => {
    const within = (parent: string | undefined) => inSpan(span, parent, async (traceparent) => traceparent)
    expect(await within(`${clients}-01`)).toBe(`${clients}-01`)
    const opened = keeping()
    expect([await within(`${clients}-00`), await within(undefined)]).toEqual([`${clients}-00`, undefined])
    expect([openSpan(span, `${clients}-00`), openSpan(span, undefined)]).toEqual([undefined, undefined])
    expect(opened).toEqual([])
  })

  it('that nothing caused begins a trace of its own', async () => {
    const ids = [await inNewTrace(span, async (traceparent) => traceparent), await inNewTrace(span, async (it) => it)]
    expect(ids.map(readTraceparent)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })
})

it('what a log entry says of a request is its id and that of its trace', () => {
  expect(idsOf({ requestId, traceparent: `${clients}-01` })).toEqual({
    requestId,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
  expect(JSON.stringify(idsOf({ requestId }))).toBe(JSON.stringify({ requestId }))
})
