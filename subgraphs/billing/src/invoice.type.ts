import { Allow, connectionType, DateScalar, DateTimeScalar, Money, MoneyInput, UrlScalar } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { InsuranceClaim } from './claim.type.js'
import { Appointment, Patient } from './contributed.type.js'
import { InvoiceLineKind, InvoiceStatus } from './invoice.entity.js'
import { Payment } from './payment.type.js'

registerEnumType(InvoiceStatus, {
  name: 'InvoiceStatus',
  description: 'DRAFT may still change; from ISSUED on it has its number. PAID, VOID and REFUNDED take no payment.',
})
registerEnumType(InvoiceLineKind, { name: 'InvoiceLineKind', description: 'What a line is for.' })

@ObjectType({ simpleResolvers: true, description: 'One thing that is charged.' })
@Allow('as-parent')
export class InvoiceLine {
  @Field(() => ID, { description: 'What removeInvoiceLine takes.' })
  declare id: string

  @Field(() => InvoiceLineKind, { description: 'A DISCOUNT lowers the total; all others raise it.' })
  declare kind: InvoiceLineKind

  @Field(() => String, { description: 'As it stands on the PDF.' })
  declare description: string

  @Field(() => Int, { description: 'A whole number, at least 1.' })
  declare quantity: number

  @Field(() => Money, { description: 'Positive for a DISCOUNT too.' })
  declare unitPrice: Money

  @Field(() => Money, { description: 'Negative for a DISCOUNT.' })
  declare total: Money
}

@ObjectType({
  description: `Opened as a DRAFT with the consultation fee by the event that an appointment was booked: exactly one for an appointment,
however often that event arrives. Issued when the appointment is completed, by issueInvoice, or by the first payment.
A cancelled appointment voids it if nothing was paid. An issued invoice is never edited: it is paid, voided or refunded.`,
  simpleResolvers: true,
})
@Directive('@key(fields: "id")')
@Allow('invoice:read', (invoice: Invoice) => invoice.patientId)
export class Invoice {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string

  declare patientId: string

  @Field(() => String, { nullable: true, description: 'Gapless within a year, such as 2026-000042.' })
  declare number: string | null

  @Field(() => Patient, { nullable: true, description: 'Null while the patient subgraph does not answer.' })
  declare patient: Patient | null

  @Field(() => Appointment, {
    nullable: true,
    description: 'The visit that it is for; null while the appointment subgraph does not answer.',
  })
  declare appointment: Appointment | null

  @Field(() => InvoiceStatus, { description: 'Where it stands.' })
  declare status: InvoiceStatus

  @Field(() => [InvoiceLine], { description: 'What is charged, and what is taken off.' })
  declare lines: InvoiceLine[]

  @Field(() => Money, { description: 'The lines together. Discounts lower it, never below 0.' })
  declare total: Money

  @Field(() => Money, { description: 'Payments less refunds.' })
  declare paid: Money

  @Field(() => Money, { description: 'What is left to pay: 0 once the invoice is VOID or REFUNDED.' })
  declare balance: Money

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null for a draft.' })
  declare issuedAt: Date | null

  @Field(() => DateScalar, { nullable: true, description: "30 of the clinic's days after its issue." })
  declare dueOn: string | null

  @Field(() => [Payment], { description: 'In the order in which they were received.' })
  declare payments: Payment[]

  @Field(() => [InsuranceClaim], { description: 'What payers were asked for.' })
  declare claims: InsuranceClaim[]

  @Field(() => DateTimeScalar, { nullable: true, description: 'Set when it was voided: nothing is owed for it.' })
  declare voidedAt: Date | null

  @Field(() => String, { nullable: true, description: 'Why it was voided.' })
  declare voidReason: string | null

  @Field(() => UrlScalar, {
    description:
      'A link to the PDF, through the gateway, that works for a few minutes and needs no header. A DRAFT is marked as one.',
  })
  declare pdfUrl: string

  @Field(() => Int, {
    description: "Grows by one with each change: give it as expectedVersion, and nobody's change is overwritten.",
  })
  declare version: number
}

export const InvoiceConnection = connectionType('Invoice', () => Invoice)

@InputType({ description: 'What to charge in addition.' })
export class AddInvoiceLineInput {
  @Field(() => ID, { description: 'Of a draft.' })
  declare invoiceId: string

  @Field(() => InvoiceLineKind, { description: 'What it is for.' })
  declare kind: InvoiceLineKind

  @Field(() => String, { description: '1 to 200 characters.' })
  declare description: string

  @Field(() => Int, { nullable: true, defaultValue: 1, description: '1 to 10,000.' })
  declare quantity?: number | null

  @Field(() => MoneyInput, { description: 'At most 10^12 minor units; positive for a DISCOUNT too.' })
  declare unitPrice: MoneyInput

  @Field(() => Int, { nullable: true, description: 'If given and not the current one: VERSION_CONFLICT.' })
  declare expectedVersion?: number | null
}
