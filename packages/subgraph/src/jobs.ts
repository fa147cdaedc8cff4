import type { Stop } from '@caregraph/events'
import { inNewTrace } from '@caregraph/telemetry'
import type { Room } from './define-subgraph.js'

export interface Job<Services> {
  readonly name: string
  readonly everySeconds: number
  /** Each run is a trace of its own. */
  readonly run: (room: Room<Services> & { readonly traceparent: string }) => Promise<unknown>
}

/** Runs the job again and again, the first time after its pause. The stop waits for the run that is under way. */
export function startJob<Services>(job: Job<Services>, room: Room<Services>, onFault: (error: unknown) => void): Stop {
  let stopped = false
  let timer: NodeJS.Timeout
  let running: Promise<unknown> = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      running = inNewTrace({ name: `job ${job.name}`, kind: 'internal' }, (traceparent) =>
        job.run({ ...room, traceparent }),
      )
        .catch(onFault)
        .finally(() => stopped || next())
    }, job.everySeconds * 1000)
  }
  next()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
