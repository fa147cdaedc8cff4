import { setTimeout as delay } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { engineOf, type LockName, writtenFor } from './engine.js'
import type { Transaction } from './transaction.js'

const lookEveryMilliseconds = 20

/** A connection of its own, which alone of all copies has the lock until it lets go or dies. */
export interface HeldLock {
  readonly query: Transaction['query']
  /** Gives lock and connection back. Must be called. */
  release(): Promise<void>
}

/**
 * Takes the lock of this database, unless another connection has it. Never waits for it.
 * @param lostAfterMilliseconds a holder that asks nothing for so long loses it: one that was stopped and did not die
 */
export async function tryLock(
  database: DataSource,
  lock: LockName,
  lostAfterMilliseconds?: number,
): Promise<HeldLock | undefined> {
  const engine = engineOf(database)
  const runner = database.createQueryRunner()
  try {
    const ask = await engine.connection(runner)
    if (await engine.tryLock(ask, database, lock)) {
      const release = async () => {
        // A connection that broke has lost the lock by that.
        await engine.unlock(ask, database, lock).catch(() => undefined)
        if (lostAfterMilliseconds !== undefined) await ask(engine.mayRestAgain).catch(() => undefined)
        await runner.release().catch(() => undefined)
      }
      if (lostAfterMilliseconds !== undefined) {
        await ask(engine.endAfterSilenceOf(lostAfterMilliseconds)).catch(async (error: unknown) => {
          await release()
          throw error
        })
      }
      return { query: (statement, parameters) => ask(writtenFor(engine.name, statement), parameters), release }
    }
  } catch (error) {
    await runner.release().catch(() => undefined)
    throw error
  }
  await runner.release()
  return undefined
}

/** Waits in steps, since a statement that waits is ended by the limit of time. */
export async function lockWhenFree(database: DataSource, lock: LockName): Promise<HeldLock> {
  for (;;) {
    const held = await tryLock(database, lock)
    if (held !== undefined) return held
    await delay(lookEveryMilliseconds)
  }
}
