/**
 * Takes events as they come, also while the reader is busy, so that a slow reader holds up nobody before him. Beyond
 * `most` waiting events it calls `onOverflow` and ends: memory stays bounded. `return` ends the source at once.
 */
export function bufferEvents<Event>(
  source: AsyncGenerator<Event, void, void>,
  { most, onOverflow }: { most: number; onOverflow: () => void },
): AsyncGenerator<Event, void, void> {
  const waiting: Event[] = []
  let end: { readonly failure?: unknown } | undefined
  let wake = () => {}

  const finish = (failure?: unknown) => {
    end ??= failure === undefined ? {} : { failure }
    wake()
  }
  const fill = async () => {
    for (;;) {
      const { done, value } = await source.next()
      if (done || end !== undefined) return
      if (waiting.length === most) {
        waiting.length = 0
        onOverflow()
        return source.return()
      }
      waiting.push(value)
      wake()
    }
  }
  fill().then(() => finish(), finish)

  const next = async (): Promise<IteratorResult<Event, void>> => {
    for (;;) {
      const value = waiting.shift()
      if (value !== undefined) return { done: false, value }
      if (end !== undefined) {
        const { failure } = end
        end = {}
        if (failure !== undefined) throw failure
        return { done: true, value: undefined }
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const close = async (): Promise<IteratorResult<Event, void>> => {
    waiting.length = 0
    finish()
    await source.return()
    return { done: true, value: undefined }
  }
  return generatorOf(next, close)
}

/**
 * Each event changed by `change`, one after the other; where that answers nothing, the events are over. `return` ends
 * the source at once, also while an event is awaited.
 */
export function mapEvents<Event, Changed>(
  source: AsyncGenerator<Event, void, void>,
  change: (event: Event) => Promise<Changed | undefined>,
): AsyncGenerator<Changed, void, void> {
  const close = () => source.return() as Promise<IteratorReturnResult<void>>
  return generatorOf(async () => {
    const event = await source.next()
    const value = event.done ? undefined : await change(event.value)
    if (value !== undefined) return { done: false, value }
    return event.done ? event : close()
  }, close)
}

/** The same events, which are among the open ones until they end, of themselves or because nobody reads on. */
export function keptWhileOpen<Event>(
  source: AsyncGenerator<Event, void, void>,
  open: Set<object>,
): AsyncGenerator<Event, void, void> {
  open.add(source)
  const end = () => open.delete(source)
  return generatorOf(
    async () => {
      try {
        const event = await source.next()
        if (event.done) end()
        return event
      } catch (error) {
        end()
        throw error
      }
    },
    async () => {
      end()
      return source.return() as Promise<IteratorReturnResult<void>>
    },
  )
}

/** A generator function would make `return` wait for the event that is awaited, which may never come. */
export function generatorOf<Event>(
  next: () => Promise<IteratorResult<Event, void>>,
  close: () => Promise<IteratorResult<Event, void>>,
): AsyncGenerator<Event, void, void> {
  return {
    next,
    return: close,
    async throw(error) {
      await close()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await close()
    },
  }
}
