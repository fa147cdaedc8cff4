import { Allow, connectionType, DateTimeScalar, Money, MoneyInput } from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { AppointmentAction, AppointmentStatus, ownerOf } from './appointment.rules.js'
import { Doctor, Patient } from './people.type.js'

registerEnumType(AppointmentStatus, {
  name: 'AppointmentStatus',
  description: `HELD and PENDING may expire. HELD, PENDING, CONFIRMED, CHECKED_IN, IN_PROGRESS and COMPLETED occupy the doctor's and the patient's time.

(none) -> HELD | PENDING | CONFIRMED;  HELD -> PENDING | CONFIRMED | EXPIRED | CANCELLED;
PENDING -> CONFIRMED | EXPIRED | CANCELLED;  CONFIRMED -> CHECKED_IN | NO_SHOW | CANCELLED;
CHECKED_IN -> IN_PROGRESS | CANCELLED;  IN_PROGRESS -> COMPLETED.
COMPLETED, CANCELLED, NO_SHOW and EXPIRED are final.`,
})
registerEnumType(AppointmentAction, { name: 'AppointmentAction' })

export enum CancellationReason {
  PATIENT_REQUEST = 'PATIENT_REQUEST',
  DOCTOR_UNAVAILABLE = 'DOCTOR_UNAVAILABLE',
  DECLINED_BY_DOCTOR = 'DECLINED_BY_DOCTOR',
  CLINIC_CLOSED = 'CLINIC_CLOSED',
  DUPLICATE = 'DUPLICATE',
  LEFT_WITHOUT_BEING_SEEN = 'LEFT_WITHOUT_BEING_SEEN',
  OTHER = 'OTHER',
}
registerEnumType(CancellationReason, { name: 'CancellationReason' })

@ObjectType({ description: 'What can be booked: how long it takes and what it costs.', simpleResolvers: true })
@Directive('@key(fields: "code")')
@Allow('public')
export class ServiceType {
  @Field(() => ID)
  declare code: string

  @Field(() => String)
  declare name: string

  @Field(() => Int)
  declare durationMinutes: number

  @Field(() => Money)
  declare price: Money

  @Field(() => Boolean, { description: 'Only active ones can be booked.' })
  declare active: boolean
}

@ObjectType({ description: 'A visit of a patient with a doctor.', simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('appointment:read', ownerOf)
export class Appointment {
  @Field(() => ID)
  declare id: string

  @Field(() => Patient, { nullable: true })
  declare patient: Patient | null

  @Field(() => Doctor, { nullable: true })
  declare doctor: Doctor | null

  @Field(() => ServiceType)
  declare serviceType: ServiceType

  @Field(() => DateTimeScalar, {
    description: 'Inclusive start, exclusive end: back-to-back appointments do not overlap.',
  })
  declare startsAt: Date

  @Field(() => DateTimeScalar)
  declare endsAt: Date

  @Field(() => AppointmentStatus)
  declare status: AppointmentStatus

  @Field(() => [AppointmentAction], { description: 'What the caller may do with it now.' })
  declare allowedActions: AppointmentAction[]

  @Field(() => Money, { description: 'The price of the service type when it was booked.' })
  declare fee: Money

  @Field(() => String, { nullable: true })
  declare notes: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Set while HELD: when the hold lapses.' })
  declare holdExpiresAt: Date | null

  @Field(() => CancellationReason, { nullable: true })
  declare cancellationReason: string | null

  @Field(() => [AppointmentStatusChange], { description: 'Its statuses from the first to the present one.' })
  declare history: AppointmentStatusChange[]

  @Field(() => DateTimeScalar)
  declare createdAt: Date

  @Field(() => Int)
  declare version: number
}

@ObjectType({ simpleResolvers: true })
@Allow('as-parent')
export class AppointmentStatusChange {
  @Field(() => Appointment)
  declare appointment: Appointment

  @Field(() => AppointmentStatus, { nullable: true, description: 'Null when the appointment was made.' })
  declare previousStatus: AppointmentStatus | null

  @Field(() => AppointmentStatus)
  declare status: AppointmentStatus

  @Field(() => DateTimeScalar)
  declare changedAt: Date
}

export const AppointmentConnection = connectionType('Appointment', () => Appointment)

@InputType()
export class AppointmentFilter {
  @Field(() => ID, { nullable: true })
  declare patientId?: string | null

  @Field(() => ID, { nullable: true })
  declare doctorId?: string | null

  @Field(() => [AppointmentStatus], { nullable: true })
  declare status?: AppointmentStatus[] | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start then or later.' })
  declare from?: Date | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start before it.' })
  declare to?: Date | null
}

@InputType()
export class BookAppointmentInput {
  @Field(() => ID)
  declare patientId: string

  @Field(() => ID)
  declare doctorId: string

  @Field(() => ID, { description: 'The code of an active service type.' })
  declare serviceType: string

  @Field(() => DateTimeScalar)
  declare startsAt: Date

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "Default: startsAt plus the service type's duration. At most 24 hours after it.",
  })
  declare endsAt?: Date | null

  @Field(() => String, { nullable: true, description: 'At most 2000 characters.' })
  declare notes?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller answers the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}

@InputType()
export class CancelAppointmentInput {
  @Field(() => ID)
  declare id: string

  @Field(() => CancellationReason)
  declare reason: CancellationReason

  @Field(() => String, { nullable: true, description: 'For the clinic alone, at most 500 characters.' })
  declare note?: string | null

  @Field(() => Int, { nullable: true })
  declare expectedVersion?: number | null
}

@InputType({ description: 'A code that is known already is changed; visits keep the fee at which they were booked.' })
export class SaveServiceTypeInput {
  @Field(() => ID, { description: 'Letters, digits, hyphen and underscore, at most 64.' })
  declare code: string

  @Field(() => String)
  declare name: string

  @Field(() => Int, { description: '1 to 1440.' })
  declare durationMinutes: number

  @Field(() => MoneyInput)
  declare price: MoneyInput

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  declare active?: boolean | null
}
