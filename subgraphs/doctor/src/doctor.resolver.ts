import {
  Allow,
  type Connection,
  DateTimeScalar,
  Identifier,
  IdentifierInput,
  PageArgs,
  requiredId,
} from '@caregraph/subgraph'
import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { addDoctor } from './add-doctor.js'
import { addTimeOff } from './add-time-off.js'
import { archiveDoctor } from './archive-doctor.js'
import type { DoctorRow } from './doctor.entity.js'
import { AddDoctorInput, AddTimeOffInput, UpdateDoctorInput, WorkingHoursInput } from './doctor.input.js'
import { takesAppointments } from './doctor.rules.js'
import type { DoctorContext } from './doctor.services.js'
import { Doctor, DoctorCalendar, DoctorConnection, Specialization, TimeOff } from './doctor.type.js'
import { findDoctors, loadDoctors, loadIdentifiers, type PublicDoctor, wholeDoctor } from './find-doctors.js'
import { removeTimeOff } from './remove-time-off.js'
import { setWeeklyHours } from './set-weekly-hours.js'
import { loadTimeOff, loadTimeOffAhead } from './time-off.js'
import { overlapping } from './time-off.rules.js'
import { updateDoctor } from './update-doctor.js'

@Resolver(() => Doctor)
export class DoctorResolver {
  @Allow('public')
  @Query(() => Doctor, { nullable: true, description: 'Null where there is none. An archived doctor is still found.' })
  doctor(@Ctx() context: DoctorContext, @Arg('id', () => ID) id: string) {
    return context.load(loadDoctors, requiredId(id, 'id'))
  }

  @Allow('public')
  @Query(() => DoctorConnection, {
    description:
      'By name, without those who are archived. search matches name, specialization, department or hospital, also by prefix and without accents; department the whole name without regard to case. identifier needs a sign-in, and finds an archived doctor too.',
  })
  doctors(
    @Ctx() context: DoctorContext,
    @Arg('search', () => String, { nullable: true }) search: string | null | undefined,
    @Arg('specialization', () => Specialization, { nullable: true }) specialization: Specialization | null | undefined,
    @Arg('department', () => String, { nullable: true }) department: string | null | undefined,
    @Arg('available', () => Boolean, { nullable: true }) available: boolean | null | undefined,
    @Arg('identifier', () => IdentifierInput, { nullable: true }) identifier: IdentifierInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<DoctorRow | PublicDoctor>> {
    return findDoctors(context, { search, specialization, department, available, identifier }, page)
  }

  @Allow('public')
  @FieldResolver(() => Boolean, {
    description: 'False: takes no new appointments, whatever the working hours say. So it is for an archived doctor.',
  })
  available(@Root() doctor: DoctorRow | PublicDoctor): boolean {
    return takesAppointments(doctor)
  }

  @Allow('doctor:read')
  @FieldResolver()
  async licenseNumber(@Ctx() context: DoctorContext, @Root() doctor: DoctorRow | PublicDoctor): Promise<string> {
    return (await wholeDoctor(context, doctor)).licenseNumber
  }

  @Allow('doctor:read')
  @FieldResolver()
  async phone(@Ctx() context: DoctorContext, @Root() doctor: DoctorRow | PublicDoctor): Promise<string | null> {
    return (await wholeDoctor(context, doctor)).phone
  }

  @Allow('doctor:read')
  @FieldResolver()
  async email(@Ctx() context: DoctorContext, @Root() doctor: DoctorRow | PublicDoctor): Promise<string | null> {
    return (await wholeDoctor(context, doctor)).email
  }

  @Allow('doctor:read')
  @FieldResolver(() => [Identifier], {
    description: 'Numbers that others know the doctor by, such as an NPI; one belongs to one doctor.',
  })
  async identifiers(@Ctx() context: DoctorContext, @Root() doctor: DoctorRow | PublicDoctor) {
    return (await context.load(loadIdentifiers, doctor.id)) ?? []
  }

  @Allow('doctor:read')
  @FieldResolver(() => [TimeOff], { description: 'What overlaps [from, to), by its start.' })
  async timeOff(
    @Ctx() context: DoctorContext,
    @Root() doctor: DoctorRow | PublicDoctor,
    @Arg('from', () => DateTimeScalar, { nullable: true }) from: Date | null | undefined,
    @Arg('to', () => DateTimeScalar, { nullable: true }) to: Date | null | undefined,
  ) {
    return overlapping((await context.load(loadTimeOff, doctor.id)) ?? [], from, to)
  }

  @Allow('public')
  @Directive('@inaccessible')
  @FieldResolver(() => DoctorCalendar, {
    description: 'For other subgraphs only: all that decides whether a time can be booked.',
  })
  async calendar(@Ctx() context: DoctorContext, @Root() doctor: DoctorRow | PublicDoctor): Promise<DoctorCalendar> {
    const whole = await wholeDoctor(context, doctor)
    const { timeZone, weeklyHours } = whole
    const timeOff = (await context.load(loadTimeOffAhead, doctor.id)) ?? []
    return { available: takesAppointments(whole), timeZone, weeklyHours, timeOff }
  }

  @Allow('doctor:add')
  @Mutation(() => Doctor, { description: "Adds a doctor. DUPLICATE_LICENSE where the licence number is another's." })
  addDoctor(@Ctx() context: DoctorContext, @Arg('input', () => AddDoctorInput) input: AddDoctorInput) {
    return addDoctor(context, input)
  }

  @Allow('doctor:update')
  @Mutation(() => Doctor, { description: 'Changes what is given; what is left out keeps its value.' })
  updateDoctor(@Ctx() context: DoctorContext, @Arg('input', () => UpdateDoctorInput) input: UpdateDoctorInput) {
    return updateDoctor(context, input)
  }

  @Allow('doctor:archive')
  @Mutation(() => Doctor, { description: 'The doctor takes no new appointments; those that are booked stay.' })
  archiveDoctor(
    @Ctx() context: DoctorContext,
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String) reason: string,
  ) {
    return archiveDoctor(context, id, reason)
  }

  @Allow('weekly-hours:set')
  @Mutation(() => Doctor, {
    description:
      'Replaces all, at most 50. Hours may touch but not overlap, also across midnight and the end of the week.',
  })
  setWeeklyHours(
    @Ctx() context: DoctorContext,
    @Arg('doctorId', () => ID) doctorId: string,
    @Arg('hours', () => [WorkingHoursInput]) hours: WorkingHoursInput[],
  ) {
    return setWeeklyHours(context, doctorId, hours)
  }

  @Allow('time-off:add')
  @Mutation(() => TimeOff, { description: 'May overlap other time off. Visits that are booked in it stay booked.' })
  addTimeOff(@Ctx() context: DoctorContext, @Arg('input', () => AddTimeOffInput) input: AddTimeOffInput) {
    return addTimeOff(context, input)
  }

  @Allow('time-off:remove')
  @Mutation(() => Boolean, { description: 'The time can be booked again.' })
  removeTimeOff(@Ctx() context: DoctorContext, @Arg('id', () => ID) id: string) {
    return removeTimeOff(context, id)
  }
}
