import { describe, expect, it, vi } from 'vitest'
import { bufferEvents, generatorOf, mapEvents } from './buffer-events.js'

/** A source that gives what the test pushes, and tells whether it was returned. */
function source<Event>() {
  const results: IteratorResult<Event, void>[] = []
  let wake = () => {}
  const state = { returned: false }
  const end = async (): Promise<IteratorResult<Event, void>> => {
    state.returned = true
    results.push({ done: true, value: undefined })
    wake()
    return { done: true, value: undefined }
  }
  const events = generatorOf<Event>(async () => {
    for (;;) {
      const result = results.shift()
      if (result !== undefined) return result
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }, end)
  const push = (event: Event) => {
    results.push({ done: false, value: event })
    wake()
  }
  return { events, push, end, state }
}

const never = { most: 10, onOverflow: () => expect.unreachable() }

describe('buffered events', () => {
  it('come in order, those that waited too, and then are over', async () => {
    const { events, push, end } = source<number>()
    const buffered = bufferEvents(events, never)
    push(1)
    push(2)
    await end()
    const seen: number[] = []
    for await (const event of buffered) seen.push(event)
    expect(seen).toEqual([1, 2])
  })

  it('end with the failure of their source, once', async () => {
    const failing = generatorOf<number>(
      () => Promise.reject(new Error('broken')),
      async () => ({ done: true, value: undefined }),
    )
    const buffered = bufferEvents(failing, never)
    await expect(buffered.next()).rejects.toThrow('broken')
    expect(await buffered.next()).toEqual({ done: true, value: undefined })
  })

  it('end their source at once, also while the next event is awaited', async () => {
    const { events, state } = source<number>()
    const buffered = bufferEvents(events, never)
    const next = buffered.next()
    await buffered.return()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(state.returned).toBe(true)
  })

  it('end, and say so, when more wait than may wait', async () => {
    const { events, push, state } = source<number>()
    const onOverflow = vi.fn()
    const buffered = bufferEvents(events, { most: 3, onOverflow })
    for (let event = 0; event < 4; event++) push(event)
    await vi.waitFor(() => expect(onOverflow).toHaveBeenCalledOnce())
    expect(state.returned).toBe(true)
    expect(await buffered.next()).toEqual({ done: true, value: undefined })
  })
})

describe('mapped events', () => {
  it('are over where the change answers nothing, and so is their source', async () => {
    const { events, push, state } = source<number>()
    const mapped = mapEvents(events, async (event) => (event < 2 ? `event ${event}` : undefined))
    for (const event of [1, 2, 3]) push(event)
    expect(await mapped.next()).toEqual({ done: false, value: 'event 1' })
    expect(await mapped.next()).toEqual({ done: true, value: undefined })
    expect(state.returned).toBe(true)
  })
})
