import { Allow, connectionType, DateTimeScalar, Money, MoneyInput } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ClaimStatus } from './claim.entity.js'
import { Invoice } from './invoice.type.js'

registerEnumType(ClaimStatus, { name: 'ClaimStatus', description: 'Where a claim stands: an approved one is paid.' })

@ObjectType({ simpleResolvers: true, description: 'That a payer is asked to pay an invoice, or a part of it.' })
@Directive('@key(fields: "id")')
@Allow('invoice:read', (claim: InsuranceClaim) => claim.patientId)
export class InsuranceClaim {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string

  declare patientId: string

  @Field(() => Invoice, { description: 'What is to be paid.' })
  declare invoice: Invoice

  @Field(() => String, { description: 'Who is asked, as the policy named it.' })
  declare payer: string

  @Field(() => String, { description: "The patient's number with the payer." })
  declare memberNumber: string

  @Field(() => Money, { description: 'What is asked for.' })
  declare amount: Money

  @Field(() => Money, { nullable: true, description: 'What the payer pays; null until it was approved.' })
  declare approvedAmount: Money | null

  @Field(() => ClaimStatus, { description: 'An approval records the payment at once: the claim is PAID then.' })
  declare status: ClaimStatus

  @Field(() => DateTimeScalar, { description: 'When it was submitted.' })
  declare submittedAt: Date

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null until the payer has answered.' })
  declare decidedAt: Date | null

  @Field(() => String, { nullable: true, description: 'Set where it was rejected.' })
  declare rejectionReason: string | null
}

export const ClaimConnection = connectionType('Claim', () => InsuranceClaim)

@InputType({ description: 'What to ask a payer for.' })
export class SubmitClaimInput {
  @Field(() => ID, { description: 'An invoice on which something can be paid.' })
  declare invoiceId: string

  @Field(() => String, { description: '1 to 200 characters.' })
  declare payer: string

  @Field(() => String, { description: '1 to 100 characters.' })
  declare memberNumber: string

  @Field(() => MoneyInput, { description: "More than 0, in the invoice's currency." })
  declare amount: MoneyInput

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller gives the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}

@InputType({ description: 'What the payer has answered.' })
export class DecideClaimInput {
  @Field(() => ID, { description: 'Of the claim.' })
  declare id: string

  @Field(() => Boolean, { description: "Approving records the payer's payment." })
  declare approved: boolean

  @Field(() => MoneyInput, { nullable: true, description: 'The amount claimed, unless another was approved.' })
  declare approvedAmount?: MoneyInput | null

  @Field(() => String, { nullable: true, description: 'Needed for a rejection: 1 to 500 characters.' })
  declare rejectionReason?: string | null
}
