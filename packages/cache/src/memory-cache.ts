import { EventEmitter } from 'node:events'
import { LRUCache } from 'lru-cache'
import type { Cache, Counted, Limit, Noted, Remembered } from './cache.js'

/** What is forgotten because so much else came begins anew: memory stays bounded. */
const mostWindows = 100_000
const mostNotedKeys = 100_000
const mostRememberedCharacters = 16 * 1024 * 1024

interface Note {
  readonly until: number
}

/** The counts of one process. They are exact at once, so nothing else of the process can come between. */
export interface MemoryCounts {
  countInWindow(key: string, windowMilliseconds: number): Counted
  note(limits: readonly Limit[], windowMilliseconds: number): Noted
}

export function memoryCounts(now: () => Date): MemoryCounts {
  const windows = new LRUCache<string, { endsAt: number; count: number }>({ max: mostWindows })
  const noted = new LRUCache<string, Set<Note>>({ max: mostNotedKeys })

  const notesOf = (key: string, at: number): Set<Note> => {
    const notes = noted.get(key) ?? new Set()
    for (const note of notes) if (note.until <= at) notes.delete(note)
    noted.set(key, notes)
    return notes
  }

  return {
    countInWindow(key, windowMilliseconds) {
      const at = now().getTime()
      const known = windows.get(key)
      const window = known !== undefined && known.endsAt > at ? known : { endsAt: at + windowMilliseconds, count: 0 }
      window.count++
      windows.set(key, window)
      return { count: window.count, endsInMilliseconds: window.endsAt - at }
    },

    note(limits, windowMilliseconds) {
      const at = now().getTime()
      const counts = limits.map(({ key, most }) => ({ notes: notesOf(key, at), most }))
      for (const { notes, most } of counts) {
        const [oldest] = notes
        if (notes.size >= most) return { takeBack: undefined, freeInMilliseconds: (oldest?.until ?? at) - at }
      }
      const note = { until: at + windowMilliseconds }
      for (const { notes } of counts) notes.add(note)
      return {
        takeBack: async () => {
          for (const { notes } of counts) notes.delete(note)
        },
      }
    },
  }
}

/** The cache of a process that is alone, or of a test. */
export function memoryCache(now: () => Date): Cache {
  const counts = memoryCounts(now)
  const values = new LRUCache<string, { json: string; generation: number; until: number }>({
    maxSize: mostRememberedCharacters,
    sizeCalculation: ({ json }) => json.length + 1,
  })
  const generations = new Map<string, number>()
  const bells = new EventEmitter()
  bells.setMaxListeners(0)

  return {
    countInWindow: async (key, windowMilliseconds) => counts.countInWindow(key, windowMilliseconds),
    note: async (limits, windowMilliseconds) => counts.note(limits, windowMilliseconds),

    async remember<Value>({ topic, key, seconds }: Remembered, load: () => Promise<Value>): Promise<Value> {
      const generation = generations.get(topic) ?? 0
      const named = `${topic} ${key}`
      const known = values.get(named)
      if (known !== undefined && known.generation === generation && known.until > now().getTime()) {
        return JSON.parse(known.json) as Value
      }
      const json = JSON.stringify(await load())
      values.set(named, { json, generation, until: now().getTime() + seconds * 1000 })
      return JSON.parse(json) as Value
    },

    async forget(topic) {
      generations.set(topic, (generations.get(topic) ?? 0) + 1)
    },

    ring: (bell) => void bells.emit(bell),

    onRing(bell, listen) {
      bells.on(bell, listen)
      return () => void bells.off(bell, listen)
    },

    close: async () => undefined,
  }
}
