import { Allow, DateTimeScalar, Money } from '@caregraph/subgraph'
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { PaymentStatus } from './invoice.rules.js'

registerEnumType(PaymentStatus, { name: 'PaymentStatus', description: 'What became of a payment.' })

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('public')
export class Patient {
  @Field(() => ID)
  declare id: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('public')
export class Appointment {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string
}

@ObjectType({ description: 'Opened when the patient is registered.', simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('invoice:read', (account: BillingAccount) => account.patientId)
export class BillingAccount {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time at which it was made.' })
  declare id: string

  declare patientId: string

  @Field(() => Patient, { nullable: true, description: 'Null while the patient subgraph does not answer.' })
  declare patient: Patient | null

  @Field(() => DateTimeScalar, { description: 'When the patient was registered.' })
  declare openedAt: Date

  @Field(() => Money, {
    description: "What is left to pay on issued invoices in the clinic's currency; drafts are not asked for yet.",
  })
  declare balance: Money
}
