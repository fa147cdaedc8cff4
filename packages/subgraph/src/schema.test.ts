import { randomUUID } from 'node:crypto'
import { type Actor, InvalidToken, type Role } from '@caregraph/access'
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'
import { describe, expect, it } from 'vitest'
import { connectionType } from './connection.js'
import { type Context, contextOf } from './context.js'
import { executorOf } from './execute.js'
import { extension, reference } from './reference.js'
import { Allow } from './rules.js'
import { DateScalar, DateTimeScalar, SafeIntScalar } from './scalars.js'
import { type Resolvers, subgraphSchema } from './schema.js'

const [ada, ben, unknown] = [randomUUID(), randomUUID(), randomUUID()]
const patients = new Map([ada, ben].map((id) => [id, { id, name: `name of ${id}` }]))
const asked: string[][] = []

const loadPatients = async (ids: readonly string[]) => {
  asked.push([...ids])
  return patients
}

@InputType()
class PolicyInput {
  @Field(() => DateScalar)
  declare validFrom: string
}

@InputType()
class PatientInput {
  @Field(() => String)
  declare name: string

  @Field(() => DateTimeScalar, { nullable: true })
  declare bornAt?: Date | null

  @Field(() => [PolicyInput], { nullable: true })
  declare policies?: PolicyInput[] | null
}

@ObjectType('Patient', { simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('patient:read', (patient: Patient) => patient.id)
class Patient {
  @Field(() => ID)
  declare id: string

  @Field(() => String)
  declare name: string
}

@ObjectType('Doctor', { simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('public')
class Doctor {
  @Field(() => ID)
  declare id: string
}

const Patients = connectionType('Patient', () => Patient)

@Resolver(() => Doctor)
class Everything {
  @Allow('public')
  @Query(() => String)
  hello() {
    return 'hello'
  }

  @Allow('signed-in')
  @Query(() => String)
  secret() {
    return 'secret'
  }

  @Allow('patient:read')
  @Query(() => Patient, { nullable: true })
  patient(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return context.load(loadPatients, id)
  }

  @Allow('public')
  @Query(() => [Patient])
  carelessPatients() {
    return [...patients.values()]
  }

  @Allow('public')
  @Query(() => Doctor, { nullable: true })
  doctor() {
    return null
  }

  @Allow('public')
  @Query(() => Patients, { nullable: true })
  pages() {
    return null
  }

  @Allow('public')
  @Query(() => String)
  echo(
    @Arg('input', () => PatientInput, { nullable: true }) input: PatientInput | null,
    @Arg('on', () => DateScalar, { nullable: true }) on: string | null,
    @Arg('amount', () => SafeIntScalar, { nullable: true }) amount: number | null,
  ) {
    return JSON.stringify({ input, on, amount })
  }

  @Allow('statistics:read', (doctor: Doctor) => ({ DOCTOR: doctor.id }))
  @FieldResolver(() => Int, { nullable: true })
  visits(@Root() doctor: Doctor) {
    return doctor.id.length
  }
}

const references = { Patient: reference('patient:read', loadPatients), Doctor: extension }

const executor = executorOf({
  subgraph: 'test',
  schema: subgraphSchema([Everything], references).schema,
  verifyToken: async (token) => {
    const [id = '', ...roles] = token.split(' ')
    if (id === 'invalid') throw new InvalidToken('expired')
    const actor: Actor = { id, roles: roles as Role[], sessionId: 's', expiresAt: Number.POSITIVE_INFINITY, token }
    return actor
  },
  contextFor: (request, actor) =>
    contextOf<unknown>({ ...({} as Omit<Context, 'load'>), actor, requestId: request.requestId }),
  log: { info: () => expect.fail(), error: () => expect.fail() },
})

const ask = (query: string, variables: Record<string, unknown> = {}, token?: string) =>
  executor.execute({ query, variables, token, requestId: 'request-7' })

const codesOf = async (query: string, variables?: Record<string, unknown>, token?: string) =>
  ((await ask(query, variables, token)).errors ?? []).map(({ extensions }) => extensions['code'])

describe('a schema', () => {
  const openFields = () => {
    @ObjectType('Room', { simpleResolvers: true })
    class Room {
      @Field(() => String)
      declare name: string

      @Allow('public')
      @Field(() => String)
      declare number: string
    }

    @Resolver()
    class Rooms {
      @Query(() => Room)
      room() {
        return undefined
      }

      @Allow('public')
      @Query(() => [Room])
      rooms() {
        return []
      }
    }
    return [Rooms] satisfies Resolvers
  }

  it('with fields that say nothing of who may is refused, and names each of them', () => {
    expect(() => subgraphSchema(openFields(), {})).toThrow(
      'No rule is declared for Query.room, Room.name: say with @Allow who may.',
    )
  })

  it('with an entity that has no door is refused, and names it', () => {
    expect(() => subgraphSchema([Everything], { Doctor: extension })).toThrow(
      'No reference is declared for Patient: other subgraphs ask for it.',
    )
  })

  it('has the arguments of a field in the order of the code', () => {
    const { schema } = subgraphSchema([Everything], references)
    expect(
      schema
        .getQueryType()
        ?.getFields()
        ['echo']?.args.map(({ name }) => name),
    ).toEqual(['input', 'on', 'amount'])
  })

  it('keeps keys and shareable types in the form that composition reads', () => {
    const { sdl } = subgraphSchema([Everything], references)
    expect(sdl).toContain('type Patient @key(fields: "id")')
    expect(sdl).toContain('type PageInfo @shareable')
    expect(sdl).toMatch(/^extend schema @link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\./)
  })
})

describe('a field', () => {
  it.each([
    ['public', '{ hello }', undefined, []],
    ['signed-in', '{ secret }', undefined, ['UNAUTHENTICATED']],
    ['signed-in', '{ secret }', `${ada}`, []],
    ['patient:read', `{ patient(id: "${ada}") { id } }`, undefined, ['UNAUTHENTICATED']],
    ['patient:read', `{ patient(id: "${ada}") { id } }`, `${ada} AUDITOR`, ['FORBIDDEN']],
    ['patient:read', `{ patient(id: "${ada}") { id } }`, `${ada} PATIENT`, []],
    ['patient:read', `{ patient(id: "${ada}") { id } }`, `${ben} FRONT_DESK`, []],
    ['public', '{ hello }', 'invalid', ['UNAUTHENTICATED']],
  ])('of the rule %s: %s for the token %s answers %j', async (_, query, token, codes) => {
    expect(await codesOf(query, {}, token)).toEqual(codes)
  })

  it('keeps its rule although the way to its object was open, row by row', async () => {
    const { data, errors } = await ask('{ carelessPatients { name } }', {}, `${ada} PATIENT`)
    expect(JSON.stringify(data ?? null)).not.toContain(`name of ${ben}`)
    expect(errors).toMatchObject([{ path: ['carelessPatients', 1, 'name'], extensions: { code: 'FORBIDDEN' } }])
  })

  it('that another subgraph’s entity got from here has a rule of its own', async () => {
    const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Doctor { visits } } }'
    const of = [ada, ben].map((id) => ({ __typename: 'Doctor', id }))
    const { data, errors } = await ask(query, { of }, `${ada} DOCTOR`)
    expect(data?.['_entities']).toEqual([{ visits: 36 }, { visits: null }])
    expect(errors).toMatchObject([{ path: ['_entities', 1, 'visits'], extensions: { code: 'FORBIDDEN' } }])
    expect(await codesOf(query, { of })).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  })
})

describe('the door to an entity', () => {
  const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Patient { id name } } }'
  const of = (...ids: unknown[]) => ({ of: ids.map((id) => ({ __typename: 'Patient', id })) })

  it('asks for many at once, and is null alone where there is none or where the id is none', async () => {
    asked.length = 0
    const { data, errors } = await ask(query, of(ada, 'garbled', unknown, ben, { $ne: null }), `${ada} ADMIN`)
    expect(data?.['_entities']).toMatchObject([{ id: ada }, null, null, { id: ben }, null])
    expect(errors).toBeUndefined()
    expect(asked).toEqual([[ada, unknown, ben]])
  })

  it('is shut for whoever has no right to any, before a row is read', async () => {
    asked.length = 0
    expect(await codesOf(query, of(ada))).toEqual(['UNAUTHENTICATED'])
    expect(await codesOf(query, of(ada), `${ada} AUDITOR`)).toEqual(['FORBIDDEN'])
    expect(asked).toEqual([])
  })
})

describe('an argument', () => {
  const echo = `query ($input: PatientInput, $on: Date, $amount: SafeInt) { echo(input: $input, on: $on, amount: $amount) }`

  it.each([
    [{ on: '2027-02-29' }, 'on'],
    [{ amount: 0.5 }, 'amount'],
    [{ input: { name: 'a\0' } }, 'name'],
    [{ input: { name: 'half a \ud83d' } }, 'name'],
    [{ input: { name: 'x'.repeat(20_001) } }, 'name'],
    [{ input: { name: 'a', bornAt: '2027-03-01T09:00:00' } }, 'bornAt'],
    [{ input: { name: 'a', policies: [{ validFrom: '2027-01-01' }, { validFrom: 'soon' }] } }, 'policies.1.validFrom'],
  ])('that is wrong is refused with its path: %j', async (variables, field) => {
    const { errors } = await ask(echo, variables)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('that is wrong in the document is refused like one in a variable', async () => {
    const { errors } = await ask('{ echo(input: { name: "a", policies: [{ validFrom: "soon" }] }) }')
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'policies.0.validFrom' } })
  })

  it('that is right arrives as it was given, with letters of every script', async () => {
    const input = { name: 'Éva 李 😀', bornAt: null }
    const { data } = await ask(echo, { input, on: '2027-03-01', amount: -5 })
    expect(JSON.parse(String(data?.['echo']))).toEqual({ input, on: '2027-03-01', amount: -5 })
  })
})
