import { describe, expect, it } from 'vitest'
import { createMailbox } from './mailbox.js'

describe('a mailbox', () => {
  it('hands out letters in their order, to those who waited and to those who come later', async () => {
    const box = createMailbox<string>(() => undefined)
    const waiting = [box.next(), box.next()]
    for (const letter of ['a', 'b', 'c', 'd']) box.put(letter)
    expect(box.size).toBe(2)
    const all = [...(await Promise.all(waiting)), await box.next(), await box.next()]
    expect(all.map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('ends at once when it is returned, also for those who wait, and tells it', async () => {
    let returned = 0
    const box = createMailbox<string>(() => void returned++)
    const waiting = box.next()
    await box.return?.()
    box.put('too late')
    expect([await waiting, await box.next(), returned]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
      1,
    ])
  })

  it('that is closed still hands out what it holds', async () => {
    const box = createMailbox<string>(() => undefined)
    box.put('last')
    box.close()
    box.put('too late')
    expect([await box.next(), await box.next()]).toEqual([
      { done: false, value: 'last' },
      { done: true, value: undefined },
    ])
  })
})
