import { Allow, DateTimeScalar, Money, MoneyInput } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { Invoice } from './invoice.type.js'
import { PaymentMethod } from './payment.entity.js'

registerEnumType(PaymentMethod, { name: 'PaymentMethod' })

@ObjectType({ simpleResolvers: true })
@Allow('as-parent')
export class Refund {
  @Field(() => ID)
  declare id: string

  @Field(() => Money)
  declare amount: Money

  @Field(() => String)
  declare reason: string

  @Field(() => DateTimeScalar)
  declare refundedAt: Date
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('invoice:read', (payment: Payment) => payment.patientId)
export class Payment {
  @Field(() => ID)
  declare id: string

  declare patientId: string

  @Field(() => Invoice)
  declare invoice: Invoice

  @Field(() => Money)
  declare amount: Money

  @Field(() => PaymentMethod)
  declare method: PaymentMethod

  @Field(() => String, { nullable: true })
  declare reference: string | null

  @Field(() => DateTimeScalar)
  declare receivedAt: Date

  @Field(() => Money, { description: 'How much of it was given back.' })
  declare refunded: Money

  @Field(() => [Refund])
  declare refunds: Refund[]
}

@InputType()
export class RecordPaymentInput {
  @Field(() => ID)
  declare invoiceId: string

  @Field(() => MoneyInput)
  declare amount: MoneyInput

  @Field(() => PaymentMethod)
  declare method: PaymentMethod

  @Field(() => String, { nullable: true, description: 'At most 200 characters, such as the number of a receipt.' })
  declare reference?: string | null

  @Field(() => String, { nullable: true })
  declare idempotencyKey?: string | null
}

@InputType()
export class RefundPaymentInput {
  @Field(() => ID)
  declare paymentId: string

  @Field(() => MoneyInput)
  declare amount: MoneyInput

  @Field(() => String, { description: '1 to 500 characters.' })
  declare reason: string

  @Field(() => String, { nullable: true })
  declare idempotencyKey?: string | null
}
