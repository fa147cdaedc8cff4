import { Allow, connectionType, DateTimeScalar, Money, MoneyInput } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { ClaimStatus } from './claim.entity.js'
import { Invoice } from './invoice.type.js'

registerEnumType(ClaimStatus, { name: 'ClaimStatus' })

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('invoice:read', (claim: InsuranceClaim) => claim.patientId)
export class InsuranceClaim {
  @Field(() => ID)
  declare id: string

  declare patientId: string

  @Field(() => Invoice)
  declare invoice: Invoice

  @Field(() => String)
  declare payer: string

  @Field(() => String)
  declare memberNumber: string

  @Field(() => Money)
  declare amount: Money

  @Field(() => Money, { nullable: true })
  declare approvedAmount: Money | null

  @Field(() => ClaimStatus, { description: 'An approval records the payment at once: the claim is PAID then.' })
  declare status: ClaimStatus

  @Field(() => DateTimeScalar)
  declare submittedAt: Date

  @Field(() => DateTimeScalar, { nullable: true })
  declare decidedAt: Date | null

  @Field(() => String, { nullable: true })
  declare rejectionReason: string | null
}

export const ClaimConnection = connectionType('Claim', () => InsuranceClaim)

@InputType()
export class SubmitClaimInput {
  @Field(() => ID)
  declare invoiceId: string

  @Field(() => String, { description: '1 to 200 characters.' })
  declare payer: string

  @Field(() => String, { description: '1 to 100 characters.' })
  declare memberNumber: string

  @Field(() => MoneyInput)
  declare amount: MoneyInput

  @Field(() => String, { nullable: true })
  declare idempotencyKey?: string | null
}

@InputType()
export class DecideClaimInput {
  @Field(() => ID)
  declare id: string

  @Field(() => Boolean)
  declare approved: boolean

  @Field(() => MoneyInput, { nullable: true, description: 'The amount claimed, unless another was approved.' })
  declare approvedAmount?: MoneyInput | null

  @Field(() => String, { nullable: true, description: 'Needed for a rejection: 1 to 500 characters.' })
  declare rejectionReason?: string | null
}
