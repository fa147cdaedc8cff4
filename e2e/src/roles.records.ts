import { randomUUID } from 'node:crypto'
import type { Client, SignedIn } from './client.js'
import { aDoctor, aPatientWhoSignsIn, aUser, aVisit, inHours, invoiceOf } from './people.js'

/** A visit with all that hangs on it, and the two whose it is. */
export interface CareRecord {
  readonly doctor: SignedIn
  readonly doctorId: string
  readonly patient: SignedIn
  readonly patientId: string
  /** Its ids, and what its people are found by. */
  readonly variables: Readonly<Record<string, string>>
}

export async function recordOf(
  url: string,
  { admin, billing }: { admin: Client; billing: Client },
): Promise<CareRecord> {
  const [doctorName, patientName, licenseNumber] = [aWord(), aWord(), aWord()]
  const doctorId = await aDoctor(admin, { name: doctorName, licenseNumber, phone: '+14155550100' })
  const doctor = await aUser(url, admin, ['DOCTOR'], doctorId)
  const { id: patientId, client: patient } = await aPatientWhoSignsIn(url, { name: patientName })
  await timeOffOf(admin, doctorId, 2089)
  const appointmentId = await aVisit(admin, { doctorId, patientId, startsAt: inHours(1000) })
  const invoiceId = await invoiceOf(admin, appointmentId)
  const amount = { minorUnits: 100, currency: 'USD' }
  const { recordPayment } = await billing.get<{ recordPayment: { id: string } }>(
    'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }',
    { input: { invoiceId, amount, method: 'CASH' } },
  )
  const { submitClaim } = await billing.get<{ submitClaim: { id: string } }>(
    'mutation ($input: SubmitClaimInput!) { submitClaim(input: $input) { id } }',
    { input: { invoiceId, amount, payer: 'Payer', memberNumber: '1' } },
  )
  const ids = { appointmentId, invoiceId, paymentId: recordPayment.id, claimId: submitClaim.id }
  const variables = {
    doctorId,
    doctorName,
    licenseNumber,
    patientId,
    patientName,
    ...(await userIdOf(patient)),
    ...ids,
  }
  return { doctor, doctorId, patient, patientId, variables }
}

const aWord = () => `w${randomUUID().replaceAll('-', '')}`

export async function timeOffOf(staff: Client, doctorId: string, year: number): Promise<string> {
  const { addTimeOff } = await staff.get<{ addTimeOff: { id: string } }>(
    'mutation ($input: AddTimeOffInput!) { addTimeOff(input: $input) { id } }',
    {
      input: {
        doctorId,
        startsAt: `${year}-01-01T00:00:00Z`,
        endsAt: `${year}-01-02T00:00:00Z`,
        reason: 'Conference',
      },
    },
  )
  return addTimeOff.id
}

/** Who somebody is as a user, and what he is found by. */
export async function userIdOf(client: Client): Promise<{ userId: string; email: string }> {
  const { me } = await client.get<{ me: { id: string; email: string } }>('{ me { id email } }')
  return { userId: me.id, email: me.email }
}
