import { Allow, DateTimeScalar, Money, MoneyInput } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Invoice } from './invoice.type.js'
import { PaymentMethod } from './payment.entity.js'

registerEnumType(PaymentMethod, { name: 'PaymentMethod', description: 'How money comes.' })

@ObjectType({ simpleResolvers: true, description: 'Money of a payment that was given back.' })
@Allow('as-parent')
export class Refund {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string

  @Field(() => Money, { description: 'What was given back.' })
  declare amount: Money

  @Field(() => String, { description: 'Why.' })
  declare reason: string

  @Field(() => DateTimeScalar, { description: 'When it was recorded.' })
  declare refundedAt: Date
}

@ObjectType({ simpleResolvers: true, description: 'Money that was received for an invoice.' })
@Directive('@key(fields: "id")')
@Allow('invoice:read', (payment: Payment) => payment.patientId)
export class Payment {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string

  declare patientId: string

  @Field(() => Invoice, { description: 'What was paid.' })
  declare invoice: Invoice

  @Field(() => Money, { description: 'What was received, refunds not taken off.' })
  declare amount: Money

  @Field(() => PaymentMethod, { description: 'How it came.' })
  declare method: PaymentMethod

  @Field(() => String, { nullable: true, description: 'The number of the transfer or receipt, if one was given.' })
  declare reference: string | null

  @Field(() => DateTimeScalar, { description: 'When it was recorded.' })
  declare receivedAt: Date

  @Field(() => Money, { description: 'How much of it was given back.' })
  declare refunded: Money

  @Field(() => [Refund], { description: 'What of it was given back.' })
  declare refunds: Refund[]
}

@InputType({ description: 'Money that was received.' })
export class RecordPaymentInput {
  @Field(() => ID, { description: 'Not voided, refunded or paid.' })
  declare invoiceId: string

  @Field(() => MoneyInput, { description: "More than 0, at most the balance, in the invoice's currency." })
  declare amount: MoneyInput

  @Field(() => PaymentMethod, { description: 'How it came.' })
  declare method: PaymentMethod

  @Field(() => String, { nullable: true, description: 'At most 200 characters, such as the number of a receipt.' })
  declare reference?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller gives the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}

@InputType({ description: 'Money to give back.' })
export class RefundPaymentInput {
  @Field(() => ID, { description: 'Of which payment.' })
  declare paymentId: string

  @Field(() => MoneyInput, { description: 'More than 0, at most what is left of the payment.' })
  declare amount: MoneyInput

  @Field(() => String, { description: '1 to 500 characters.' })
  declare reason: string

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller gives the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}
