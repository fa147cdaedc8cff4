import type { Role } from '@caregraph/access'
import { Allow, type Connection, PageArgs, requiredId } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { AuthContext } from './auth-services.js'
import { changePassword } from './change-password.js'
import { createUser } from './create-user.js'
import { disableUser } from './disable-user.js'
import { findUsers, loadSessions, loadUsers } from './find-users.js'
import { login } from './login.js'
import { logout } from './logout.js'
import { refreshSession } from './refresh-session.js'
import { register } from './register.js'
import { revokeSession } from './revoke-session.js'
import { setUserRoles } from './set-user-roles.js'
import type { UserRow } from './user.entity.js'
import {
  CreateUserInput,
  LoginInput,
  LoginResult,
  RegisterInput,
  RoleEnum,
  Session,
  User,
  UserConnection,
  UserSession,
} from './user.type.js'

@Resolver(() => User)
export class UserResolver {
  @Allow('public')
  @Query(() => User, { nullable: true, description: 'Who asks; null where nobody is signed in.' })
  me(@Ctx() context: AuthContext) {
    return context.actor === undefined ? null : context.load(loadUsers, context.actor.id)
  }

  @Allow('user:read')
  @Query(() => User, { nullable: true, description: 'Null where there is none, or none that the caller may see.' })
  user(@Ctx() context: AuthContext, @Arg('id', () => ID) id: string) {
    return context.load(loadUsers, requiredId(id, 'id'))
  }

  @Allow('user:read')
  @Query(() => UserConnection, { description: 'search matches name or e-mail, also by prefix and without accents.' })
  users(
    @Ctx() context: AuthContext,
    @Arg('search', () => String, { nullable: true }) search: string | null | undefined,
    @Arg('role', () => RoleEnum, { nullable: true }) role: Role | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<UserRow>> {
    return findUsers(context, { search, role }, page)
  }

  @Allow('as-parent')
  @FieldResolver(() => [UserSession], { description: 'Places where this person is signed in now.' })
  async sessions(@Ctx() context: AuthContext, @Root() user: UserRow): Promise<UserSession[]> {
    const sessions = (await context.load(loadSessions, user.id)) ?? []
    return sessions.map((session) => ({ ...session, current: session.id === context.actor?.sessionId }))
  }

  @Allow('public')
  @Mutation(() => Session, { description: 'Open to everyone. The new user has the role PATIENT.' })
  register(@Ctx() context: AuthContext, @Arg('input', () => RegisterInput) input: RegisterInput): Promise<Session> {
    return register(context, input)
  }

  @Allow('public')
  @Mutation(() => LoginResult, {
    description: 'Signs in by e-mail and password. INVALID_CREDENTIALS does not tell which of them is wrong.',
  })
  login(@Ctx() context: AuthContext, @Arg('input', () => LoginInput) input: LoginInput): Promise<Session> {
    return login(context, input)
  }

  @Allow('public')
  @Mutation(() => Session, {
    description:
      'Without a bearer token. A refresh token is usable once: one that is used again ends the whole session.',
  })
  refreshSession(
    @Ctx() context: AuthContext,
    @Arg('refreshToken', () => String) refreshToken: string,
  ): Promise<Session> {
    return refreshSession(context, refreshToken)
  }

  @Allow('session:revoke')
  @Mutation(() => Boolean, { description: 'Ends the session of this token, at once and everywhere.' })
  logout(@Ctx() context: AuthContext): Promise<boolean> {
    return logout(context)
  }

  @Allow('session:revoke')
  @Mutation(() => Boolean, { description: 'Signs out there, at once. Administrators may for everyone.' })
  revokeSession(@Ctx() context: AuthContext, @Arg('id', () => ID) id: string): Promise<boolean> {
    return revokeSession(context, id)
  }

  @Allow('password:change')
  @Mutation(() => Boolean, { description: 'Signs out everywhere but here.' })
  changePassword(
    @Ctx() context: AuthContext,
    @Arg('currentPassword', () => String) currentPassword: string,
    @Arg('newPassword', () => String) newPassword: string,
  ): Promise<boolean> {
    return changePassword(context, currentPassword, newPassword)
  }

  @Allow('user:create')
  @Mutation(() => User, {
    description: "Administrators only. For a doctor or a patient who is on file already, pass that record's id.",
  })
  createUser(@Ctx() context: AuthContext, @Arg('input', () => CreateUserInput) input: CreateUserInput) {
    return createUser(context, input)
  }

  @Allow('user:set-roles')
  @Mutation(() => User, {
    description: 'Tokens with the old roles are refused at once; a refresh brings the new ones.',
  })
  setUserRoles(
    @Ctx() context: AuthContext,
    @Arg('id', () => ID) id: string,
    @Arg('roles', () => [RoleEnum]) roles: Role[],
  ) {
    return setUserRoles(context, id, roles)
  }

  @Allow('user:disable')
  @Mutation(() => User, { description: 'Signs the person out everywhere, for good.' })
  disableUser(@Ctx() context: AuthContext, @Arg('id', () => ID) id: string) {
    return disableUser(context, id)
  }
}
