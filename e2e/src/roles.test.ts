import { randomUUID } from 'node:crypto'
import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isLeafType,
  isObjectType,
} from 'graphql'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Answer, type Client, clientOf, type SignedIn, signIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aUser, aVisit, inHours, roundTheClock } from './people.js'
import { asTheirRecord, type Column, columns, rights, type Verdict } from './roles.matrix.js'
import { listed, probeOf } from './roles.probes.js'
import { type CareRecord, recordOf, timeOffOf, userIdOf } from './roles.records.js'

const url = inject('clinicUrl')
let schema: GraphQLSchema
let admin: Client
const callers = new Map<Column, SignedIn>()
/** The doctor and the patient among the callers meet in `own`; `foreign` is about two others. */
let own: CareRecord
let foreign: CareRecord
beforeAll(async () => {
  admin = await signIn(url)
  schema = buildClientSchema(await admin.get<IntrospectionQuery>(getIntrospectionQuery()))
  const billing = await aUser(url, admin, ['BILLING'])
  own = await recordOf(url, { admin, billing })
  foreign = await recordOf(url, { admin, billing })
  callers.set('DOCTOR', own.doctor)
  callers.set('PATIENT', own.patient)
  for (const role of ['ADMIN', 'FRONT_DESK', 'BILLING', 'AUDITOR'] as const) {
    callers.set(role, await aUser(url, admin, [role]))
  }
})

interface Field {
  name: string
  type: string
  field: string
  isConnection: boolean
  selection: string
}

const isConnection = (type: string) => type.endsWith('Connection')

/** Every field of the roots and of every type that is neither a page nor a value. */
function fieldsOf(api: GraphQLSchema): Field[] {
  return Object.values(api.getTypeMap()).flatMap((type) => {
    const isRecord = isObjectType(type) && !/^__|Connection$|Edge$|^PageInfo$/.test(type.name)
    if (!isRecord || asTheirRecord.includes(type.name)) return []
    return Object.values(type.getFields()).map((field) => {
      const answer = getNamedType(field.type)
      const selection = isConnection(answer.name) ? '{ edges { node { id } } }' : '{ __typename }'
      return {
        name: `${type.name}.${field.name}`,
        type: type.name,
        field: field.name,
        isConnection: isConnection(answer.name),
        selection: isLeafType(answer) ? '' : selection,
      }
    })
  })
}

describe('the role matrix', () => {
  it('names every field of the schema, and none that is not there', () => {
    expect([...rights.keys()].sort()).toEqual(
      fieldsOf(schema)
        .map(({ name }) => name)
        .sort(),
    )
    const types = Object.keys(schema.getTypeMap())
    expect(asTheirRecord.filter((type) => !types.includes(type))).toEqual([])
  })

  it.each(columns)('holds for %s at every field', async (column) => {
    const fields = fieldsOf(schema).filter(({ type }) => type !== 'Subscription')
    const look = async (field: Field) => [field.name, await verdictOn(field, column)] as const
    const reads = fields.filter(({ type }) => type !== 'Mutation')
    // One act after the other: an archived patient would be nobody to the next.
    const acts = fields.filter(({ type }) => type === 'Mutation')
    const verdicts = [...(await inFlight(8, reads, look)), ...(await inFlight(1, acts, look))]
    const expected = fields.map(({ name }) => [name, rights.get(name)?.[column]])
    expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected))
  })

  it('holds for everybody at the live feed', async () => {
    let isOver = false
    const listening = Promise.all(columns.map(async (column) => [column, await verdictOnFeed(column)] as const))
    const listened = listening.finally(() => {
      isOver = true
    })
    for (let hours = 2000; !isOver; hours++) {
      for (const { patientId, doctorId } of [foreign, own]) {
        await aVisit(admin, { patientId, doctorId, startsAt: inHours(hours) })
      }
    }
    const actual = Object.fromEntries(await listened)
    expect(actual).toEqual(rights.get('Subscription.appointmentStatusChanged'))
  })
})

const callerOf = (column: Column): Client => callers.get(column) ?? clientOf(url)

/** A foreign visit comes before each of one's own: who has heard of two of these has heard of a foreign one if ever. */
async function verdictOnFeed(column: Column): Promise<Verdict | string> {
  const feed = callerOf(column).subscribe<{ appointmentStatusChanged: { appointment: { doctor: { id: string } } } }>(
    'subscription { appointmentStatusChanged { appointment { doctor { id } } } }',
  )
  const heard: string[] = []
  while (heard.filter((doctorId) => doctorId === own.doctorId).length < 2) {
    const { value } = await feed.next().catch((errors) => ({ value: { data: null, errors } }))
    const code = (value?.errors as Answer<unknown>['errors'] | undefined)?.[0]?.extensions.code
    if (code !== undefined) return code === refusalOf(column) ? '-' : code
    heard.push(value?.data?.appointmentStatusChanged.appointment.doctor.id ?? '')
  }
  await feed.return(undefined)
  return heard.includes(foreign.doctorId) ? 'all' : 'own'
}

const refusalOf = (column: Column) => (column === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN')

/** What the caller gets of a record that is his, and of one that is not. */
async function verdictOn(field: Field, column: Column): Promise<Verdict | string> {
  const outcomes = [await outcomeOf(field, column, own), await outcomeOf(field, column, foreign)] as const
  const refusal = refusalOf(column)
  const isHidden = (outcome: string) => outcome === refusal || outcome === 'nothing'
  const [mine, others] = outcomes
  if (mine === 'seen' && others === 'seen') return 'all'
  if (mine === 'seen' && isHidden(others)) return 'own'
  if (mine === refusal && isHidden(others)) return '-'
  if (mine === 'nothing' && others === 'nothing') return 'null'
  return outcomes.join(', ')
}

async function outcomeOf({ name, type, field, selection, isConnection }: Field, column: Column, about: CareRecord) {
  const [client, variables] = await prepared(name, column, about)
  const { data, errors } = await client.ask<Record<string, unknown>>(probeOf(type, field, selection), variables)
  if (name === 'Mutation.archivePatient' && errors.length === 0) {
    await admin.get('mutation ($patientId: ID!) { restorePatient(id: $patientId) { id } }', variables)
  }
  const code = errors[0]?.extensions.code
  if (code === 'NOT_FOUND' || code === 'PATIENT_NOT_FOUND') return 'nothing'
  if (code !== undefined) return laterRefusals.has(code) ? 'seen' : code
  const text = JSON.stringify(data)
  const marker = listed[name]
  if (marker !== undefined) return text.includes(String(variables[marker])) ? 'seen' : 'nothing'
  if (isConnection) return text.includes('"node"') ? 'seen' : 'nothing'
  const isLookup = data !== null && data !== undefined && Object.hasOwn(data, 'probe')
  return (isLookup ? data['probe'] !== null : text.includes('"probe"')) ? 'seen' : 'nothing'
}

/** What only those hear who may: the act went on to its rules. */
const laterRefusals = new Set([
  ...['VERSION_CONFLICT', 'STARTS_IN_PAST', 'WEAK_PASSWORD', 'INVALID_CREDENTIALS', 'INVALID_REFRESH_TOKEN'],
  ...['ALREADY_REGISTERED', 'DUPLICATE_LICENSE', 'CURRENCY_MISMATCH', 'REFUND_EXCEEDS_PAYMENT', 'CLAIM_DECIDED'],
])

/** The caller and the variables of a probe; what an act would use up is made anew for it. */
async function prepared(name: string, column: Column, about: CareRecord): Promise<[Client, Record<string, unknown>]> {
  const caller = callers.get(column)
  const unknownEmail = `${randomUUID()}@roles.example`
  const variables: Record<string, unknown> = { ...about.variables, hours: roundTheClock, unknownEmail }
  if (caller !== undefined && about === own) Object.assign(variables, await userIdOf(caller))
  if (name === 'Mutation.logout' && caller !== undefined) return [await signIn(url, caller.account), variables]
  if (name === 'Mutation.revokeSession') {
    const whose = caller !== undefined && about === own ? caller : about.patient
    variables['sessionId'] = await newSessionOf(whose)
  }
  if (name === 'Mutation.setUserRoles' || name === 'Mutation.disableUser') {
    variables['freshUserId'] = (await userIdOf(await aUser(url, admin, ['PATIENT']))).userId
  }
  if (name === 'Mutation.archiveDoctor') variables['freshDoctorId'] = await aDoctor(admin)
  if (name === 'Mutation.removeTimeOff') variables['freshTimeOffId'] = await timeOffOf(admin, about.doctorId, 2091)
  return [callerOf(column), variables]
}

async function newSessionOf({ account }: SignedIn): Promise<string | undefined> {
  const { me } = await (await signIn(url, account)).get<{ me: { sessions: { id: string; current: boolean }[] } }>(
    '{ me { sessions { id current } } }',
  )
  return me.sessions.find(({ current }) => current)?.id
}
