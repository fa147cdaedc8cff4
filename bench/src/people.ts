import { randomUUID } from 'node:crypto'
import type { Client } from './client.js'

const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

/** The code of a visit of half an hour. */
export const serviceType = 'VISIT'

export async function saveServiceType(admin: Client): Promise<void> {
  await admin.get('mutation ($input: SaveServiceTypeInput!) { saveServiceType(input: $input) { code } }', {
    input: {
      code: serviceType,
      name: 'Visit',
      durationMinutes: 30,
      price: { minorUnits: 8000, currency: 'USD' },
    },
  })
}

/** Doctors who always work. */
export async function addDoctors(admin: Client, count: number): Promise<string[]> {
  const weeklyHours = days.map((day) => ({ day, startsAt: '00:00', endsAt: '00:00' }))
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { addDoctor } = await admin.get<{ addDoctor: { id: string } }>(
        'mutation ($input: AddDoctorInput!) { addDoctor(input: $input) { id } }',
        {
          input: {
            name: `Dr. Number ${index}`,
            specialization: 'GENERAL_PRACTICE',
            licenseNumber: randomUUID(),
            timeZone: 'UTC',
            weeklyHours,
          },
        },
      )
      return addDoctor.id
    }),
  )
}

export async function registerPatients(admin: Client, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { registerPatient } = await admin.get<{ registerPatient: { id: string } }>(
        'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
        { input: { name: `Patient Number ${index}`, dateOfBirth: '1984-02-29', phone: '+14155550123' } },
      )
      return registerPatient.id
    }),
  )
}

const halfHour = 1_800_000

export interface Visit {
  readonly doctorId: string
  readonly patientId: string
  readonly startsAt: Date
}

export interface People {
  readonly doctorIds: readonly string[]
  readonly patientIds: readonly string[]
  /** When their first visits begin. */
  readonly from: Date
}

/** So many doctors and as many patients, in a clinic that has nobody yet. */
export async function hirePeople(admin: Client, count: number): Promise<People> {
  await saveServiceType(admin)
  const [doctorIds, patientIds] = await Promise.all([addDoctors(admin, count), registerPatients(admin, count)])
  return { doctorIds, patientIds, from: daysAhead(1) }
}

/** The visit of that number: no two of them share a doctor's or a patient's time. */
export function visitNumber(number: number, { doctorIds, patientIds, from }: People): Visit {
  const round = Math.floor(number / Math.min(doctorIds.length, patientIds.length))
  const doctorId = doctorIds[number % doctorIds.length]
  const patientId = patientIds[number % patientIds.length]
  if (doctorId === undefined || patientId === undefined) throw new Error('a visit needs a doctor and a patient')
  return { doctorId, patientId, startsAt: new Date(from.getTime() + round * halfHour) }
}

export async function book(client: Client, { doctorId, patientId, startsAt }: Visit): Promise<string> {
  const { bookAppointment } = await client.get<{ bookAppointment: { id: string } }>(
    'mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { id status } }',
    { input: { doctorId, patientId, serviceType, startsAt } },
  )
  return bookAppointment.id
}

/** Midnight UTC, so many days from now. */
export function daysAhead(count: number): Date {
  const day = 86_400_000
  return new Date((Math.floor(Date.now() / day) + count) * day)
}
