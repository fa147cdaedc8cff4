/** The value that a share of all values does not exceed. Throws where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** What two ways of doing the same give, in turns: so what else the machine does falls on both. */
export interface Turns {
  readonly a: readonly number[]
  readonly b: readonly number[]
  /** The median of what a gives over b, each taken from one turn. */
  readonly ratio: number
}

export async function inTurns(turns: number, a: () => Promise<number>, b: () => Promise<number>): Promise<Turns> {
  const measured: { a: number; b: number }[] = []
  for (let turn = 0; turn < turns; turn++) {
    if (turn % 2 === 0) {
      const first = await a()
      measured.push({ a: first, b: await b() })
    } else {
      const first = await b()
      measured.push({ a: await a(), b: first })
    }
  }
  return {
    a: measured.map((each) => each.a),
    b: measured.map((each) => each.b),
    ratio: median(measured.map((each) => each.a / each.b)),
  }
}

/** Does the work for each of so many numbers, with some under way at the same time. Answers how many a second. */
export async function ratePerSecond(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now()
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return (count * 1000) / (performance.now() - startedAt)
}
