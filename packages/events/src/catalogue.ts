import { type Static, type TObject, type TProperties, Type } from 'typebox'

/**
 * The contract of every event. The data holds ids, instants, codes and amounts and nothing else: never a name,
 * an address, a note or any other text about a person.
 */
const Id = Type.String({ format: 'uuid' })
const Instant = Type.String({ format: 'date-time' })
const Day = Type.String({ format: 'date' })
const Code = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 64 })
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const data = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })
const Money = data({ minorUnits: Type.Integer(), currency: Type.String({ pattern: '^[A-Z]{3}$' }) })

const visit = { appointmentId: Id, patientId: Id, doctorId: Id, serviceType: Code, startsAt: Instant, endsAt: Instant }
const invoice = {
  invoiceId: Id,
  patientId: Id,
  appointmentId: nullable(Id),
  doctorId: nullable(Id),
  serviceType: nullable(Code),
}

export const owners = ['auth', 'patient', 'doctor', 'appointment', 'billing'] as const
export type Owner = (typeof owners)[number]

interface Definition<Data extends TObject> {
  readonly owner: Owner
  /** Fired whenever … */
  readonly when: string
  readonly data: Data
}
const event = <Data extends TObject>(owner: Owner, when: string, schema: Data): Definition<Data> => ({
  owner,
  when,
  data: schema,
})

export const catalogue = {
  UserRegistered: event(
    'auth',
    'somebody can sign in for the first time',
    data({ userId: Id, roles: Type.Array(Code) }),
  ),
  UserLoggedIn: event('auth', 'a session was opened with a password', data({ userId: Id, sessionId: Id })),
  LoginFailed: event(
    'auth',
    'a password was wrong; userId is null for an unknown e-mail',
    data({ userId: nullable(Id) }),
  ),

  PatientRegistered: event('patient', 'a patient record was opened', data({ patientId: Id, registeredOn: Day })),
  PatientUpdated: event('patient', 'a patient record changed', data({ patientId: Id, version: Type.Integer() })),
  PatientArchived: event('patient', 'a patient record was archived', data({ patientId: Id })),
  PatientRestored: event('patient', 'an archived patient record was restored', data({ patientId: Id })),

  DoctorAdded: event('doctor', 'a doctor joined the clinic', data({ doctorId: Id, specialization: Code })),
  DoctorUpdated: event(
    'doctor',
    "a doctor's facts, hours or time off changed",
    data({ doctorId: Id, version: Type.Integer() }),
  ),
  DoctorArchived: event('doctor', 'a doctor left the clinic', data({ doctorId: Id })),

  AppointmentBooked: event(
    'appointment',
    'a visit became PENDING or CONFIRMED for the first time; previousStatus is HELD where a hold came before',
    data({ ...visit, fee: Money, previousStatus: nullable(Code), status: Code, bookedAt: Instant }),
  ),
  AppointmentStatusChanged: event(
    'appointment',
    'a booked visit moved to another status',
    data({ ...visit, previousStatus: Code, status: Code, changedAt: Instant }),
  ),

  InvoiceIssued: event(
    'billing',
    'a draft became an invoice with a number',
    data({ ...invoice, total: Money, issuedAt: Instant }),
  ),
  InvoiceVoided: event(
    'billing',
    'an invoice was voided; wasIssued tells whether its total had counted as invoiced',
    data({ ...invoice, total: Money, wasIssued: Type.Boolean(), voidedAt: Instant }),
  ),
  PaymentRecorded: event(
    'billing',
    'money came in for an invoice',
    data({ ...invoice, paymentId: Id, amount: Money, method: Code, receivedAt: Instant }),
  ),
  PaymentRefunded: event(
    'billing',
    'money of a payment was given back',
    data({ ...invoice, paymentId: Id, refundId: Id, amount: Money, refundedAt: Instant }),
  ),
  ClaimSubmitted: event(
    'billing',
    'an insurer was asked to pay',
    data({ ...invoice, claimId: Id, amount: Money, submittedAt: Instant }),
  ),
  ClaimDecided: event(
    'billing',
    'an insurer decided; approvedAmount is null for a rejection',
    data({ ...invoice, claimId: Id, approvedAmount: nullable(Money), decidedAt: Instant }),
  ),
}

export type EventType = keyof typeof catalogue
// A map, for the compiler's sake: asked for Static of a type not yet known, it took seconds in each room.
type DataOf = { [Type in EventType]: Static<(typeof catalogue)[Type]['data']> }
export type EventData<Type extends EventType> = DataOf[Type]

export const eventTypes = Object.keys(catalogue) as readonly EventType[]

export const topicOf = (type: EventType): string => `${catalogue[type].owner}-events`
