import {
  Allow,
  type Connection,
  type Context,
  Identifier,
  IdentifierInput,
  PageArgs,
  requiredId,
} from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { archivePatient } from './archive-patient.js'
import { findPatients, loadIdentifiers, loadPatients } from './find-patients.js'
import type { PatientRow } from './patient.entity.js'
import { Patient, PatientConnection, RegisterPatientInput, UpdatePatientInput } from './patient.type.js'
import { registerPatient } from './register-patient.js'
import { restorePatient } from './restore-patient.js'
import { updatePatient } from './update-patient.js'

@Resolver(() => Patient)
export class PatientResolver {
  @Allow('patient:read')
  @Query(() => Patient, { nullable: true, description: 'Null where there is none, or none that the caller may see.' })
  patient(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return context.load(loadPatients, requiredId(id, 'id'))
  }

  @Allow('patient:read')
  @Query(() => PatientConnection, {
    description: 'search matches name, e-mail, phone or date of birth, also by prefix and without accents.',
  })
  patients(
    @Ctx() context: Context,
    @Arg('search', () => String, { nullable: true }) search: string | null | undefined,
    @Arg('identifier', () => IdentifierInput, { nullable: true }) identifier: IdentifierInput | null | undefined,
    @Arg('includeArchived', () => Boolean, { nullable: true, defaultValue: false }) includeArchived: boolean | null,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<PatientRow>> {
    return findPatients(context, { search, identifier, includeArchived }, page)
  }

  @Allow('patient:read', (patient: Patient) => patient.id)
  @FieldResolver(() => [Identifier], {
    description:
      'Numbers that others know the patient by, such as a medical record number; one belongs to one patient.',
  })
  async identifiers(@Ctx() context: Context, @Root() patient: PatientRow) {
    return (await context.load(loadIdentifiers, patient.id)) ?? []
  }

  @Allow('patient:register')
  @Mutation(() => Patient, {
    description:
      'Staff register anyone. A signed-in PATIENT without a record registers himself; the record then has his user id.',
  })
  registerPatient(@Ctx() context: Context, @Arg('input', () => RegisterPatientInput) input: RegisterPatientInput) {
    return registerPatient(context, input)
  }

  @Allow('patient:update')
  @Mutation(() => Patient, { description: 'Changes what is given; what is left out keeps its value.' })
  updatePatient(@Ctx() context: Context, @Arg('input', () => UpdatePatientInput) input: UpdatePatientInput) {
    return updatePatient(context, input)
  }

  @Allow('patient:archive')
  @Mutation(() => Patient, {
    description: 'Closes the record, with a reason. Nothing is deleted, and restorePatient opens it again.',
  })
  archivePatient(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String) reason: string,
  ) {
    return archivePatient(context, id, reason)
  }

  @Allow('patient:restore')
  @Mutation(() => Patient, { description: 'Opens an archived record again.' })
  restorePatient(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return restorePatient(context, id)
  }
}
