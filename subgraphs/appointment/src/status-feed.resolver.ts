import { may, permit } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { Allow, type Context, optionalId } from '@caregraph/subgraph'
import { Args, ArgsType, Field, ID, Resolver, Root, Subscription } from 'type-graphql'
import { ownerOf } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import { AppointmentStatusChange } from './appointment.type.js'
import type { StatusChange } from './status-feed.js'

@ArgsType()
class FollowedArgs {
  @Field(() => ID, { nullable: true })
  declare appointmentId?: string | null

  @Field(() => ID, { nullable: true })
  declare patientId?: string | null

  @Field(() => ID, { nullable: true })
  declare doctorId?: string | null
}

@Resolver(() => AppointmentStatusChange)
export class StatusFeedResolver {
  @Allow('appointment:read')
  @Subscription(() => AppointmentStatusChange, {
    description:
      'Every status change that the caller may see and that matches all the arguments given. Patients hear of their own appointments only.',
    subscribe: ({ args, context }: { args: FollowedArgs; context: Context<Services> }) => follow(context, args),
  })
  appointmentStatusChanged(@Root() change: StatusChange | Refusal, @Args(() => FollowedArgs) _: FollowedArgs) {
    if (change instanceof Refusal) throw change
    return change
  }
}

function follow({ actor: caller, services }: Context<Services>, args: FollowedArgs) {
  const actor = permit(caller, 'appointment:read')
  const appointmentId = optionalId(args.appointmentId, 'appointmentId')
  const patientId = optionalId(args.patientId, 'patientId')
  const doctorId = optionalId(args.doctorId, 'doctorId')
  return services.feed.follow(
    ({ appointment }) =>
      may(actor, 'appointment:read', ownerOf(appointment)) &&
      (!appointmentId || appointment.id === appointmentId) &&
      (!patientId || appointment.patientId === patientId) &&
      (!doctorId || appointment.doctorId === doctorId),
  )
}
