/** How each field of the roots is asked for. An act that is allowed then fails for another reason, or changes nothing. */
const rootProbes: Readonly<Record<string, string>> = {
  'Query.me': 'me { id }',
  'Query.user': 'user(id: $userId) { id }',
  'Query.users': 'users(search: $email, first: 100) { edges { node { id } } }',
  'Query.patient': 'patient(id: $patientId) { id }',
  'Query.patients': 'patients(search: $patientName, first: 100) { edges { node { id } } }',
  'Query.doctor': 'doctor(id: $doctorId) { id }',
  'Query.doctors': 'doctors(search: $doctorName, first: 100) { edges { node { id } } }',
  'Query.serviceTypes': 'serviceTypes { code }',
  'Query.appointment': 'appointment(id: $appointmentId) { id }',
  'Query.appointments': 'appointments(filter: { patientId: $patientId }, first: 100) { edges { node { id } } }',
  'Query.invoice': 'invoice(id: $invoiceId) { id }',
  'Query.invoices': 'invoices(patientId: $patientId, first: 100) { edges { node { id } } }',
  'Query.claims': 'claims(first: 100) { edges { node { id } } }',
  'Query.clinicStatistics': 'clinicStatistics(from: "2026-01-01", to: "2026-01-02") { asOf }',

  'Mutation.register': 'register(input: { name: "X", email: "weak@roles.example", password: "weak" }) { user { id } }',
  'Mutation.login': 'login(input: { email: $unknownEmail, password: "wrong" }) { __typename }',
  'Mutation.refreshSession': 'refreshSession(refreshToken: "nothing") { user { id } }',
  'Mutation.logout': 'logout',
  'Mutation.revokeSession': 'revokeSession(id: $sessionId)',
  'Mutation.changePassword': 'changePassword(currentPassword: "wrong", newPassword: "twelve-or-more-characters")',
  'Mutation.createUser':
    'createUser(input: { name: "X", email: "weak@roles.example", password: "weak", roles: [PATIENT] }) { id }',
  'Mutation.setUserRoles': 'setUserRoles(id: $freshUserId, roles: [PATIENT]) { id }',
  'Mutation.disableUser': 'disableUser(id: $freshUserId) { id }',
  'Mutation.registerPatient': 'registerPatient(input: { name: "X", dateOfBirth: "1990-01-01" }) { id }',
  'Mutation.updatePatient': 'updatePatient(input: { id: $patientId, expectedVersion: 999 }) { id }',
  'Mutation.archivePatient': 'archivePatient(id: $patientId, reason: "X") { id }',
  'Mutation.restorePatient': 'restorePatient(id: $patientId) { id }',
  'Mutation.addDoctor':
    'addDoctor(input: { name: "X", specialization: OTHER, licenseNumber: $licenseNumber, timeZone: "UTC" }) { id }',
  'Mutation.updateDoctor': 'updateDoctor(input: { id: $doctorId, expectedVersion: 999 }) { id }',
  'Mutation.archiveDoctor': 'archiveDoctor(id: $freshDoctorId, reason: "X") { id }',
  'Mutation.setWeeklyHours': 'setWeeklyHours(doctorId: $doctorId, hours: $hours) { id }',
  'Mutation.addTimeOff':
    'addTimeOff(input: { doctorId: $doctorId, startsAt: "2090-01-01T00:00:00Z", endsAt: "2090-01-02T00:00:00Z" }) { id }',
  'Mutation.removeTimeOff': 'removeTimeOff(id: $freshTimeOffId)',
  'Mutation.saveServiceType':
    'saveServiceType(input: { code: "ROLES", name: "X", durationMinutes: 30, price: { minorUnits: 1, currency: "USD" } }) { code }',
  'Mutation.bookAppointment':
    'bookAppointment(input: { patientId: $patientId, doctorId: $doctorId, serviceType: "VISIT", startsAt: "2020-01-01T09:00:00Z" }) { id }',
  'Mutation.confirmAppointment': 'confirmAppointment(id: $appointmentId, expectedVersion: 999) { id }',
  'Mutation.cancelAppointment':
    'cancelAppointment(input: { id: $appointmentId, reason: OTHER, expectedVersion: 999 }) { id }',
  'Mutation.checkInAppointment': 'checkInAppointment(id: $appointmentId, expectedVersion: 999) { id }',
  'Mutation.startAppointment': 'startAppointment(id: $appointmentId, expectedVersion: 999) { id }',
  'Mutation.completeAppointment': 'completeAppointment(id: $appointmentId, expectedVersion: 999) { id }',
  'Mutation.markNoShow': 'markNoShow(id: $appointmentId, expectedVersion: 999) { id }',
  'Mutation.addInvoiceLine':
    'addInvoiceLine(input: { invoiceId: $invoiceId, kind: OTHER, description: "X", unitPrice: { minorUnits: 1, currency: "USD" }, expectedVersion: 999 }) { id }',
  'Mutation.removeInvoiceLine':
    'removeInvoiceLine(invoiceId: $invoiceId, lineId: $invoiceId, expectedVersion: 999) { id }',
  'Mutation.issueInvoice': 'issueInvoice(id: $invoiceId, expectedVersion: 999) { id }',
  'Mutation.voidInvoice': 'voidInvoice(id: $invoiceId, reason: "X", expectedVersion: 999) { id }',
  'Mutation.recordPayment':
    'recordPayment(input: { invoiceId: $invoiceId, amount: { minorUnits: 1, currency: "EUR" }, method: CASH }) { id }',
  'Mutation.refundPayment':
    'refundPayment(input: { paymentId: $paymentId, amount: { minorUnits: 99999999, currency: "USD" }, reason: "X" }) { id }',
  'Mutation.submitClaim':
    'submitClaim(input: { invoiceId: $invoiceId, payer: "X", memberNumber: "1", amount: { minorUnits: 1, currency: "EUR" } }) { id }',
  'Mutation.decideClaim': 'decideClaim(input: { id: $claimId, approved: false, rejectionReason: "X" }) { id }',
}

/** Which of a record's ids must be in the answer of a list for the caller to have seen it. */
export const listed: Readonly<Record<string, string>> = {
  'Query.users': 'userId',
  'Query.patients': 'patientId',
  'Query.doctors': 'doctorId',
  'Query.appointments': 'appointmentId',
  'Query.invoices': 'invoiceId',
  'Query.claims': 'claimId',
}

/** The way to a record of each type, with a place for the field. */
const doors: Readonly<Record<string, string>> = {
  User: 'user(id: $userId) { % }',
  Patient: 'patient(id: $patientId) { % }',
  Doctor: 'doctor(id: $doctorId) { % }',
  TimeOff: 'doctor(id: $doctorId) { timeOff { % } }',
  ServiceType: 'serviceTypes { % }',
  Appointment: 'appointment(id: $appointmentId) { % }',
  BillingAccount: 'patient(id: $patientId) { billingAccount { % } }',
  Invoice: 'invoice(id: $invoiceId) { % }',
  Payment: 'invoice(id: $invoiceId) { payments { % } }',
  InsuranceClaim: 'invoice(id: $invoiceId) { claims { % } }',
}

const requiredArguments: Readonly<Record<string, string>> = {
  'Doctor.openSlots': '(serviceType: "VISIT", from: "2030-01-01T00:00:00Z", to: "2030-01-02T00:00:00Z")',
  'Doctor.statistics': '(from: "2026-01-01", to: "2026-01-02")',
}

/** The document that asks for one field as `probe`, with the variables that it needs. */
export function probeOf(type: string, field: string, selection: string): string {
  const name = `${type}.${field}`
  const isRoot = type === 'Query' || type === 'Mutation'
  const asked = isRoot ? rootProbes[name] : `${field}${requiredArguments[name] ?? ''}${selection}`
  const door = isRoot ? '%' : doors[type]
  if (asked === undefined || door === undefined) throw new Error(`nothing tells how to ask for ${name}`)
  const body = door.replace('%', `probe: ${asked}`)
  const variables = new Set([...body.matchAll(/\$(\w+)/g)].map(([, variable]) => variable ?? ''))
  const declared = [...variables].map((each) => `$${each}: ${typeOf(each)}!`).join(', ')
  return `${type === 'Mutation' ? 'mutation' : 'query'} ${declared && `(${declared})`} { ${body} }`
}

function typeOf(variable: string): string {
  if (variable === 'hours') return '[WorkingHoursInput!]'
  if (variable === 'unknownEmail') return 'EmailAddress'
  return variable.endsWith('Id') ? 'ID' : 'String'
}
