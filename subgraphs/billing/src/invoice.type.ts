import { Allow, connectionType, DateScalar, DateTimeScalar, Money, MoneyInput, UrlScalar } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { InsuranceClaim } from './claim.type.js'
import { Appointment, Patient } from './contributed.type.js'
import { InvoiceLineKind, InvoiceStatus } from './invoice.entity.js'
import { Payment } from './payment.type.js'

registerEnumType(InvoiceStatus, { name: 'InvoiceStatus' })
registerEnumType(InvoiceLineKind, { name: 'InvoiceLineKind' })

@ObjectType({ simpleResolvers: true })
@Allow('as-parent')
export class InvoiceLine {
  @Field(() => ID)
  declare id: string

  @Field(() => InvoiceLineKind)
  declare kind: InvoiceLineKind

  @Field(() => String)
  declare description: string

  @Field(() => Int)
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
  @Field(() => ID)
  declare id: string

  declare patientId: string

  @Field(() => String, { nullable: true, description: 'Gapless within a year, such as 2026-000042.' })
  declare number: string | null

  @Field(() => Patient, { nullable: true })
  declare patient: Patient | null

  @Field(() => Appointment, { nullable: true })
  declare appointment: Appointment | null

  @Field(() => InvoiceStatus)
  declare status: InvoiceStatus

  @Field(() => [InvoiceLine])
  declare lines: InvoiceLine[]

  @Field(() => Money, { description: 'The lines together. Discounts lower it, never below 0.' })
  declare total: Money

  @Field(() => Money, { description: 'Payments less refunds.' })
  declare paid: Money

  @Field(() => Money, { description: 'What is left to pay: 0 once the invoice is VOID or REFUNDED.' })
  declare balance: Money

  @Field(() => DateTimeScalar, { nullable: true })
  declare issuedAt: Date | null

  @Field(() => DateScalar, { nullable: true, description: "30 of the clinic's days after its issue." })
  declare dueOn: string | null

  @Field(() => [Payment])
  declare payments: Payment[]

  @Field(() => [InsuranceClaim])
  declare claims: InsuranceClaim[]

  @Field(() => DateTimeScalar, { nullable: true })
  declare voidedAt: Date | null

  @Field(() => String, { nullable: true })
  declare voidReason: string | null

  @Field(() => UrlScalar, {
    description:
      'A link to the PDF, through the gateway, that works for a few minutes and needs no header. A DRAFT is marked as one.',
  })
  declare pdfUrl: string

  @Field(() => Int)
  declare version: number
}

export const InvoiceConnection = connectionType('Invoice', () => Invoice)

@InputType()
export class AddInvoiceLineInput {
  @Field(() => ID)
  declare invoiceId: string

  @Field(() => InvoiceLineKind)
  declare kind: InvoiceLineKind

  @Field(() => String, { description: '1 to 200 characters.' })
  declare description: string

  @Field(() => Int, { nullable: true, defaultValue: 1, description: '1 to 10,000.' })
  declare quantity?: number | null

  @Field(() => MoneyInput, { description: 'At most 10^12 minor units; positive for a DISCOUNT too.' })
  declare unitPrice: MoneyInput

  @Field(() => Int, { nullable: true })
  declare expectedVersion?: number | null
}
