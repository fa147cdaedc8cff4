/**
 * What somebody who listens has not read yet. `return` ends it at once, also while `next` waits: an async generator
 * function would leave its caller waiting for one more letter.
 */
export interface Mailbox<Letter> extends AsyncIterableIterator<Letter, undefined> {
  /** How many letters wait to be read. */
  readonly size: number
  put(letter: Letter): void
  /** Takes no more. What waits can still be read. */
  close(): void
}

/** `onReturn` is called once, when the reader goes. */
export function createMailbox<Letter>(onReturn: () => void): Mailbox<Letter> {
  const letters: Letter[] = []
  const readers: ((result: IteratorResult<Letter, undefined>) => void)[] = []
  const done = { done: true, value: undefined } as const
  let isOpen = true

  const close = () => {
    isOpen = false
    for (const reader of readers.splice(0)) reader(done)
  }
  return {
    get size() {
      return letters.length
    },
    put(letter) {
      if (!isOpen) return
      const reader = readers.shift()
      if (reader) reader({ done: false, value: letter })
      else letters.push(letter)
    },
    close,
    async next() {
      const letter = letters.shift()
      if (letter !== undefined) return { done: false, value: letter }
      return isOpen ? new Promise((resolve) => readers.push(resolve)) : done
    },
    async return() {
      letters.length = 0
      close()
      onReturn()
      return done
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
