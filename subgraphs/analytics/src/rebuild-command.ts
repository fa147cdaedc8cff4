import { isDatabaseAway } from '@caregraph/database'
import { createKafkaBus, type KafkaBus, type Progress } from '@caregraph/events/kafka'
import { WrongSettings } from '@caregraph/subgraph'
import { readProcessSettings, runningDatabaseUrl } from '@caregraph/subgraph/command'
import { openSets } from './open-sets.js'
import { RebuildOvertaken, type Replay, rebuildFigures } from './rebuild-figures.js'

const usage = `usage: npm run rebuild

Makes all figures of analytics anew from the events that the topics have kept, with the same settings as analytics:
BROKER_URL, DATABASE_URL (or DATA_DIR) and CLINIC_TIME_ZONE, which says where a day begins.

The clinic goes on meanwhile. The old figures are read until the new ones are complete; what happens during the rebuild
is in both. Interrupted at any moment, it leaves the old figures as they are: run it again.`

const noTopics = `BROKER_URL is not set. A clinic in one process keeps no topics: its events are gone once every department has dealt
with them, so there is nothing to rebuild from.`

const reportMilliseconds = 1_000

/** It subscribes to nothing. */
const nothing = () => undefined
const untold = { onPoison: nothing, onFault: nothing, onStopped: nothing }

export interface CommandOptions {
  readonly args: readonly string[]
  readonly variables: NodeJS.ProcessEnv
  readonly print: (line: string) => void
  /** Interrupts. */
  readonly signal: AbortSignal
}

/** Answers the exit code: 0 when the new figures are read, 1 when it failed and can be run again, 2 for a wrong call. */
export async function rebuildCommand({ args, variables, print, signal }: CommandOptions): Promise<number> {
  const isHelp = args.length === 1 && args[0] === '--help'
  if (isHelp || args.length > 0) {
    print(usage)
    return isHelp ? 0 : 2
  }
  try {
    const settings = readProcessSettings('analytics', variables)
    if (settings.brokerUrl === undefined) throw new WrongSettings(noTopics)
    const { sets, close } = await openSets(await runningDatabaseUrl('analytics', settings))
    const bus = createKafkaBus({ url: settings.brokerUrl, clientId: 'rebuild', ...untold })
    try {
      await rebuildFigures(sets, reported(bus, print, signal), settings.clinic.timeZone)
    } finally {
      await bus.close()
      await close()
    }
    print('The new figures are complete, and are read from now on.')
    return 0
  } catch (error) {
    print(sentenceOf(error, signal))
    return 1
  }
}

/** Reads the topics, and says once in a while how far it is. */
function reported(bus: KafkaBus, print: (line: string) => void, signal: AbortSignal): Replay {
  const began = performance.now()
  let reportAt = began + reportMilliseconds
  const onProgress = ({ read, total }: Progress) => {
    const now = performance.now()
    if (now < reportAt && read < total) return
    reportAt = now + reportMilliseconds
    print(`${read} of ${total} events, ${Math.round((read * 1_000) / (now - began))} a second`)
  }
  return (topics, take) => bus.replay(topics, take, { onProgress, signal })
}

/** Rethrows what nobody but a programmer can mend. */
function sentenceOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'Interrupted: the old figures are read as before.'
  if (error instanceof WrongSettings) return error.message
  if (error instanceof RebuildOvertaken) return 'Another rebuild has begun since: this one leaves it the place.'
  if (isDatabaseAway(error)) return 'The database is away: the old figures are as they were. Run this again later.'
  if (error instanceof Error && error.name.startsWith('KafkaJS')) {
    return 'The broker is away: the old figures are read as before. Run this again later.'
  }
  throw error
}
