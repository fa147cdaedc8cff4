import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Client, signIn } from './client.js'
import { aDoctor, aPatientWhoSignsIn, aVisit, inHours, invoiceOf } from './people.js'

const url = inject('clinicUrl')
let patient: Client
/** What belongs to somebody else. */
let foreign: { patientId: string; doctorId: string; appointmentId: string; invoiceId: string; userId: string }
beforeAll(async () => {
  const admin = await signIn(url)
  patient = (await aPatientWhoSignsIn(url)).client
  const { id: patientId } = await aPatientWhoSignsIn(url)
  const doctorId = await aDoctor(admin)
  const appointmentId = await aVisit(admin, { patientId, doctorId, startsAt: inHours(200) })
  const invoiceId = await invoiceOf(admin, appointmentId)
  foreign = { patientId, doctorId, appointmentId, invoiceId, userId: patientId }
})

describe('an id that nobody has, and one that belongs to somebody else,', () => {
  const lookups = [
    ['patient', 'patientId'],
    ['appointment', 'appointmentId'],
    ['invoice', 'invoiceId'],
    ['user', 'userId'],
  ] as const
  it.each(lookups)('are looked up alike as %s', async (root, name) => {
    const look = (id: string) =>
      patient.send(JSON.stringify({ query: `query ($id: ID!) { ${root}(id: $id) { id } }`, variables: { id } }))
    expect(await look(foreign[name])).toEqual(await look(randomUUID()))
    expect(await look(foreign[name])).toEqual({ status: 200, text: `{"data":{"${root}":null}}\n` })
  })

  const acts = [
    ['updatePatient', 'UpdatePatientInput', 'patientId', { name: 'X' }],
    ['cancelAppointment', 'CancelAppointmentInput', 'appointmentId', { reason: 'OTHER' }],
  ] as const
  const document = (name: string, type: string) =>
    `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`
  it.each(acts)('are refused alike by %s', async (name, type, idName, input) => {
    const send = (id: string) =>
      patient.send(JSON.stringify({ query: document(name, type), variables: { input: { id, ...input } } }))
    const answer = await send(foreign[idName])
    expect(answer).toEqual(await send(randomUUID()))
    expect(codesIn(answer.text)).toEqual(['NOT_FOUND'])
  })

  it('are refused alike when somebody books for them', async () => {
    const send = (patientId: string) =>
      patient.send(
        JSON.stringify({
          query: document('bookAppointment', 'BookAppointmentInput'),
          variables: { input: { patientId, doctorId: foreign.doctorId, serviceType: 'VISIT', startsAt: inHours(300) } },
        }),
      )
    const answer = await send(foreign.patientId)
    expect(answer).toEqual(await send(randomUUID()))
    expect(codesIn(answer.text)).toEqual(['PATIENT_NOT_FOUND'])
  })
})

const codesIn = (text: string): string[] =>
  (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors.map(({ extensions }) => extensions.code)
