import { anActor, until } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.stop())

const at = (time: string) => `2027-03-02T${time}:00Z`
const aWish = (overrides: object = {}) => ({
  patientId: clinic.people.aPatient(),
  doctorId: clinic.people.aDoctor(),
  startsAt: at('09:00'),
  ...overrides,
})
/** The code of the refusal, with the field of the input; or the status. */
async function outcome(input: object, actor = admin): Promise<string> {
  const { data, errors } = await clinic.book(input, actor)
  const { code, params } = (errors?.[0]?.extensions ?? {}) as { code?: string; params?: { field?: string } }
  return code === undefined ? String(data?.['bookAppointment']?.['status']) : [code, params?.field].join(' ').trim()
}
const aHimself = () => anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] })

describe('bookAppointment', () => {
  it('by staff is CONFIRMED, lasts as long as its service type and keeps its price', async () => {
    const wish = aWish({ notes: '  bring the film  ' })
    const { data } = await clinic.ask(
      `mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
        patient { id } doctor { id } serviceType { code name } startsAt endsAt status allowedActions fee { minorUnits currency decimal }
        notes holdExpiresAt cancellationReason createdAt version history { previousStatus status changedAt appointment { version } }
      } }`,
      { input: { serviceType: 'visit', ...wish } },
      anActor({ roles: ['FRONT_DESK'] }),
    )
    expect(data?.['bookAppointment']).toEqual({
      patient: { id: wish.patientId },
      doctor: { id: wish.doctorId },
      serviceType: { code: 'visit', name: 'Visit' },
      startsAt: '2027-03-02T09:00:00.000Z',
      endsAt: '2027-03-02T09:30:00.000Z',
      status: 'CONFIRMED',
      allowedActions: ['CANCEL'],
      fee: { minorUnits: 12050, currency: 'USD', decimal: '120.50' },
      notes: 'bring the film',
      holdExpiresAt: null,
      cancellationReason: null,
      createdAt: '2027-03-01T08:00:00.000Z',
      version: 1,
      history: [
        {
          previousStatus: null,
          status: 'CONFIRMED',
          changedAt: '2027-03-01T08:00:00.000Z',
          appointment: { version: 1 },
        },
      ],
    })
  })

  it('tells it by one event that holds ids, instants, codes and amounts alone', async () => {
    const wish = aWish({ notes: 'a secret' })
    const appointmentId = await clinic.booked(wish)
    const told = await until(() => {
      const events = clinic.published.filter(({ subject }) => subject === appointmentId)
      return events.length > 0 && events
    })
    expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
      {
        type: 'AppointmentBooked',
        data: {
          appointmentId,
          patientId: wish.patientId,
          doctorId: wish.doctorId,
          serviceType: 'visit',
          startsAt: '2027-03-02T09:00:00.000Z',
          endsAt: '2027-03-02T09:30:00.000Z',
          fee: { minorUnits: 12050, currency: 'USD' },
          previousStatus: null,
          status: 'CONFIRMED',
          bookedAt: '2027-03-01T08:00:00.000Z',
        },
      },
    ])
  })

  it('by a patient is PENDING, and for himself alone', async () => {
    const himself = aHimself()
    expect(await outcome(aWish({ patientId: himself.id }), himself)).toBe('PENDING')
    expect(await outcome(aWish(), himself)).toBe('PATIENT_NOT_FOUND')
  })

  it('is for the desk and for patients: not for a doctor, not for others, not for nobody', async () => {
    for (const role of ['DOCTOR', 'BILLING', 'AUDITOR'] as const) {
      expect(await outcome(aWish(), anActor({ roles: [role] }))).toBe('FORBIDDEN')
    }
    const { errors } = await clinic.ask(
      'mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { id } }',
      { input: aWish({ serviceType: 'visit' }) },
    )
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED')
    expect(await outcome(aWish(), anActor({ roles: ['DOCTOR', 'PATIENT'] }))).toBe('PATIENT_NOT_FOUND')
  })

  it('refuses what the other departments do not know, or do not show', async () => {
    expect(await outcome(aWish({ patientId: '0195d3f8-0000-7000-8000-000000000001' }))).toBe('PATIENT_NOT_FOUND')
    expect(await outcome(aWish({ doctorId: '0195d3f8-0000-7000-8000-000000000001' }))).toBe('DOCTOR_NOT_FOUND')
    const wish = aWish()
    clinic.people.patients.set(wish.patientId, { archivedAt: '2027-01-01T00:00:00Z' })
    expect(await outcome(wish)).toBe('PATIENT_NOT_FOUND')
  })

  it('refuses a time that the doctor does not work, or is away', async () => {
    const weeklyHours = [{ day: 'TUESDAY', startsAt: '09:00', endsAt: '12:00' } as const]
    const timeOff = [{ startsAt: at('10:00'), endsAt: at('11:00') }]
    const doctorId = clinic.people.aDoctor({ weeklyHours, timeOff })
    expect(await outcome(aWish({ doctorId, startsAt: at('08:45') }))).toBe('OUTSIDE_WORKING_HOURS')
    expect(await outcome(aWish({ doctorId, startsAt: at('09:45') }))).toBe('DOCTOR_UNAVAILABLE')
    expect(await outcome(aWish({ doctorId, startsAt: at('09:29') }))).toBe('CONFIRMED')
    const gone = clinic.people.aDoctor({ available: false })
    expect(await outcome(aWish({ doctorId: gone }))).toBe('DOCTOR_UNAVAILABLE')
  })

  it('refuses a start in the past, but lets staff write down the visit that is under way', async () => {
    const under = { startsAt: '2027-03-01T07:45:00Z' }
    const himself = aHimself()
    expect(await outcome(aWish({ ...under, patientId: himself.id }), himself)).toBe('STARTS_IN_PAST')
    expect(await outcome(aWish({ startsAt: '2027-03-01T08:00:00Z', patientId: himself.id }), himself)).toBe(
      'STARTS_IN_PAST',
    )
    expect(await outcome(aWish(under))).toBe('CONFIRMED')
    expect(await outcome(aWish({ startsAt: '2027-03-01T07:30:00Z' }))).toBe('STARTS_IN_PAST')
  })

  it.each([
    [{ patientId: 'x' }, 'patientId'],
    [{ doctorId: '' }, 'doctorId'],
    [{ serviceType: 'unknown' }, 'serviceType'],
    [{ startsAt: '2027-03-02T09:00:00' }, 'startsAt'],
    [{ startsAt: '9999-12-31T23:50:00Z' }, 'startsAt'],
    [{ endsAt: at('09:00') }, 'endsAt'],
    [{ endsAt: at('08:00') }, 'endsAt'],
    [{ endsAt: '2027-03-03T09:00:01Z' }, 'endsAt'],
    [{ notes: 'x'.repeat(2001) }, 'notes'],
    [{ notes: 'x\0' }, 'notes'],
  ])('refuses %j with the path of the field', async (wrong, field) => {
    expect(await outcome(aWish(wrong))).toBe(`BAD_USER_INPUT ${field}`)
  })

  it('takes a visit of exactly a day, but no service type that is not offered any more', async () => {
    expect(await outcome(aWish({ endsAt: '2027-03-03T09:00:00Z' }))).toBe('CONFIRMED')
    const save = `mutation ($input: SaveServiceTypeInput!) { saveServiceType(input: $input) { active } }`
    const old = { code: 'old', name: 'Old', durationMinutes: 10, price: { minorUnits: 0, currency: 'USD' } }
    await clinic.ask(save, { input: { ...old, active: false } }, admin)
    expect(await outcome(aWish({ serviceType: 'old' }))).toBe('BAD_USER_INPUT serviceType')
  })

  it('names the first of several obstacles: people, clock, hours, doctor, patient', async () => {
    const [patientId, doctorId] = [clinic.people.aPatient(), clinic.people.aDoctor()]
    await clinic.booked({ patientId, doctorId })
    expect(await outcome(aWish({ patientId, doctorId }))).toBe('SLOT_TAKEN')
    expect(await outcome(aWish({ patientId }))).toBe('PATIENT_BUSY')
    expect(await outcome(aWish({ doctorId }))).toBe('SLOT_TAKEN')
    clinic.people.doctors.get(doctorId)?.calendar.timeOff.push({ startsAt: at('00:00'), endsAt: at('23:00') })
    expect(await outcome(aWish({ patientId, doctorId }))).toBe('DOCTOR_UNAVAILABLE')
    expect(await outcome(aWish({ patientId, doctorId, startsAt: '2027-02-01T09:00:00Z' }))).toBe('STARTS_IN_PAST')
    clinic.people.doctors.delete(doctorId)
    expect(await outcome(aWish({ patientId, doctorId }))).toBe('DOCTOR_NOT_FOUND')
    clinic.people.patients.delete(patientId)
    expect(await outcome(aWish({ patientId, doctorId }))).toBe('PATIENT_NOT_FOUND')
  })

  it('lets visits follow each other without a gap', async () => {
    const [patientId, doctorId] = [clinic.people.aPatient(), clinic.people.aDoctor()]
    for (const startsAt of [at('09:30'), at('09:00'), at('10:00')]) {
      expect(await outcome({ patientId, doctorId, startsAt })).toBe('CONFIRMED')
    }
    expect(await outcome(aWish({ doctorId, startsAt: at('09:59'), endsAt: at('10:01') }))).toBe('SLOT_TAKEN')
  })

  it('says which department does not answer, and books nothing', async () => {
    const wish = aWish()
    clinic.people.closed.add('doctor')
    const { errors } = await clinic.book(wish)
    clinic.people.closed.clear()
    expect(errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'doctor' } })
    expect(await outcome(wish)).toBe('CONFIRMED')
  })
})

describe('a repeat of bookAppointment under the same idempotency key', () => {
  it('answers the first result, also when both are under way at once, and books and tells it once', async () => {
    const input = aWish({ idempotencyKey: 'at once' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => clinic.book(input)))
    const ids = new Set(answers.map(({ data }) => data?.['bookAppointment']?.['id']))
    expect(ids.size).toBe(1)
    expect([...ids][0]).toBeTypeOf('string')
    const last = await clinic.booked({})
    await until(() => clinic.published.some(({ subject }) => subject === last))
    expect(clinic.published.filter(({ subject }) => ids.has(subject as never))).toHaveLength(1)
  })

  it('answers the first result whatever has changed since: the time is past, the doctor gone, a department closed', async () => {
    const input = aWish({ startsAt: '2027-03-01T08:10:00Z', idempotencyKey: 'later' })
    const first = await clinic.book(input)
    clinic.people.doctors.delete(input.doctorId)
    clinic.people.closed.add('patient')
    clinic.clock.advance(7_200_000)
    const repeat = await clinic.book(input)
    clinic.clock.advance(-7_200_000)
    clinic.people.closed.clear()
    expect(first.errors).toBeUndefined()
    expect(repeat).toEqual(first)
  })

  it('is refused with another input, and the attempt that was refused is not remembered', async () => {
    const input = aWish({ idempotencyKey: 'mine' })
    expect(await outcome({ ...input, doctorId: '0195d3f8-0000-7000-8000-000000000001' })).toBe('DOCTOR_NOT_FOUND')
    expect(await outcome(input)).toBe('CONFIRMED')
    expect(await outcome({ ...input, notes: 'other' })).toBe('IDEMPOTENCY_KEY_REUSED')
  })
})
