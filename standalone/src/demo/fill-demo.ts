import { type Clinic, dayIn, type RunningSubgraph } from '@caregraph/subgraph'
import type { ClinicClock } from '../clinic-clock.js'
import { demoAccounts, demoPassword } from './accounts.js'
import { demoDoctors, demoPatients, demoServiceTypes } from './people.js'
import { type Ask, signIn } from './staff.js'
import { comingDays, pastDay, today } from './visits.js'

const daysOfPast = 14
const hour = 3_600_000

export interface Demo {
  readonly subgraphs: ReadonlyMap<string, RunningSubgraph>
  readonly clock: ClinicClock
  readonly clinic: Clinic
  readonly doctorIds: readonly string[]
  readonly patientIds: readonly string[]
}

/**
 * Lives through the last two weeks of a small clinic, act by act, up to now: so every figure, invoice and status is
 * there for the reason for which it would be in a real one. The door is still closed meanwhile.
 */
export async function fillDemo(
  subgraphs: ReadonlyMap<string, RunningSubgraph>,
  clock: ClinicClock,
  clinic: Clinic,
  administrator: { email: string; password: string },
): Promise<void> {
  const now = clock.now()
  const midnight = new Date(`${dayIn(clinic.timeZone, now)}T00:00:00Z`).getTime()
  clock.set(new Date(midnight - (daysOfPast + 1) * 24 * hour))
  const people = await openClinic(await signIn(subgraphs, administrator.email, administrator.password), clinic)
  const demo: Demo = { subgraphs, clock, clinic, ...people }
  for (let daysAgo = daysOfPast; daysAgo > 0; daysAgo--) await pastDay(demo, new Date(midnight - daysAgo * 24 * hour))
  clock.set()
  await today(demo)
  await comingDays(demo)
}

/** What an administrator does before the first patient comes: visits, doctors, accounts, and the card index. */
async function openClinic(admin: Ask, clinic: Clinic): Promise<{ doctorIds: string[]; patientIds: string[] }> {
  for (const { minorUnits, ...serviceType } of demoServiceTypes) {
    await admin('appointment', 'mutation ($input: SaveServiceTypeInput!) { saveServiceType(input: $input) { code } }', {
      input: { ...serviceType, price: { minorUnits, currency: clinic.currency } },
    })
  }
  const doctorIds: string[] = []
  for (const [index, doctor] of demoDoctors.entries()) {
    const { addDoctor } = await admin<{ addDoctor: { id: string } }>(
      'doctor',
      'mutation ($input: AddDoctorInput!) { addDoctor(input: $input) { id } }',
      {
        input: {
          ...doctor,
          timeZone: clinic.timeZone,
          hospitalName: clinic.name,
          licenseNumber: `DEMO-${1001 + index}`,
        },
      },
    )
    doctorIds.push(addDoctor.id)
  }
  const patientIds: string[] = []
  for (const patient of demoPatients) {
    const { registerPatient } = await admin<{ registerPatient: { id: string } }>(
      'patient',
      'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
      { input: patient },
    )
    patientIds.push(registerPatient.id)
  }
  const recordOf: Partial<Record<string, string | undefined>> = { DOCTOR: doctorIds[0], PATIENT: patientIds[0] }
  for (const { email, name, role } of demoAccounts) {
    await admin('auth', 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: { id: recordOf[role], email, name, roles: [role], password: demoPassword },
    })
  }
  return { doctorIds, patientIds }
}
