import { Allow, type Context } from '@caregraph/subgraph'
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import { SaveServiceTypeInput, ServiceType } from './appointment.type.js'
import { saveServiceType } from './save-service-type.js'
import { listServiceTypes } from './service-types.js'

@Resolver(() => ServiceType)
export class ServiceTypeResolver {
  @Allow('public')
  @Query(() => [ServiceType])
  serviceTypes(
    @Ctx() context: Context,
    @Arg('activeOnly', () => Boolean, { nullable: true, defaultValue: true }) activeOnly: boolean | null,
  ) {
    return listServiceTypes(context, activeOnly ?? true)
  }

  @Allow('service-type:save')
  @Mutation(() => ServiceType)
  saveServiceType(@Ctx() context: Context, @Arg('input', () => SaveServiceTypeInput) input: SaveServiceTypeInput) {
    return saveServiceType(context, input)
  }
}
