import { randomUUID } from 'node:crypto'
import { type Client, clientOf, type SignedIn, signIn } from './client.js'
import { until } from './until.js'

export const roundTheClock = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'].map(
  (day) => ({
    day,
    startsAt: '00:00',
    endsAt: '00:00',
  }),
)

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

export interface Person {
  readonly id: string
  readonly client: SignedIn
}

/** A patient with an account, who has put himself on file. */
export async function aPatientWhoSignsIn(url: string, overrides: object = {}): Promise<Person> {
  const account = { email: `${randomUUID()}@patient.example`, password: randomUUID() }
  const { register } = await clientOf(url).get<{ register: { accessToken: string; user: { id: string } } }>(
    'mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }',
    { input: { name: 'Test Patient', ...account } },
  )
  const client = { ...clientOf(url, register.accessToken), account }
  await aPatient(client, overrides)
  return { id: register.user.id, client }
}

/** Somebody with these roles who has signed in; `id` is that of his record, where he is on file. */
export async function aUser(url: string, admin: Client, roles: readonly string[], id?: string): Promise<SignedIn> {
  const account = { email: `${randomUUID()}@staff.example`, password: randomUUID() }
  await admin.get('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    input: { id, name: 'Test User', roles, ...account },
  })
  return signIn(url, account)
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

/** A visit that an administrator has booked, of the service type that is the same for every story. */
export async function aVisit(
  admin: Client,
  input: { patientId: string; doctorId: string; startsAt: string; notes?: string },
): Promise<string> {
  const serviceType = await aServiceType(admin)
  const booked = await admin.get<{ bookAppointment: { id: string } }>(bookAppointment, {
    input: { ...input, serviceType },
  })
  return booked.bookAppointment.id
}

/** The invoice that the booking of the visit has opened, once it is there. */
export function invoiceOf(reader: Client, appointmentId: string): Promise<string> {
  return until('the invoice', async () => {
    const { appointment } = await reader.get<{ appointment: { invoice: { id: string } | null } }>(
      'query ($id: ID!) { appointment(id: $id) { invoice { id } } }',
      { id: appointmentId },
    )
    return appointment.invoice?.id
  })
}

/** Full hours from now on: the hundredth is in four days. */
export function inHours(hours: number): string {
  const hour = 3_600_000
  return new Date(Math.ceil(Date.now() / hour) * hour + hours * hour).toISOString()
}
