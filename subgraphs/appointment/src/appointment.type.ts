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
registerEnumType(AppointmentAction, {
  name: 'AppointmentAction',
  description: 'What can be done with a visit: CONFIRM is the mutation confirmAppointment, and so on.',
})

export enum CancellationReason {
  PATIENT_REQUEST = 'PATIENT_REQUEST',
  DOCTOR_UNAVAILABLE = 'DOCTOR_UNAVAILABLE',
  DECLINED_BY_DOCTOR = 'DECLINED_BY_DOCTOR',
  CLINIC_CLOSED = 'CLINIC_CLOSED',
  DUPLICATE = 'DUPLICATE',
  LEFT_WITHOUT_BEING_SEEN = 'LEFT_WITHOUT_BEING_SEEN',
  OTHER = 'OTHER',
}
registerEnumType(CancellationReason, { name: 'CancellationReason', description: 'Why a visit was cancelled.' })

@ObjectType({ description: 'What can be booked: how long it takes and what it costs.', simpleResolvers: true })
@Directive('@key(fields: "code")')
@Allow('public')
export class ServiceType {
  @Field(() => ID, { description: 'Short and fixed, such as CONSULTATION.' })
  declare code: string

  @Field(() => String, { description: 'As people are to read it.' })
  declare name: string

  @Field(() => Int, { description: 'How long it takes, unless a visit is booked with an end of its own.' })
  declare durationMinutes: number

  @Field(() => Money, { description: 'What a visit costs that is booked now; a booked one keeps its fee.' })
  declare price: Money

  @Field(() => Boolean, { description: 'Only active ones can be booked.' })
  declare active: boolean
}

@ObjectType({ description: 'A visit of a patient with a doctor.', simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('appointment:read', ownerOf)
export class Appointment {
  @Field(() => ID, { description: 'UUIDv7, which grows with the time of the booking.' })
  declare id: string

  @Field(() => Patient, { nullable: true, description: 'Null while the patient subgraph does not answer.' })
  declare patient: Patient | null

  @Field(() => Doctor, { nullable: true, description: 'Null while the doctor subgraph does not answer.' })
  declare doctor: Doctor | null

  @Field(() => ServiceType, { description: 'What was booked.' })
  declare serviceType: ServiceType

  @Field(() => DateTimeScalar, {
    description: 'Inclusive start, exclusive end: back-to-back appointments do not overlap.',
  })
  declare startsAt: Date

  @Field(() => DateTimeScalar, { description: 'Exclusive.' })
  declare endsAt: Date

  @Field(() => AppointmentStatus, { description: 'Where it stands.' })
  declare status: AppointmentStatus

  @Field(() => [AppointmentAction], { description: 'What the caller may do with it now.' })
  declare allowedActions: AppointmentAction[]

  @Field(() => Money, { description: 'The price of the service type when it was booked.' })
  declare fee: Money

  @Field(() => String, { nullable: true, description: 'What was noted with the booking.' })
  declare notes: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Set while HELD: when the hold lapses.' })
  declare holdExpiresAt: Date | null

  @Field(() => CancellationReason, { nullable: true, description: 'Set when it was cancelled.' })
  declare cancellationReason: string | null

  @Field(() => [AppointmentStatusChange], { description: 'Its statuses from the first to the present one.' })
  declare history: AppointmentStatusChange[]

  @Field(() => DateTimeScalar, { description: 'When it was booked.' })
  declare createdAt: Date

  @Field(() => Int, {
    description: "Grows by one with each change: give it as expectedVersion, and nobody's change is overwritten.",
  })
  declare version: number
}

@ObjectType({ simpleResolvers: true, description: 'That a visit went from one status to another.' })
@Allow('as-parent')
export class AppointmentStatusChange {
  @Field(() => Appointment, { description: 'As it is now, which may be later than this change.' })
  declare appointment: Appointment

  @Field(() => AppointmentStatus, { nullable: true, description: 'Null when the appointment was made.' })
  declare previousStatus: AppointmentStatus | null

  @Field(() => AppointmentStatus, { description: 'The new one.' })
  declare status: AppointmentStatus

  @Field(() => DateTimeScalar, { description: 'When it was saved.' })
  declare changedAt: Date
}

export const AppointmentConnection = connectionType('Appointment', () => Appointment)

@InputType({ description: 'All that is given must hold.' })
export class AppointmentFilter {
  @Field(() => ID, { nullable: true, description: "Only this patient's visits." })
  declare patientId?: string | null

  @Field(() => ID, { nullable: true, description: "Only this doctor's visits." })
  declare doctorId?: string | null

  @Field(() => [AppointmentStatus], { nullable: true, description: 'Only visits that stand at one of these.' })
  declare status?: AppointmentStatus[] | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start then or later.' })
  declare from?: Date | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start before it.' })
  declare to?: Date | null
}

@InputType({ description: 'Which visit to book.' })
export class BookAppointmentInput {
  @Field(() => ID, { description: 'Whose visit it is; not of an archived one.' })
  declare patientId: string

  @Field(() => ID, { description: 'Who is to see the patient.' })
  declare doctorId: string

  @Field(() => ID, { description: 'The code of an active service type.' })
  declare serviceType: string

  @Field(() => DateTimeScalar, { description: "Within the doctor's hours; on the grid of openSlots or between." })
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

@InputType({ description: 'Which visit to cancel, and why.' })
export class CancelAppointmentInput {
  @Field(() => ID, { description: 'Of the visit.' })
  declare id: string

  @Field(() => CancellationReason, { description: 'Kept with the visit.' })
  declare reason: CancellationReason

  @Field(() => String, { nullable: true, description: 'For the clinic alone, at most 500 characters.' })
  declare note?: string | null

  @Field(() => Int, { nullable: true, description: 'If given and not the current one: VERSION_CONFLICT.' })
  declare expectedVersion?: number | null
}

@InputType({ description: 'A code that is known already is changed; visits keep the fee at which they were booked.' })
export class SaveServiceTypeInput {
  @Field(() => ID, { description: 'Letters, digits, hyphen and underscore, at most 64.' })
  declare code: string

  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => Int, { description: '1 to 1440.' })
  declare durationMinutes: number

  @Field(() => MoneyInput, { description: '0 or more.' })
  declare price: MoneyInput

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'False keeps it for old visits and lets nobody book it.',
  })
  declare active?: boolean | null
}
