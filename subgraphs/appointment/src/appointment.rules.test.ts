import type { Role } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { anActor } from '@caregraph/testing'
import { describe, expect, it } from 'vitest'
import {
  AppointmentStatus,
  allowedActions,
  type Command,
  decide,
  pendingUntil,
  possibleActions,
  type Standing,
  type Visit,
} from './appointment.rules.js'

const startsAt = new Date('2027-03-02T09:00:00Z')
const hours = (count: number) => new Date(startsAt.getTime() + count * 3_600_000)
const [dayBefore, atStart, lastWeek] = [hours(-24), startsAt, hours(-168)]
const justBefore = (instant: Date) => new Date(instant.getTime() - 1)

const statuses = Object.keys(AppointmentStatus) as AppointmentStatus[]
const commands: Command[] = ['CONFIRM', 'CANCEL', 'CHECK_IN', 'START', 'COMPLETE', 'MARK_NO_SHOW', 'EXPIRE']
const standings: Standing[] = ['staff', 'patient']
const moments = [lastWeek, justBefore(dayBefore), dayBefore, justBefore(atStart), atStart, hours(5)]

const aVisit = (visit: Partial<Visit> = {}): Visit => ({
  status: 'CONFIRMED',
  startsAt,
  expiresAt: visit.status === 'HELD' || visit.status === 'PENDING' ? startsAt : null,
  ...visit,
})
const answer = (visit: Visit, command: Command, by: Standing, now: Date) => {
  const next = decide(visit, command, by, now)
  return next instanceof Refusal ? next.code : next
}

// As the contract writes it down.
const contract = `
  HELD -> PENDING | CONFIRMED | EXPIRED | CANCELLED;
  PENDING -> CONFIRMED | EXPIRED | CANCELLED;  CONFIRMED -> CHECKED_IN | NO_SHOW | CANCELLED;
  CHECKED_IN -> IN_PROGRESS | CANCELLED;  IN_PROGRESS -> COMPLETED`
const arrows = contract
  .split(';')
  .map((line) => line.trim().split(' -> '))
  .flatMap(([from, to = '']) => to.split(' | ').map((each) => `${from} -> ${each}`))

describe('the state machine', () => {
  it('has every arrow of the contract and no other, whoever does whatever, whenever', () => {
    const found = new Set<string>()
    for (const status of statuses)
      for (const command of commands)
        for (const by of standings)
          for (const now of moments) {
            const next = decide(aVisit({ status }), command, by, now)
            if (!(next instanceof Refusal)) found.add(`${status} -> ${next}`)
          }
    expect([...found].sort()).toEqual(arrows.sort())
  })

  it.each<[AppointmentStatus, Command, Standing, Date, string]>([
    ['HELD', 'CONFIRM', 'staff', lastWeek, 'CONFIRMED'],
    ['HELD', 'CONFIRM', 'patient', lastWeek, 'PENDING'],
    ['HELD', 'CANCEL', 'patient', lastWeek, 'CANCELLED'],
    ['HELD', 'EXPIRE', 'staff', lastWeek, 'ILLEGAL_TRANSITION'],
    ['HELD', 'EXPIRE', 'staff', atStart, 'EXPIRED'],
    ['HELD', 'CONFIRM', 'staff', atStart, 'HOLD_EXPIRED'],
    ['HELD', 'CONFIRM', 'patient', atStart, 'HOLD_EXPIRED'],
    ['HELD', 'CANCEL', 'patient', atStart, 'ILLEGAL_TRANSITION'],
    ['PENDING', 'CONFIRM', 'staff', lastWeek, 'CONFIRMED'],
    ['PENDING', 'CONFIRM', 'patient', lastWeek, 'ILLEGAL_TRANSITION'],
    ['PENDING', 'CANCEL', 'patient', lastWeek, 'CANCELLED'],
    ['PENDING', 'EXPIRE', 'staff', justBefore(atStart), 'ILLEGAL_TRANSITION'],
    ['PENDING', 'EXPIRE', 'staff', atStart, 'EXPIRED'],
    ['PENDING', 'CONFIRM', 'staff', atStart, 'ILLEGAL_TRANSITION'],
    ['PENDING', 'CANCEL', 'staff', atStart, 'ILLEGAL_TRANSITION'],
    ['CONFIRMED', 'CONFIRM', 'staff', lastWeek, 'ILLEGAL_TRANSITION'],
    ['CONFIRMED', 'CHECK_IN', 'staff', justBefore(dayBefore), 'ILLEGAL_TRANSITION'],
    ['CONFIRMED', 'CHECK_IN', 'staff', dayBefore, 'CHECKED_IN'],
    ['CONFIRMED', 'MARK_NO_SHOW', 'staff', justBefore(atStart), 'ILLEGAL_TRANSITION'],
    ['CONFIRMED', 'MARK_NO_SHOW', 'staff', atStart, 'NO_SHOW'],
    ['CONFIRMED', 'CANCEL', 'patient', hours(5), 'CANCELLED'],
    ['CONFIRMED', 'START', 'staff', atStart, 'ILLEGAL_TRANSITION'],
    ['CONFIRMED', 'EXPIRE', 'staff', hours(5), 'ILLEGAL_TRANSITION'],
    ['CHECKED_IN', 'START', 'staff', dayBefore, 'IN_PROGRESS'],
    ['CHECKED_IN', 'CANCEL', 'staff', atStart, 'CANCELLED'],
    ['CHECKED_IN', 'MARK_NO_SHOW', 'staff', hours(5), 'ILLEGAL_TRANSITION'],
    ['IN_PROGRESS', 'COMPLETE', 'staff', atStart, 'COMPLETED'],
    ['IN_PROGRESS', 'CANCEL', 'staff', atStart, 'ILLEGAL_TRANSITION'],
  ])('answers %s, %s by %s at %s with %s', (status, command, by, now, expected) => {
    expect(answer(aVisit({ status }), command, by, now)).toBe(expected)
  })

  it('lets nothing happen to what is final', () => {
    for (const status of ['COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED'] as const)
      for (const command of commands)
        for (const now of moments) expect(answer(aVisit({ status }), command, 'staff', now)).toBe('ILLEGAL_TRANSITION')
  })

  it('says with a refusal which status stands and what can be done in it now', () => {
    const tooEarly = decide(aVisit(), 'CHECK_IN', 'staff', lastWeek) as Refusal
    expect(tooEarly.params).toEqual({ from: 'CONFIRMED', allowed: ['CANCEL'] })
    const twice = decide(aVisit({ status: 'CHECKED_IN' }), 'CHECK_IN', 'staff', atStart) as Refusal
    expect(twice.params).toEqual({ from: 'CHECKED_IN', allowed: ['CANCEL', 'START'] })
    const over = decide(aVisit({ status: 'COMPLETED' }), 'CANCEL', 'staff', atStart) as Refusal
    expect(over.params).toEqual({ from: 'COMPLETED', allowed: [] })
  })
})

describe('a request', () => {
  it('lapses after its time', () => {
    expect(pendingUntil(startsAt, lastWeek, 86_400)).toEqual(hours(-168 + 24))
  })

  it('lapses at its start at the latest', () => {
    expect(pendingUntil(startsAt, hours(-3), 86_400)).toEqual(startsAt)
  })
})

describe('what a caller is offered', () => {
  const doctor = anActor({ roles: ['DOCTOR'] })
  const patient = anActor({ roles: ['PATIENT'] })
  const visitOf = (visit: Partial<Visit>) => ({ ...aVisit(visit), doctorId: doctor.id, patientId: patient.id })
  const someone = (...roles: Role[]) => anActor({ roles })

  it.each([
    ['PENDING', lastWeek, ['CONFIRM', 'CANCEL'], ['CONFIRM', 'CANCEL'], ['CANCEL']],
    ['CONFIRMED', lastWeek, ['CANCEL'], ['CANCEL'], ['CANCEL']],
    ['CONFIRMED', dayBefore, ['CANCEL', 'CHECK_IN'], ['CANCEL'], ['CANCEL']],
    ['CONFIRMED', atStart, ['CANCEL', 'CHECK_IN', 'MARK_NO_SHOW'], ['CANCEL', 'MARK_NO_SHOW'], ['CANCEL']],
    ['CHECKED_IN', atStart, ['CANCEL', 'START'], ['CANCEL', 'START'], ['CANCEL']],
    ['IN_PROGRESS', atStart, ['COMPLETE'], ['COMPLETE'], []],
    ['COMPLETED', atStart, [], [], []],
    ['CANCELLED', atStart, [], [], []],
    ['NO_SHOW', atStart, [], [], []],
    ['EXPIRED', atStart, [], [], []],
    ['PENDING', atStart, [], [], []],
  ] as const)('in %s at %s is %j to the desk, %j to the doctor and %j to the patient', (status, now, ...expected) => {
    const callers = [someone('FRONT_DESK'), doctor, patient]
    expect(callers.map((actor) => allowedActions(actor, visitOf({ status }), now))).toEqual(expected)
    expect(allowedActions(someone('ADMIN'), visitOf({ status }), now)).toEqual(expected[0])
  })

  it('is nothing to everybody else, and never more than the state machine lets happen', () => {
    const others = [undefined, someone('BILLING'), someone('AUDITOR'), someone('DOCTOR'), someone('PATIENT')]
    for (const status of statuses)
      for (const now of moments) {
        for (const actor of others) expect(allowedActions(actor, visitOf({ status }), now)).toEqual([])
        for (const actor of [someone('ADMIN'), doctor, patient]) {
          const possible = possibleActions(visitOf({ status }), actor === patient ? 'patient' : 'staff', now)
          expect(possible).toEqual(expect.arrayContaining(allowedActions(actor, visitOf({ status }), now)))
        }
      }
  })

  it('is the patient’s share to a doctor who is the patient', () => {
    const both = anActor({ roles: ['DOCTOR', 'PATIENT'] })
    expect(allowedActions(both, { ...visitOf({ status: 'PENDING' }), patientId: both.id }, lastWeek)).toEqual([
      'CANCEL',
    ])
    expect(allowedActions(both, { ...visitOf({ status: 'PENDING' }), doctorId: both.id }, lastWeek)).toEqual([
      'CONFIRM',
      'CANCEL',
    ])
  })
})
