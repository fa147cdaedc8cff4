import { type Role, roles } from '@caregraph/access'
import { Allow, connectionType, DateTimeScalar, EmailAddressScalar } from '@caregraph/subgraph'
import { createUnionType, Directive, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'

export const RoleEnum = Object.fromEntries(roles.map((role) => [role, role])) as { [R in Role]: R }
registerEnumType(RoleEnum, { name: 'Role' })

// Every door to a user checks who may see him: his fields follow, also where he gets them with the tokens of a sign-in.
@ObjectType({
  description:
    'A person who can sign in. One person has one id: a User, Patient and Doctor with the same id are the same person.',
  simpleResolvers: true,
})
@Directive('@key(fields: "id")')
@Allow('as-parent')
export class User {
  @Field(() => ID)
  declare id: string

  @Field(() => String)
  declare name: string

  @Field(() => EmailAddressScalar)
  declare email: string

  @Field(() => [RoleEnum])
  declare roles: Role[]

  @Field(() => DateTimeScalar)
  declare registeredAt: Date

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when this person cannot sign in any more.' })
  declare disabledAt: Date | null
}

export const UserConnection = connectionType('User', () => User)

@ObjectType({ description: 'A place where somebody is signed in.', simpleResolvers: true })
@Allow('as-parent')
export class UserSession {
  @Field(() => ID)
  declare id: string

  @Field(() => DateTimeScalar)
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
  @Field(() => String)
  declare accessToken: string

  @Field(() => DateTimeScalar)
  declare accessTokenExpiresAt: Date

  @Field(() => String)
  declare refreshToken: string

  @Field(() => DateTimeScalar)
  declare refreshTokenExpiresAt: Date

  @Field(() => User)
  declare user: User
}

export const LoginResult = createUnionType({
  name: 'LoginResult',
  types: () => [Session] as const,
  resolveType: () => Session,
})

@InputType()
export class RegisterInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar)
  declare email: string

  @Field(() => String, { description: '12 to 128 characters, none of the common passwords.' })
  declare password: string
}

@InputType()
export class LoginInput {
  @Field(() => EmailAddressScalar)
  declare email: string

  @Field(() => String)
  declare password: string
}

@InputType()
export class CreateUserInput {
  @Field(() => ID, { nullable: true, description: 'The id of the record of a doctor or a patient who is on file.' })
  declare id?: string | null

  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => EmailAddressScalar)
  declare email: string

  @Field(() => String, {
    nullable: true,
    description: 'Needed for now: 12 to 128 characters, none of the common ones.',
  })
  declare password?: string | null

  @Field(() => [RoleEnum], { description: 'At least one, each once.' })
  declare roles: Role[]
}
