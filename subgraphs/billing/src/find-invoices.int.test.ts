import { newId, queryRows } from '@caregraph/database'
import type { Logger } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUnderTest, biller, dollars, openBilling } from './billing-under-test.js'

interface Found {
  edges: { cursor: string; node: { id: string } }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  totalCount: number
}

const invoices = `query ($status: [InvoiceStatus!], $patientId: ID, $first: Int, $after: String) {
  invoices(status: $status, patientId: $patientId, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount } }`

let clinic: BillingUnderTest
beforeAll(async () => {
  clinic = await openBilling()
})
afterAll(() => clinic.stop())

interface Statement {
  sql: string
  values: unknown[]
}

const loggerOf = (statements: Statement[]): Logger => ({
  logQuery: (sql, values) => void statements.push({ sql, values: Array.isArray(values) ? values : [] }),
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
})

const idsOf = ({ edges }: Found) => edges.map(({ node }) => node.id)

async function allPages(variables: object): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | null = null; ; ) {
    const page: Found = await clinic.answer<Found>(invoices, { ...variables, after })
    ids.push(...idsOf(page))
    if (!page.pageInfo.hasNextPage) return ids
    after = page.pageInfo.endCursor
  }
}

describe('a list of invoices', () => {
  it('has every invoice once, the newest first, of the statuses and the patient that are asked for', async () => {
    const patientId = newId()
    const made: { id: string; status: string; own: boolean }[] = []
    for (let index = 0; index < 24; index++) {
      const own = index % 4 === 0
      const { booking, invoiceId } = await clinic.booked(own ? { patientId } : {})
      const status = ['DRAFT', 'PARTIALLY_PAID', 'VOID'][index % 3] ?? ''
      if (status === 'PARTIALLY_PAID') await clinic.paid(invoiceId, 1)
      if (status === 'VOID') await clinic.moved(booking, 'CANCELLED')
      made.unshift({ id: invoiceId, status, own })
    }
    const expected = (filter: (one: (typeof made)[number]) => boolean) => made.filter(filter).map(({ id }) => id)
    expect(await allPages({ first: 5 })).toEqual(expected(() => true))
    const some = { first: 3, status: ['DRAFT', 'VOID', 'DRAFT'] }
    expect(await allPages(some)).toEqual(expected(({ status }) => status !== 'PARTIALLY_PAID'))
    expect(await allPages({ first: 2, patientId })).toEqual(expected(({ own }) => own))
    expect(await allPages({ first: 1, patientId, status: ['VOID'] })).toEqual(
      expected(({ own, status }) => own && status === 'VOID'),
    )
    expect(await allPages({ status: [] })).toEqual([])
    expect((await clinic.answer<Found>(invoices, { status: ['VOID'], first: 1 })).totalCount).toBe(8)
  })

  it('reads the rows that it shows and no others, however many there are', async () => {
    const large = await openBilling()
    try {
      await queryRows(
        large.database,
        `INSERT INTO billing_accounts SELECT uuidv7(), uuidv7(), now() FROM generate_series(1, 1000)`,
      )
      await queryRows(
        large.database,
        `INSERT INTO invoices (id, patient_id, appointment_id, doctor_id, service_type, visit_starts_at, status, currency, total_minor_units)
         SELECT uuidv7(), patient_id, uuidv7(), uuidv7(), 'x', now(), CASE WHEN i = 1 THEN 'ISSUED' ELSE 'DRAFT' END, 'USD', 1
         FROM generate_series(1, 20) AS i, billing_accounts`,
      )
      await queryRows(large.database, 'ANALYZE')
      const [{ id: patientId }] = (await queryRows(
        large.database,
        'SELECT patient_id AS id FROM billing_accounts',
      )) as [{ id: string }]
      const statements: Statement[] = []
      large.database.setOptions({ logger: loggerOf(statements) })
      for (const variables of [
        {},
        { status: ['ISSUED'] },
        { status: ['PAID'] },
        { patientId },
        { patientId: newId() },
      ]) {
        await large.answer(
          'query ($status: [InvoiceStatus!], $patientId: ID) { invoices(status: $status, patientId: $patientId) { edges { cursor } } }',
          variables,
        )
      }
      large.database.setOptions({ logger: loggerOf([]) })
      const lists = statements.filter(({ sql }) => sql.includes('LATERAL'))
      expect(lists).toHaveLength(5)
      for (const { sql, values } of lists) {
        const plan = await queryRows(large.database, `EXPLAIN (ANALYZE, FORMAT TEXT) ${sql}`, values)
        expect(JSON.stringify(plan)).not.toMatch(/Seq Scan|invoices_pkey|Removed by Filter: \d\d/)
      }
    } finally {
      await large.stop()
    }
  })

  it.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ after: 'garbled' }, 'after'],
    [{ after: Buffer.from('["claims","0197d2f0-0000-7000-8000-000000000000"]').toString('base64url') }, 'after'],
    [{ patientId: 'seven' }, 'patientId'],
  ])('refuses %j', async (variables, field) => {
    const { errors } = await clinic.ask(invoices, variables, biller)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })
})

describe('a list of claims', () => {
  it('has the newest first, of the statuses that are asked for', async () => {
    const submit = 'mutation ($input: SubmitClaimInput!) { submitClaim(input: $input) { id } }'
    const decide = 'mutation ($input: DecideClaimInput!) { decideClaim(input: $input) { id } }'
    const { invoiceId } = await clinic.booked()
    const ids: string[] = []
    for (let index = 0; index < 5; index++) {
      const input = { invoiceId, payer: 'Acme Health', memberNumber: 'M-77', amount: dollars(100) }
      ids.unshift((await clinic.answer<{ id: string }>(submit, { input })).id)
    }
    await clinic.answer(decide, { input: { id: ids[1], approved: true } })
    const claims = `query ($status: [ClaimStatus!], $first: Int, $after: String) {
      claims(status: $status, first: $first, after: $after) {
        edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount } }`
    const first = await clinic.answer<Found>(claims, { first: 2 })
    expect([idsOf(first), first.totalCount]).toEqual([ids.slice(0, 2), 5])
    const next = await clinic.answer<Found>(claims, { first: 5, after: first.pageInfo.endCursor })
    expect(idsOf(next)).toEqual(ids.slice(2))
    expect(idsOf(await clinic.answer<Found>(claims, { status: ['PAID'] }))).toEqual([ids[1]])
  })
})

describe('what others show of an invoice', () => {
  const entities = <Entity>(type: string, ids: readonly string[], fields: string) =>
    clinic.answer<Entity[]>(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${fields} } } }`,
      { of: ids.map((id) => ({ __typename: type, id })) },
    )

  it('costs one query for 20 visits, and one more for their lines', async () => {
    const booked = await Promise.all(Array.from({ length: 20 }, () => clinic.booked()))
    const ids = booked.map(({ booking }) => booking.data.appointmentId)
    const statements: Statement[] = []
    clinic.database.setOptions({ logger: loggerOf(statements) })
    try {
      const visits = await entities<{ invoice: { id: string }; paymentStatus: string }>(
        'Appointment',
        ids,
        'paymentStatus invoice { id balance { decimal } lines { id } }',
      )
      expect(visits.map(({ invoice }) => invoice.id)).toEqual(booked.map(({ invoiceId }) => invoiceId))
      expect(new Set(visits.map(({ paymentStatus }) => paymentStatus))).toEqual(new Set(['UNPAID']))
    } finally {
      clinic.database.setOptions({ logger: loggerOf([]) })
    }
    expect(statements.filter(({ sql }) => sql.includes('"invoices"'))).toHaveLength(1)
    expect(statements.filter(({ sql }) => sql.includes('invoice_lines'))).toHaveLength(1)
  })

  it('is nothing for a visit that has none, or an id that is none', async () => {
    expect(await entities('Appointment', [newId(), 'seven'], 'invoice { id } paymentStatus')).toEqual([
      { invoice: null, paymentStatus: null },
      { invoice: null, paymentStatus: null },
    ])
    expect(await entities('Patient', [newId(), 'seven'], 'billingAccount { id }')).toEqual([
      { billingAccount: null },
      { billingAccount: null },
    ])
  })

  it("is the account's balance: what is left on issued invoices, drafts and voids aside", async () => {
    const patientId = newId()
    const balance = async () =>
      (
        await entities<{ billingAccount: { balance: { decimal: string } } }>(
          'Patient',
          [patientId],
          'billingAccount { balance { decimal } }',
        )
      ).map(({ billingAccount }) => billingAccount.balance.decimal)
    const first = await clinic.booked({ patientId })
    const second = await clinic.booked({ patientId })
    const third = await clinic.booked({ patientId })
    await clinic.booked({ patientId, fee: { minorUnits: 9_900, currency: 'EUR' } })
    expect(await balance()).toEqual(['0.00'])
    await clinic.paid(first.invoiceId, 50)
    await clinic.moved(second.booking, 'COMPLETED')
    await clinic.moved(third.booking, 'COMPLETED')
    expect(await balance()).toEqual(['361.00'])
    await clinic.paid(third.invoiceId, 12_050)
    expect(await balance()).toEqual(['240.50'])
  })

  it('is a page of his own for each of many patients', async () => {
    const patients = Array.from({ length: 4 }, () => newId())
    for (const patientId of patients) for (let i = 0; i < 3; i++) await clinic.booked({ patientId })
    const lists = await entities<{ invoices: Found }>(
      'Patient',
      patients,
      'invoices(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount }',
    )
    expect(lists.map(({ invoices }) => [invoices.edges.length, invoices.totalCount])).toEqual(Array(4).fill([2, 3]))
    expect(new Set(lists.flatMap(({ invoices }) => idsOf(invoices))).size).toBe(8)
  })
})
