import { randomUUID } from 'node:crypto'
import type { Client } from './client.js'

const roundTheClock = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'].map((day) => ({
  day,
  startsAt: '00:00',
  endsAt: '00:00',
}))

/** A doctor who always works, where the story is not about his hours. */
export async function aDoctor(admin: Client, overrides: object = {}): Promise<string> {
  const input = {
    name: 'Dr. Test',
    specialization: 'GENERAL_PRACTICE',
    licenseNumber: randomUUID(),
    timeZone: 'UTC',
    weeklyHours: roundTheClock,
    ...overrides,
  }
  const { addDoctor } = await admin.get<{ addDoctor: { id: string } }>(
    'mutation ($input: AddDoctorInput!) { addDoctor(input: $input) { id } }',
    { input },
  )
  return addDoctor.id
}

export async function aPatient(staff: Client, overrides: object = {}): Promise<string> {
  const { registerPatient } = await staff.get<{ registerPatient: { id: string } }>(
    'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
    { input: { name: 'Test Patient', dateOfBirth: '1990-01-01', ...overrides } },
  )
  return registerPatient.id
}

/** A service type of 30 minutes at 80.00, the same for every story. */
export async function aServiceType(admin: Client, overrides: object = {}): Promise<string> {
  const input = {
    code: 'VISIT',
    name: 'Visit',
    durationMinutes: 30,
    price: { minorUnits: 8000, currency: 'USD' },
    ...overrides,
  }
  const { saveServiceType } = await admin.get<{ saveServiceType: { code: string } }>(
    'mutation ($input: SaveServiceTypeInput!) { saveServiceType(input: $input) { code } }',
    { input },
  )
  return saveServiceType.code
}

export const bookAppointment = `mutation ($input: BookAppointmentInput!) {
  bookAppointment(input: $input) { id status startsAt endsAt version }
}`

/** Full hours from now on: the hundredth is in four days. */
export function inHours(hours: number): string {
  const hour = 3_600_000
  return new Date(Math.ceil(Date.now() / hour) * hour + hours * hour).toISOString()
}
