import { Allow, type Connection, type Context, Money, PageArgs, requiredId } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { AppointmentRow } from './appointment.entity.js'
import { allowedActions } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import {
  Appointment,
  AppointmentConnection,
  AppointmentFilter,
  BookAppointmentInput,
  CancelAppointmentInput,
} from './appointment.type.js'
import { bookAppointment } from './book-appointment.js'
import { cancelAppointment } from './cancel-appointment.js'
import { checkInAppointment } from './check-in-appointment.js'
import { completeAppointment } from './complete-appointment.js'
import { confirmAppointment } from './confirm-appointment.js'
import { findAppointments, loadAppointments, loadHistory } from './find-appointments.js'
import { markNoShow } from './mark-no-show.js'
import { loadServiceTypes } from './service-types.js'
import { startAppointment } from './start-appointment.js'

@Resolver(() => Appointment)
export class AppointmentResolver {
  @Allow('appointment:read')
  @Query(() => Appointment, {
    nullable: true,
    description: 'Null where there is none, or none that the caller may see.',
  })
  appointment(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return context.load(loadAppointments, requiredId(id, 'id'))
  }

  @Allow('appointment:read')
  @Query(() => AppointmentConnection, { description: 'Ordered by startsAt, then id.' })
  appointments(
    @Ctx() context: Context,
    @Arg('filter', () => AppointmentFilter, { nullable: true }) filter: AppointmentFilter | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<AppointmentRow>> {
    return findAppointments(context, filter ?? {}, page)
  }

  @FieldResolver()
  patient(@Root() { patientId }: AppointmentRow) {
    return { id: patientId }
  }

  @FieldResolver()
  doctor(@Root() { doctorId }: AppointmentRow) {
    return { id: doctorId }
  }

  @FieldResolver()
  serviceType(@Ctx() context: Context, @Root() { serviceTypeCode }: AppointmentRow) {
    return context.load(loadServiceTypes, serviceTypeCode)
  }

  @FieldResolver()
  allowedActions(@Ctx() { actor, now }: Context, @Root() appointment: AppointmentRow) {
    return allowedActions(actor, appointment, now())
  }

  @FieldResolver()
  fee(@Root() { feeMinorUnits, feeCurrency }: AppointmentRow) {
    return new Money({ minorUnits: feeMinorUnits, currency: feeCurrency })
  }

  @FieldResolver()
  holdExpiresAt(@Root() { status, expiresAt }: AppointmentRow) {
    return status === 'HELD' ? expiresAt : null
  }

  @FieldResolver()
  async history(@Ctx() context: Context, @Root() appointment: AppointmentRow) {
    const changes = (await context.load(loadHistory, appointment)) ?? []
    return changes.map((change) => ({ ...change, appointment }))
  }

  @Allow('appointment:book')
  @Mutation(() => Appointment, {
    description: `Staff book CONFIRMED; a patient books for himself, PENDING until the doctor or the desk confirms.
Refused with SLOT_TAKEN, PATIENT_BUSY, OUTSIDE_WORKING_HOURS, DOCTOR_UNAVAILABLE, PATIENT_NOT_FOUND, DOCTOR_NOT_FOUND or STARTS_IN_PAST.`,
  })
  bookAppointment(
    @Ctx() context: Context<Services>,
    @Arg('input', () => BookAppointmentInput) input: BookAppointmentInput,
  ) {
    return bookAppointment(context, input)
  }

  @Allow('appointment:confirm')
  @Mutation(() => Appointment, {
    description:
      "Checks everything again. The patient's own hold becomes PENDING by the patient and CONFIRMED by staff; PENDING becomes CONFIRMED by staff.",
  })
  confirmAppointment(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return confirmAppointment(context, { id, expectedVersion })
  }

  @Allow('appointment:cancel')
  @Mutation(() => Appointment, {
    description:
      'Frees the time. An unpaid invoice is voided; ILLEGAL_TRANSITION where the visit is over or under way.',
  })
  cancelAppointment(
    @Ctx() context: Context,
    @Arg('input', () => CancelAppointmentInput) input: CancelAppointmentInput,
  ) {
    return cancelAppointment(context, input)
  }

  @Allow('appointment:check-in')
  @Mutation(() => Appointment, { description: 'The patient has come: from 24 hours before the start on.' })
  checkInAppointment(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return checkInAppointment(context, { id, expectedVersion })
  }

  @Allow('appointment:start')
  @Mutation(() => Appointment, { description: 'The doctor sees the patient now.' })
  startAppointment(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return startAppointment(context, { id, expectedVersion })
  }

  @Allow('appointment:complete')
  @Mutation(() => Appointment, { description: 'The visit is over: its invoice is issued.' })
  completeAppointment(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return completeAppointment(context, { id, expectedVersion })
  }

  @Allow('appointment:mark-no-show')
  @Mutation(() => Appointment, { description: 'Nobody came: from the start of the visit on.' })
  markNoShow(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return markNoShow(context, { id, expectedVersion })
  }
}
