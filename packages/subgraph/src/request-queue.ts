/** How many requests are under way at once, and how many wait for their turn. */
export interface RequestQueue {
  /**
   * Calls `turn` with true when it is one's turn, with false where there is no room to wait in, or no longer.
   * Answers what is to be called when the work has ended, or when nobody waits for the turn any more.
   */
  enter(turn: (isIn: boolean) => void): () => void
  /** From here on nobody comes in, also of those who wait. */
  close(): void
}

interface Place {
  readonly turn: (isIn: boolean) => void
  isIn: boolean
}

export function requestQueue({ atOnce, waiting: mostWaiting }: { atOnce: number; waiting: number }): RequestQueue {
  const waiting = new Set<Place>()
  let inside = 0
  let isClosed = false

  const admit = (place: Place) => {
    inside += 1
    place.isIn = true
    place.turn(true)
  }
  const leave = (place: Place) => {
    waiting.delete(place)
    if (!place.isIn) return
    place.isIn = false
    inside -= 1
    const [next] = waiting
    if (next !== undefined) {
      waiting.delete(next)
      admit(next)
    }
  }
  return {
    enter(turn) {
      const place: Place = { turn, isIn: false }
      if (!isClosed && inside < atOnce) admit(place)
      else if (!isClosed && waiting.size < mostWaiting) waiting.add(place)
      else turn(false)
      return () => leave(place)
    },
    close() {
      isClosed = true
      const turnedAway = [...waiting]
      waiting.clear()
      for (const { turn } of turnedAway) turn(false)
    },
  }
}
