import { setTimeout as delay } from 'node:timers/promises'
import type { TestClinic } from '@caregraph/cluster/testing'
import { clientOf, type SignedIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'

/** A booking that somebody wants; its key makes asking again safe. */
export interface Wish {
  readonly idempotencyKey: string
  readonly patientId: string
  readonly doctorId: string
  readonly serviceType: string
  readonly startsAt: string
}

/** What became of the wishes, each asked for until it was answered. */
export interface LoadReport {
  /** The visits, one for each wish that was granted. */
  readonly acknowledged: Map<Wish, string>
  /** Those who were told that somebody else has the time. */
  readonly tooLate: Set<Wish>
  /** Answers that no client of a whole clinic should get, and how often. */
  readonly refused: Map<string, number>
  /** How often a client could not know whether he had booked, by what he saw. */
  readonly unknown: Map<string, number>
  /** When a booking was acknowledged at the first try, in milliseconds of `performance.now`. */
  readonly promptAt: number[]
  readonly wishes: Wish[]
}

const beforeNextTryMilliseconds = 250
const longestBetweenTriesMilliseconds = 4_000
const patienceMilliseconds = 20_000
const rivals = 5

export interface LoadOptions {
  readonly admin: SignedIn
  readonly wishes: Generator<Wish, never>
  readonly gateways: readonly string[]
  readonly perSecond: number
  readonly stop: AbortSignal
}

/**
 * Books so many times a second, whether or not those before are answered, until it is stopped and all are answered.
 */
export async function bookSteadily({ admin, wishes, gateways, perSecond, stop }: LoadOptions): Promise<LoadReport> {
  const report: LoadReport = {
    ...{
      acknowledged: new Map(),
      tooLate: new Set(),
      refused: new Map(),
      unknown: new Map(),
      promptAt: [],
      wishes: [],
    },
  }
  const underWay: Promise<void>[] = []
  for (let next = performance.now(); !stop.aborted; next += 1_000 / perSecond) {
    await delay(Math.max(0, next - performance.now()))
    const wish = wishes.next().value
    report.wishes.push(wish)
    underWay.push(bookUntilAnswered(admin, gateways, wish, report))
  }
  await Promise.all(underWay)
  return report
}

/** What a careful client does: no answer means the same request again, at the next gateway; any answer is the end of it. */
async function bookUntilAnswered(
  { token }: SignedIn,
  gateways: readonly string[],
  wish: Wish,
  { acknowledged, tooLate, refused, unknown, promptAt, wishes }: LoadReport,
): Promise<void> {
  const first = wishes.length
  for (let tries = 0; ; tries++) {
    const gateway = gateways[(first + tries) % gateways.length] ?? ''
    const answer = await book(gateway, token, wish)
    if ('id' in answer) {
      acknowledged.set(wish, answer.id)
      if (tries === 0) promptAt.push(performance.now())
      return
    }
    if (answer.code === 'SLOT_TAKEN') return void tooLate.add(wish)
    const counts = answer.isUnknown ? unknown : refused
    counts.set(answer.code, (counts.get(answer.code) ?? 0) + 1)
    if (!answer.isUnknown) return
    // All who wait asking at the same pace would be the next outage.
    await delay(Math.min(beforeNextTryMilliseconds * 2 ** tries, longestBetweenTriesMilliseconds))
  }
}

type Answer = { readonly id: string } | { readonly code: string; readonly isUnknown: boolean }

export async function book(gateway: string, token: string | undefined, input: Wish): Promise<Answer> {
  const patience = AbortSignal.timeout(patienceMilliseconds)
  try {
    const { data, errors } = await clientOf(gateway, token, patience).ask<{ bookAppointment: { id: string } }>(
      bookAppointment,
      { input },
    )
    if (data?.bookAppointment) return { id: data.bookAppointment.id }
    const code = errors[0]?.extensions.code ?? 'nothing'
    return { code, isUnknown: code === 'SERVICE_UNAVAILABLE' }
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } }
    return { code: cause?.code ?? name, isUnknown: true }
  }
}

interface Cast {
  readonly doctorIds: readonly string[]
  readonly patientIds: readonly string[]
  readonly serviceType: string
}

/** Doctors, patients, and what they want of each other. Needs a clinic that is whole. */
export async function prepareWishes(admin: SignedIn): Promise<Generator<Wish, never>> {
  const serviceType = await aServiceType(admin)
  const doctorIds = await inFlight(4, Array(20).fill({}), (overrides: object) => aDoctor(admin, overrides))
  const patientIds = await inFlight(4, Array(60).fill({}), (overrides: object) => aPatient(admin, overrides))
  return wishesOf({ serviceType, doctorIds, patientIds })
}

/**
 * No two wishes of an hour have the same doctor or the same patient, but for the rivals: every fifth wants the very time
 * of the one before, for another patient, and one of the two is to have it.
 */
function* wishesOf({ doctorIds, patientIds, serviceType }: Cast): Generator<Wish, never> {
  for (let index = 0; ; index++) {
    const hour = inHours(24 + Math.floor(index / doctorIds.length))
    const place = index % doctorIds.length
    const doctorId = doctorIds[place] ?? ''
    const wish = (patient: number, key: string): Wish => ({
      ...{ idempotencyKey: key, doctorId, serviceType, startsAt: hour },
      patientId: patientIds[patient] ?? '',
    })
    yield wish(place, `wish-${index}`)
    if (index % rivals === 0) yield wish(doctorIds.length + place, `rival-${index}`)
  }
}

export const gatewaysOf = ({ copies, urlOf }: TestClinic): string[] =>
  copies.filter(({ room }) => room === 'gateway').map(urlOf)
