import { describe, expect, it } from 'vitest'
import { boundedQueue } from './bounded-queue.js'

/** A work that ends when it is told to. */
function aWork() {
  const started: string[] = []
  const ends = new Map<string, (fails?: boolean) => void>()
  const work = (name: string) => () => {
    started.push(name)
    return new Promise<string>((resolve, reject) =>
      ends.set(name, (fails) => (fails ? reject(new Error(name)) : resolve(name))),
    )
  }
  return { started, work, end: (name: string, fails = false) => ends.get(name)?.(fails) }
}

describe('a bounded queue', () => {
  it('runs so many at once, the others in their order', async () => {
    const queue = boundedQueue({ atOnce: 2, mostWaiting: 2 })
    const { started, work, end } = aWork()
    const [a, , c] = ['a', 'b', 'c', 'd'].map((name) => queue(work(name)))
    expect(started).toEqual(['a', 'b'])
    end('a')
    await a
    await expect.poll(() => started).toEqual(['a', 'b', 'c'])
    end('c')
    await c
    await expect.poll(() => started).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuses one more than may wait with RATE_LIMITED, and takes one again when there is room', async () => {
    const queue = boundedQueue({ atOnce: 1, mostWaiting: 1 })
    const { started, work, end } = aWork()
    const first = queue(work('a'))
    const second = queue(work('b'))
    await expect(queue(work('c'))).rejects.toMatchObject({ code: 'RATE_LIMITED', params: { retryAfterSeconds: 1 } })
    end('a')
    await first
    queue(work('d'))
    end('b')
    await second
    await expect.poll(() => started).toEqual(['a', 'b', 'd'])
  })

  it('goes on after a work that failed', async () => {
    const queue = boundedQueue({ atOnce: 1, mostWaiting: 1 })
    const { started, work, end } = aWork()
    const first = queue(work('a'))
    queue(work('b'))
    end('a', true)
    await expect(first).rejects.toThrow('a')
    await expect.poll(() => started).toEqual(['a', 'b'])
  })
})
