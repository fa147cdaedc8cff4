import { Allow, type Connection, type Context } from '@caregraph/subgraph'
import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql'
import type { AppointmentRow } from './appointment.entity.js'
import { AppointmentConnection } from './appointment.type.js'
import { findAppointmentsOf } from './find-appointments.js'
import { findOpenSlots } from './find-open-slots.js'
import { AppointmentListArgs, Doctor, OpenSlotsArgs, Patient, Slot } from './people.type.js'

@Resolver(() => Patient)
export class PatientResolver {
  @Allow('appointment:read')
  @FieldResolver(() => AppointmentConnection, {
    nullable: true,
    description: 'Those that the caller may see, ordered by startsAt, then id.',
  })
  appointments(
    @Ctx() context: Context,
    @Root() { id }: Patient,
    @Args(() => AppointmentListArgs) args: AppointmentListArgs,
  ): Promise<Connection<AppointmentRow>> {
    return findAppointmentsOf(context, { patientId: id }, args)
  }
}

@Resolver(() => Doctor)
export class DoctorResolver {
  @Allow('appointment:read')
  @FieldResolver(() => AppointmentConnection, {
    nullable: true,
    description: 'Those that the caller may see, ordered by startsAt, then id.',
  })
  appointments(
    @Ctx() context: Context,
    @Root() { id }: Doctor,
    @Args(() => AppointmentListArgs) args: AppointmentListArgs,
  ): Promise<Connection<AppointmentRow>> {
    return findAppointmentsOf(context, { doctorId: id }, args)
  }

  @Allow('public')
  @Directive(
    '@requires(fields: "calendar { available timeZone weeklyHours { day startsAt endsAt } timeOff { startsAt endsAt } }")',
  )
  @FieldResolver(() => [Slot], {
    nullable: true,
    description:
      "Bookable slots in [from, to), at most 31 days: working hours less time off less what is taken, on the service type's grid.",
  })
  openSlots(@Ctx() context: Context, @Root() doctor: Doctor, @Args(() => OpenSlotsArgs) args: OpenSlotsArgs) {
    return findOpenSlots(context, doctor, args)
  }
}
