import { type Role, roles } from '@caregraph/access'
import { Allow, connectionType, DateTimeScalar, EmailAddressScalar } from '@caregraph/subgraph'
import { createUnionType, Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'

export const RoleEnum = Object.fromEntries(roles.map((role) => [role, role])) as { [R in Role]: R }
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody may do in the clinic; nobody may do anything without one.',
})

// Every door to a user checks who may see him: his fields follow, also where he gets them with the tokens of a sign-in.
@ObjectType({
  description:
    'A person who can sign in. One person has one id: a User, Patient and Doctor with the same id are the same person.',
  simpleResolvers: true,
})
@Directive('@key(fields: "id")')
@Allow('as-parent')
export class User {
  @Field(() => ID, { description: 'The same as of the Patient or Doctor who is the same person.' })
  declare id: string

  @Field(() => String, { description: 'As it was given at the registration.' })
  declare name: string

  @Field(() => EmailAddressScalar, { description: 'What the person signs in with.' })
  declare email: string

  @Field(() => [RoleEnum], { description: 'What decides what the person may do.' })
  declare roles: Role[]

  @Field(() => DateTimeScalar, { description: 'When the account was made.' })
  declare registeredAt: Date

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when this person cannot sign in any more.' })
  declare disabledAt: Date | null
}

export const UserConnection = connectionType('User', () => User)

@ObjectType({ description: 'A place where somebody is signed in.', simpleResolvers: true })
@Allow('as-parent')
export class UserSession {
  @Field(() => ID, { description: 'What revokeSession takes.' })
  declare id: string

  @Field(() => DateTimeScalar, { description: 'When the person signed in.' })
  declare createdAt: Date

  @Field(() => DateTimeScalar, { description: 'When tokens were last taken for it.' })
  declare lastUsedAt: Date

  @Field(() => String, { nullable: true, description: 'What the client called itself, at most 300 characters.' })
  declare userAgent: string | null

  @Field(() => Boolean, { description: 'Whether this request comes from it.' })
  declare current: boolean
}

@ObjectType({
  description:
    'Tokens of one sign-in. The access token is a short-lived JWT (EdDSA); the refresh token is opaque and usable once.',
  simpleResolvers: true,
})
@Allow('as-parent')
export class Session {
  @Field(() => String, { description: 'Goes into the header `Authorization: Bearer …`.' })
  declare accessToken: string

  @Field(() => DateTimeScalar, { description: 'Some minutes after it was made.' })
  declare accessTokenExpiresAt: Date

  @Field(() => String, { description: 'Makes a new pair of tokens, once: each refresh gives the next one.' })
  declare refreshToken: string

  @Field(() => DateTimeScalar, { description: 'From then on only a login helps.' })
  declare refreshTokenExpiresAt: Date

  @Field(() => User, { description: 'Who is signed in.' })
  declare user: User
}

export const LoginResult = createUnionType({
  name: 'LoginResult',
  description: 'What signing in leads to.',
  types: () => [Session] as const,
  resolveType: () => Session,
})

@InputType({ description: 'Who registers: a patient, who may do nothing but for himself.' })
export class RegisterInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar, { description: 'Not taken by another user.' })
  declare email: string

  @Field(() => String, { description: '12 to 128 characters, none of the common passwords.' })
  declare password: string
}

@InputType({ description: 'Who signs in.' })
export class LoginInput {
  @Field(() => EmailAddressScalar, { description: 'Without regard to case.' })
  declare email: string

  @Field(() => String, { description: 'Too many wrong ones are refused with RATE_LIMITED for a while.' })
  declare password: string
}

@InputType({ description: 'Whom an administrator lets in.' })
export class CreateUserInput {
  @Field(() => ID, { nullable: true, description: 'The id of the record of a doctor or a patient who is on file.' })
  declare id?: string | null

  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar, { description: 'Not taken by another user.' })
  declare email: string

  @Field(() => String, {
    nullable: true,
    description: 'Needed for now: 12 to 128 characters, none of the common ones.',
  })
  declare password?: string | null

  @Field(() => [RoleEnum], { description: 'At least one, each once.' })
  declare roles: Role[]
}
