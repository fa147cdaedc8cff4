import { Allow, type Connection, type Context, Money, PageArgs, requiredId } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { AppointmentRow } from './appointment.entity.js'
import { allowedActions } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import { Appointment, AppointmentConnection, AppointmentFilter, BookAppointmentInput } from './appointment.type.js'
import { bookAppointment } from './book-appointment.js'
import { findAppointments, loadAppointments, loadHistory } from './find-appointments.js'
import { loadServiceTypes } from './service-types.js'

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
    const changes = (await context.load(loadHistory, appointment.id)) ?? []
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
}
