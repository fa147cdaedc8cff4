import { describe, expect, it } from 'vitest'
import { type Actor, type Role, roles } from './actor.js'
import { may, type Permission, permissions, permit, reachOf, scopeOf } from './permissions.js'

/** Who may do what, as the clinic would hang it on the wall: every record, the own ones, or none. */
const table = `
                          ADMIN FRONT_DESK DOCTOR BILLING AUDITOR PATIENT

user:read                 all   own        own    own     own     own
user:create               all   –          –      –       –       –
user:set-roles            all   –          –      –       –       –
user:disable              all   –          –      –       –       –
session:revoke            all   own        own    own     own     own
password:change           own   own        own    own     own     own

patient:read              all   all        all    all     –       own
patient:register          all   all        –      –       –       own
patient:update            all   all        –      –       –       own
patient:archive           all   all        –      –       –       own
patient:restore           all   all        –      –       –       own

doctor:read               all   all        all    all     –       all
doctor:add                all   –          –      –       –       –
doctor:update             all   –          –      –       –       –
doctor:archive            all   –          –      –       –       –
weekly-hours:set          all   –          own    –       –       –
time-off:add              all   –          own    –       –       –
time-off:remove           all   –          own    –       –       –
time-off-reason:read      all   –          own    –       –       –

appointment:read          all   all        own    all     –       own
appointment:book          all   all        –      –       –       own
appointment:confirm       all   all        own    –       –       –
appointment:cancel        all   all        own    –       –       own
appointment:check-in      all   all        –      –       –       –
appointment:start         all   all        own    –       –       –
appointment:complete      all   all        own    –       –       –
appointment:mark-no-show  all   all        own    –       –       –
service-type:save         all   –          –      –       –       –

invoice:read              all   all        –      all     –       own
invoice:edit              –     –          –      all     –       –
invoice:issue             –     –          –      all     –       –
invoice:void              –     –          –      all     –       –
payment:record            –     all        –      all     –       –
payment:refund            –     –          –      all     –       –
claim:submit              –     –          –      all     –       –
claim:decide              –     –          –      all     –       –

statistics:read           all   –          own    all     –       –
`

const [head = [], ...lines] = table
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.trim().split(/ +/))
const cells = lines.flatMap(([permission, ...scopes]) =>
  scopes.map((scope, column) => [head[column] as Role, permission as Permission, scope] as const),
)

const anActor = (...held: Role[]): Actor => ({
  id: 'ada',
  roles: held,
  sessionId: 's',
  expiresAt: Number.POSITIVE_INFINITY,
  token: 't',
})

describe('the permissions', () => {
  it('are those of the table, and no others', () => {
    expect(lines.map(([permission]) => permission)).toEqual(permissions)
    expect(head).toEqual(roles)
    expect(cells).toHaveLength(permissions.length * roles.length)
  })

  it.each(cells)('let %s do %s with: %s', (role, permission, scope) => {
    const actor = anActor(role)
    const others = { ADMIN: 'ben', FRONT_DESK: 'ben', DOCTOR: 'ben', BILLING: 'ben', AUDITOR: 'ben', PATIENT: 'ben' }
    expect(scopeOf(role, permission) ?? '–').toBe(scope)
    expect(may(actor, permission)).toBe(scope !== '–')
    expect(may(actor, permission, 'ada')).toBe(scope !== '–')
    expect(may(actor, permission, 'ben')).toBe(scope === 'all')
    expect(may(actor, permission, { ...others, [role]: 'ada' })).toBe(scope !== '–')
    expect(may(actor, permission, others)).toBe(scope === 'all')
    expect(may(actor, permission, {})).toBe(scope === 'all')
  })

  it.each(permissions)('let nobody do %s who has not signed in, or has no role', (permission) => {
    expect(may(undefined, permission)).toBe(false)
    expect(may(undefined, permission, 'ada')).toBe(false)
    expect(may(anActor(), permission, 'ada')).toBe(false)
    expect(() => permit(undefined, permission)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }))
    expect(() => permit(anActor(), permission)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })

  it('add up over the roles of one person', () => {
    expect(reachOf(anActor('DOCTOR', 'PATIENT'), 'appointment:read')).toEqual({
      kind: 'own',
      roles: ['DOCTOR', 'PATIENT'],
    })
    expect(reachOf(anActor('PATIENT', 'FRONT_DESK'), 'appointment:read')).toEqual({ kind: 'all' })
    expect(reachOf(anActor('AUDITOR', 'BILLING'), 'payment:refund')).toEqual({ kind: 'all' })
  })

  it('reach a record by the role in which it is one’s own, and by no other', () => {
    const doctorAndPatient = anActor('DOCTOR', 'PATIENT')
    const visitWithAda = { DOCTOR: 'ada', PATIENT: 'ben' }
    const adasOwnVisit = { DOCTOR: 'ben', PATIENT: 'ada' }
    expect(may(doctorAndPatient, 'appointment:complete', visitWithAda)).toBe(true)
    expect(may(doctorAndPatient, 'appointment:complete', adasOwnVisit)).toBe(false)
    expect(may(doctorAndPatient, 'appointment:cancel', adasOwnVisit)).toBe(true)
    expect(may(anActor('PATIENT'), 'appointment:read', visitWithAda)).toBe(false)
  })

  it('reach nothing that is nobody’s', () => {
    expect(may(anActor('PATIENT'), 'invoice:read', { PATIENT: null })).toBe(false)
    expect(may(anActor('BILLING'), 'invoice:read', { PATIENT: null })).toBe(true)
  })

  it('answer who it is that may, and refuse whom they do not let', () => {
    const actor = anActor('PATIENT')
    expect(permit(actor, 'patient:read', 'ada')).toBe(actor)
    expect(() => permit(actor, 'patient:read', 'ben')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
  })
})
