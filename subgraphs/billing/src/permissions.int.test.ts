import type { Role } from '@caregraph/access'
import { newId } from '@caregraph/database'
import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUnderTest, type Booking, biller, dollars, openBilling } from './billing-under-test.js'

let clinic: BillingUnderTest
let booking: Booking
let invoiceId: string
let paymentId: string
let claimId: string
let accountId: string
beforeAll(async () => {
  clinic = await openBilling()
  const booked = await clinic.booked()
  booking = booked.booking
  invoiceId = booked.invoiceId
  paymentId = (await clinic.paid(invoiceId, 1_000)).id
  const claim = { invoiceId, payer: 'Acme Health', memberNumber: 'M-77', amount: dollars(1_000) }
  claimId = (
    await clinic.answer<{ id: string }>('mutation ($input: SubmitClaimInput!) { submitClaim(input: $input) { id } }', {
      input: claim,
    })
  ).id
  const [patient] = await entities(biller, 'Patient', booking.data.patientId, 'billingAccount { id }')
  accountId = (patient as { billingAccount: { id: string } }).billingAccount.id
})
afterAll(() => clinic.stop())

const asked = (actor: ReturnType<typeof anActor> | undefined, type: string, id: string, fields: string) =>
  clinic.ask(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${fields} } } }`,
    { of: [{ __typename: type, id }] },
    actor,
  )
const entities = async (actor: ReturnType<typeof anActor>, type: string, id: string, fields: string) =>
  (await asked(actor, type, id, fields)).data?.['_entities'] as unknown as unknown[]

const staff: Role[] = ['ADMIN', 'FRONT_DESK', 'BILLING']
const others: Role[] = ['DOCTOR', 'AUDITOR']
const doors = () => [
  ['Invoice', invoiceId, 'id'],
  ['Payment', paymentId, 'id'],
  ['InsuranceClaim', claimId, 'id'],
  ['BillingAccount', accountId, 'id'],
  ['Patient', booking.data.patientId, 'billingAccount { id }'],
  ['Patient', booking.data.patientId, 'invoices { edges { node { id } } }'],
  ['Appointment', booking.data.appointmentId, 'invoice { id }'],
  ['Appointment', booking.data.appointmentId, 'paymentStatus'],
]
const lists = ['invoices { edges { node { id } } totalCount }', 'claims { edges { node { id } } totalCount }']

const everything = `{ invoices { edges { node { id total { decimal } lines { id } payments { id invoice { id } refunds { id } }
  claims { id invoice { id } } patient { id } appointment { id } } } } claims { edges { node { id payer } } } }`

describe('what a role may not read at all', () => {
  it.each(others)('is FORBIDDEN to a %s, at its path', async (role) => {
    const actor = anActor({ roles: [role] })
    for (const [type = '', id = '', fields = ''] of doors()) {
      const { data, errors } = await asked(actor, type, id, fields)
      expect([type, errors?.map(({ extensions }) => extensions['code'])]).toEqual([type, ['FORBIDDEN']])
      expect(JSON.stringify(data)).not.toContain(id)
    }
    for (const list of lists) expect(await clinic.refusals(`{ ${list} }`, {}, actor)).toEqual(['FORBIDDEN'])
    expect(await clinic.refusals('query ($id: ID!) { invoice(id: $id) { id } }', { id: invoiceId }, actor)).toEqual([
      'FORBIDDEN',
    ])
  })

  it('is UNAUTHENTICATED to nobody', async () => {
    for (const [type = '', id = '', fields = ''] of doors()) {
      const { errors } = await asked(undefined, type, id, fields)
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHENTICATED'])
    }
    for (const list of lists) expect(await clinic.refusals(`{ ${list} }`)).toEqual(['UNAUTHENTICATED'])
  })
})

describe('what is read', () => {
  it.each(staff)('is everything by %s', async (role) => {
    const actor = anActor({ roles: [role] })
    for (const [type = '', id = '', fields = ''] of doors()) {
      const { data, errors } = await asked(actor, type, id, fields)
      expect(errors).toBeUndefined()
      expect(JSON.stringify(data)).not.toContain('null')
    }
    for (const list of lists) expect(await clinic.answer(`{ ${list} }`, {}, actor)).toMatchObject({ totalCount: 1 })
  })

  it('is his own by a patient, by every way in', async () => {
    const himself = anActor({ id: booking.data.patientId, roles: ['PATIENT'] })
    for (const [type = '', id = '', fields = ''] of doors()) {
      const { data, errors } = await asked(himself, type, id, fields)
      expect(errors).toBeUndefined()
      expect(JSON.stringify(data)).not.toContain('null')
    }
    const { data, errors } = await clinic.ask(everything, {}, himself)
    expect(errors).toBeUndefined()
    expect(JSON.stringify(data)).toContain(paymentId)
    expect(JSON.stringify(data)).toContain(claimId)
  })

  it('is not a byte of it by another patient, by any way in', async () => {
    const another = anActor({ roles: ['PATIENT'] })
    const own = await clinic.booked({ patientId: another.id })
    for (const [type = '', id = '', fields = ''] of doors()) {
      const { data } = await asked(another, type, id, fields)
      expect([
        type,
        Object.values((data?.['_entities']?.[0] ?? {}) as object).every((value) => value === null),
      ]).toEqual([type, true])
    }
    const { data } = await clinic.ask(everything, {}, another)
    expect(JSON.stringify(data)).toContain(own.invoiceId)
    expect(JSON.stringify(data)).not.toContain(invoiceId)
    const query = `query ($id: ID!, $patientId: ID) { invoice(id: $id) { id } invoices(patientId: $patientId) { edges { node { id } } totalCount } }`
    expect(await clinic.ask(query, { id: invoiceId, patientId: booking.data.patientId }, another)).toEqual({
      data: { invoice: null, invoices: { edges: [], totalCount: 0 } },
    })
  })

  it('by a doctor who is a patient too, is his own alone', async () => {
    const doctor = anActor({ id: booking.data.patientId, roles: ['DOCTOR', 'PATIENT'] })
    await clinic.booked({ doctorId: doctor.id })
    expect(await clinic.answer('{ invoices { edges { node { id } } } }', {}, doctor)).toEqual({
      edges: [{ node: { id: invoiceId } }],
    })
  })
})

describe('who may act', () => {
  const acts: [string, object, Role[]][] = [
    [
      'addInvoiceLine(input: $input)',
      { invoiceId: newId(), kind: 'LAB', description: 'x', unitPrice: dollars(1) },
      ['BILLING'],
    ],
    [
      'recordPayment(input: $input)',
      { invoiceId: newId(), amount: dollars(1), method: 'CASH' },
      ['FRONT_DESK', 'BILLING'],
    ],
    ['refundPayment(input: $input)', { paymentId: newId(), amount: dollars(1), reason: 'x' }, ['BILLING']],
    [
      'submitClaim(input: $input)',
      { invoiceId: newId(), payer: 'x', memberNumber: 'x', amount: dollars(1) },
      ['BILLING'],
    ],
    ['decideClaim(input: $input)', { id: newId(), approved: true }, ['BILLING']],
    [`issueInvoice(id: "${newId()}")`, {}, ['BILLING']],
    [`voidInvoice(id: "${newId()}", reason: "x")`, {}, ['BILLING']],
    [`removeInvoiceLine(invoiceId: "${newId()}", lineId: "${newId()}")`, {}, ['BILLING']],
  ]
  const roles: Role[] = ['ADMIN', 'FRONT_DESK', 'DOCTOR', 'BILLING', 'AUDITOR', 'PATIENT']

  it.each(acts)('%s', async (act, input, allowed) => {
    const name = act.slice(0, act.indexOf('('))
    const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
    const mutation = `mutation ${act.includes('$input') ? `($input: ${inputType})` : ''} { ${act} { id } }`
    for (const role of roles) {
      const codes = await clinic.refusals(mutation, { input }, anActor({ roles: [role] }))
      expect([role, codes]).toEqual([role, [allowed.includes(role) ? 'NOT_FOUND' : 'FORBIDDEN']])
    }
    expect(await clinic.refusals(mutation, { input })).toEqual(['UNAUTHENTICATED'])
  })
})
