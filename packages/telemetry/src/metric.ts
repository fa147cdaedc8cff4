/** The words that each label may say. */
type Words = Readonly<Record<string, readonly string[]>>
type Said<Labels extends Words> = { readonly [Label in keyof Labels]: Labels[Label][number] }

interface Description<Labels extends Words> {
  readonly name: `caregraph_${string}`
  readonly help: string
  readonly labels: Labels
}

export type Definition = Description<Words>

type Recorded = Readonly<Record<string, string>>

/** Where figures go. Without one they go nowhere, and cost next to nothing. */
export interface Recorder {
  count(metric: Definition, labels: Recorded, by: number): void
  observe(metric: Definition, labels: Recorded, seconds: number): void
}

let recorder: Recorder | undefined

/** From here on the figures of this process go to the recorder, until nobody is given. */
export function recordMetrics(by: Recorder | undefined): void {
  recorder = by
}

export interface Counter<Labels extends Words = Words> extends Description<Labels> {
  readonly kind: 'counter'
  add(labels: Said<Labels>, by?: number): void
}

export interface Histogram<Labels extends Words = Words> extends Description<Labels> {
  readonly kind: 'histogram'
  observe(labels: Said<Labels>, seconds: number): void
}

export interface Reading<Labels extends Words = Words> {
  readonly labels: Said<Labels>
  readonly value: number
}

type Read<Labels extends Words> = () => readonly Reading<Labels>[] | Promise<readonly Reading<Labels>[]>

/** A figure that is looked up when somebody asks for it, and at no other time. */
export interface Gauge<Labels extends Words = Words> extends Description<Labels> {
  readonly kind: 'gauge'
  /**
   * Asks `read` at each look, until the answered function is called. Where it rejects or takes longer than two seconds,
   * because its database is away, its figures are missing this time.
   */
  readBy(read: Read<Labels>): () => void
  readings(): Promise<Reading<Labels>[]>
}

/** What only grows: its name ends in `_total`. */
export function counter<const Labels extends Words>(description: Description<Labels>): Counter<Labels> {
  const metric: Counter<Labels> = {
    ...description,
    kind: 'counter',
    add: (labels, by = 1) => recorder?.count(metric, labels, by),
  }
  return metric
}

/** How long something took, in seconds. */
export function histogram<const Labels extends Words>(description: Description<Labels>): Histogram<Labels> {
  const metric: Histogram<Labels> = {
    ...description,
    kind: 'histogram',
    observe: (labels, seconds) => recorder?.observe(metric, labels, seconds),
  }
  return metric
}

export function gauge<const Labels extends Words>(description: Description<Labels>): Gauge<Labels> {
  const readers = new Set<Read<Labels>>()
  return {
    ...description,
    kind: 'gauge',
    readBy(read) {
      readers.add(read)
      return () => void readers.delete(read)
    },
    async readings() {
      return (await Promise.all(Array.from(readers, readInTime))).flat()
    },
  }
}

const readWithinMilliseconds = 2_000

async function readInTime<Labels extends Words>(read: Read<Labels>): Promise<readonly Reading<Labels>[]> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<readonly Reading<Labels>[]>((resolve) => {
    timer = setTimeout(() => resolve([]), readWithinMilliseconds)
  })
  try {
    return await Promise.race([read(), tooLate])
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}
