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

@ObjectType({ simpleResolvers: true, description: 'That a payer pays for a patient.' })
@Allow('as-parent')
export class InsurancePolicy implements InsurancePolicyFacts {
  @Field(() => ID, { description: 'Of this policy, until the list is written again.' })
  declare id: string

  @Field(() => String, { description: "The insurer's name." })
  declare payer: string

  @Field(() => String, { description: "The patient's number with the payer." })
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

  @Field(() => String, { description: 'As the clinic writes it.' })
  declare name: string

  @Field(() => EmailAddressScalar, {
    nullable: true,
    description: 'Optional; unique among the patients who are not archived.',
  })
  declare email: string | null

  @Field(() => PhoneNumberScalar, { nullable: true, description: 'E.164.' })
  declare phone: string | null

  @Field(() => String, { nullable: true, description: 'In one text, as on a letter.' })
  declare address: string | null

  @Field(() => DateScalar, { description: 'A day of the calendar, in no zone.' })
  declare dateOfBirth: string

  @Field(() => Gender, { description: "FHIR's administrative gender." })
  declare gender: string

  @Field(() => Float, { nullable: true, description: 'Centimetres, 20 to 300.' })
  declare heightCm: number | null

  @Field(() => Float, { nullable: true, description: 'Kilograms, 0.2 to 700.' })
  declare weightKg: number | null

  @Field(() => DateScalar, { description: "The clinic's day on which the record was opened." })
  declare registeredOn: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null while the record is open. Nothing is booked for an archived patient.',
  })
  declare archivedAt: Date | null

  @Field(() => Int, {
    description: "Grows by one with each change: give it as expectedVersion, and nobody's change is overwritten.",
  })
  declare version: number

  @Field(() => [InsurancePolicy], { description: 'Who pays for the patient, and when.' })
  declare insurancePolicies: InsurancePolicy[]
}

export const PatientConnection = connectionType('Patient', () => Patient)

@InputType({ description: 'That a payer pays for the patient.' })
export class InsurancePolicyInput {
  @Field(() => String, { description: "The insurer's name, 1 to 200 characters." })
  declare payer: string

  @Field(() => String, { description: "The patient's number with the payer, 1 to 100 characters." })
  declare memberNumber: string

  @Field(() => DateScalar, { description: 'The first day on which it pays.' })
  declare validFrom: string

  @Field(() => DateScalar, { nullable: true, description: 'The last day on which it pays; left out while it goes on.' })
  declare validTo?: string | null
}

@InputType({ description: 'Whom the clinic treats from now on.' })
export class RegisterPatientInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar, { nullable: true, description: 'Not of another patient who is not archived.' })
  declare email?: string | null

  @Field(() => PhoneNumberScalar, {
    nullable: true,
    description: "Any usual form, read by the rules of the clinic's country.",
  })
  declare phone?: string | null

  @Field(() => String, { nullable: true, description: 'At most 500 characters.' })
  declare address?: string | null

  @Field(() => DateScalar, { description: 'From 1880-01-01 to today.' })
  declare dateOfBirth: string

  @Field(() => Gender, { nullable: true, defaultValue: Gender.UNKNOWN, description: 'UNKNOWN is an answer, too.' })
  declare gender?: Gender | null

  @Field(() => Float, { nullable: true, description: 'Centimetres, 20 to 300.' })
  declare heightCm?: number | null

  @Field(() => Float, { nullable: true, description: 'Kilograms, 0.2 to 700.' })
  declare weightKg?: number | null

  @Field(() => [InsurancePolicyInput], {
    nullable: true,
    description: 'Who pays for the patient, and when; at most 50.',
  })
  declare insurancePolicies?: InsurancePolicyInput[] | null

  @Field(() => [IdentifierInput], { nullable: true, description: 'Numbers by which other systems know the patient.' })
  declare identifiers?: IdentifierInput[] | null

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller gives the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}

@InputType({ description: 'Fields that are left out keep their value; null clears an optional one.' })
export class UpdatePatientInput {
  @Field(() => ID, { description: 'Of the patient.' })
  declare id: string

  @Field(() => Int, { nullable: true, description: 'If it is not the current one: VERSION_CONFLICT.' })
  declare expectedVersion?: number | null

  @Field(() => String, { nullable: true, description: '1 to 200 characters; cannot be cleared.' })
  declare name?: string | null

  @Field(() => EmailAddressScalar, { nullable: true, description: 'Null clears it.' })
  declare email?: string | null

  @Field(() => PhoneNumberScalar, { nullable: true, description: 'Any usual form; null clears it.' })
  declare phone?: string | null

  @Field(() => String, { nullable: true, description: 'At most 500 characters; null clears it.' })
  declare address?: string | null

  @Field(() => DateScalar, { nullable: true, description: 'From 1880 on and not in the future; cannot be cleared.' })
  declare dateOfBirth?: string | null

  @Field(() => Gender, { nullable: true, description: 'Null is UNKNOWN.' })
  declare gender?: Gender | null

  @Field(() => Float, { nullable: true, description: 'Centimetres, 20 to 300; null clears it.' })
  declare heightCm?: number | null

  @Field(() => Float, { nullable: true, description: 'Kilograms, 0.2 to 700; null clears it.' })
  declare weightKg?: number | null

  @Field(() => [InsurancePolicyInput], {
    nullable: true,
    description: 'All of them, at most 50: what is not in the list is gone.',
  })
  declare insurancePolicies?: InsurancePolicyInput[] | null

  @Field(() => [IdentifierInput], { nullable: true, description: 'All of them: what is not in the list is gone.' })
  declare identifiers?: IdentifierInput[] | null
}
