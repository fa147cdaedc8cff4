import {
  Allow,
  connectionType,
  DateScalar,
  DateTimeScalar,
  EmailAddressScalar,
  Gender,
  IdentifierInput,
  PhoneNumberScalar,
} from '@caregraph/subgraph'
import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import type { InsurancePolicyFacts } from './patient.entity.js'

@ObjectType({ simpleResolvers: true })
@Allow('as-parent')
export class InsurancePolicy implements InsurancePolicyFacts {
  @Field(() => ID)
  declare id: string

  @Field(() => String)
  declare payer: string

  @Field(() => String)
  declare memberNumber: string

  @Field(() => DateScalar, { description: 'The first day on which it pays.' })
  declare validFrom: string

  @Field(() => DateScalar, { nullable: true, description: 'The last day on which it pays; null while it goes on.' })
  declare validTo: string | null
}

@ObjectType({ description: 'Somebody whom the clinic treats.', simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('patient:read', (patient: Patient) => patient.id)
export class Patient {
  @Field(() => ID, { description: 'Also the id of the User, where this patient can sign in.' })
  declare id: string

  @Field(() => String)
  declare name: string

  @Field(() => EmailAddressScalar, {
    nullable: true,
    description: 'Optional; unique among the patients who are not archived.',
  })
  declare email: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone: string | null

  @Field(() => String, { nullable: true })
  declare address: string | null

  @Field(() => DateScalar)
  declare dateOfBirth: string

  @Field(() => Gender)
  declare gender: string

  @Field(() => Float, { nullable: true, description: 'Centimetres, 20 to 300.' })
  declare heightCm: number | null

  @Field(() => Float, { nullable: true, description: 'Kilograms, 0.2 to 700.' })
  declare weightKg: number | null

  @Field(() => DateScalar, { description: "The clinic's day on which the record was opened." })
  declare registeredOn: string

  @Field(() => DateTimeScalar, { nullable: true })
  declare archivedAt: Date | null

  @Field(() => Int)
  declare version: number

  @Field(() => [InsurancePolicy])
  declare insurancePolicies: InsurancePolicy[]
}

export const PatientConnection = connectionType('Patient', () => Patient)

@InputType()
export class InsurancePolicyInput {
  @Field(() => String)
  declare payer: string

  @Field(() => String)
  declare memberNumber: string

  @Field(() => DateScalar)
  declare validFrom: string

  @Field(() => DateScalar, { nullable: true })
  declare validTo?: string | null
}

@InputType()
export class RegisterPatientInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar, { nullable: true })
  declare email?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone?: string | null

  @Field(() => String, { nullable: true, description: 'At most 500 characters.' })
  declare address?: string | null

  @Field(() => DateScalar, { description: 'From 1880-01-01 to today.' })
  declare dateOfBirth: string

  @Field(() => Gender, { nullable: true, defaultValue: Gender.UNKNOWN })
  declare gender?: Gender | null

  @Field(() => Float, { nullable: true })
  declare heightCm?: number | null

  @Field(() => Float, { nullable: true })
  declare weightKg?: number | null

  @Field(() => [InsurancePolicyInput], { nullable: true })
  declare insurancePolicies?: InsurancePolicyInput[] | null

  @Field(() => [IdentifierInput], { nullable: true })
  declare identifiers?: IdentifierInput[] | null

  @Field(() => String, { nullable: true })
  declare idempotencyKey?: string | null
}

@InputType({ description: 'Fields that are left out keep their value; null clears an optional one.' })
export class UpdatePatientInput {
  @Field(() => ID)
  declare id: string

  @Field(() => Int, { nullable: true })
  declare expectedVersion?: number | null

  @Field(() => String, { nullable: true })
  declare name?: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  declare email?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone?: string | null

  @Field(() => String, { nullable: true })
  declare address?: string | null

  @Field(() => DateScalar, { nullable: true })
  declare dateOfBirth?: string | null

  @Field(() => Gender, { nullable: true })
  declare gender?: Gender | null

  @Field(() => Float, { nullable: true })
  declare heightCm?: number | null

  @Field(() => Float, { nullable: true })
  declare weightKg?: number | null

  @Field(() => [InsurancePolicyInput], { nullable: true })
  declare insurancePolicies?: InsurancePolicyInput[] | null

  @Field(() => [IdentifierInput], { nullable: true })
  declare identifiers?: IdentifierInput[] | null
}
