import type { Role } from '@caregraph/access'
import { Allow, type Connection, PageArgs, requiredId } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { AuthContext } from './auth-services.js'
import { findUsers, loadSessions, loadUsers } from './find-users.js'
import { login } from './login.js'
import { register } from './register.js'
import type { UserRow } from './user.entity.js'
import {
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
  @Mutation(() => LoginResult)
  login(@Ctx() context: AuthContext, @Arg('input', () => LoginInput) input: LoginInput): Promise<Session> {
    return login(context, input)
  }
}
