import { expect, it } from 'vitest'
import { changesOf } from './changes-of-event.js'
import { randomEvent, randomFrom } from './random-events.js'

it('an event changes one day, one doctor at most, and no figure twice', () => {
  const random = randomFrom(20_270_301)
  for (let tries = 0; tries < 1_000; tries++) {
    const changes = changesOf(randomEvent(random), 'America/New_York')
    if (changes.length === 0) continue
    expect(new Set(changes.map(({ day }) => day)).size).toBe(1)
    expect(new Set(changes.flatMap(({ doctorId }) => doctorId ?? [])).size).toBeLessThanOrEqual(1)
    expect(new Set(changes.map(({ amount: _, ...place }) => JSON.stringify(place))).size).toBe(changes.length)
  }
})
