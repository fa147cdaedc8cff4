import { Allow, type Context } from '@caregraph/subgraph'
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import { SaveServiceTypeInput, ServiceType } from './appointment.type.js'
import { saveServiceType } from './save-service-type.js'
import { listServiceTypes } from './service-types.js'

@Resolver(() => ServiceType)
export class ServiceTypeResolver {
  @Allow('public')
  @Query(() => [ServiceType], { description: 'What can be booked, by code.' })
  serviceTypes(
    @Ctx() context: Context,
    @Arg('activeOnly', () => Boolean, { nullable: true, defaultValue: true }) activeOnly: boolean | null,
  ) {
    return listServiceTypes(context, activeOnly ?? true)
  }

  @Allow('service-type:save')
  @Mutation(() => ServiceType, {
    description: 'Adds a type of visit, or changes the one of this code. Visits that are booked keep their fee.',
  })
  saveServiceType(@Ctx() context: Context, @Arg('input', () => SaveServiceTypeInput) input: SaveServiceTypeInput) {
    return saveServiceType(context, input)
  }
}
