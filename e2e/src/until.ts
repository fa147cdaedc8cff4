import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMilliseconds = 20

/** Waits for what takes effect by an event, and fails with its name when it does not. */
export async function until<T>(
  name: string,
  look: () => Promise<T | undefined | null | false>,
  within = 20_000,
  everyMilliseconds = lookEveryMilliseconds,
): Promise<T> {
  const end = performance.now() + within
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (performance.now() > end) throw new Error(`${name} did not come within ${within} ms`)
    await delay(everyMilliseconds)
  }
}
