export const columns = ['nobody', 'ADMIN', 'FRONT_DESK', 'DOCTOR', 'BILLING', 'AUDITOR', 'PATIENT'] as const
export type Column = (typeof columns)[number]

/** `all` records, the `own` ones, or `-`: refused. `null` is a lookup that finds nothing and refuses nobody. */
export type Verdict = 'all' | 'own' | 'null' | '-'

/**
 * Who may do what, field by field: what the house promises, written by hand and not read from it.
 * A field that is not here fails the story.
 */
const matrix = `
nobody ADMIN FRONT_DESK DOCTOR BILLING AUDITOR PATIENT
null   all   all        all    all     all     all     Query: me
all    all   all        all    all     all     all     Query: doctor doctors serviceTypes
-      all   own        own    own     own     own     Query: user users
-      all   all        all    all     -       own     Query: patient patients
-      all   all        own    all     -       own     Query: appointment appointments
-      all   all        -      all     -       own     Query: invoice invoices claims
-      all   -          -      all     -       -       Query: clinicStatistics

-      all   own        own    own     own     own     User: id name email roles registeredAt disabledAt sessions

-      all   all        all    all     -       own     Patient: id name email phone address dateOfBirth gender heightCm weightKg
-      all   all        all    all     -       own     Patient: identifiers insurancePolicies registeredOn archivedAt version
-      all   all        own    all     -       own     Patient: appointments
-      all   all        -      all     -       own     Patient: billingAccount invoices

all    all   all        all    all     all     all     Doctor: id name specialization department hospitalName yearsOfExperience gender
all    all   all        all    all     all     all     Doctor: available timeZone weeklyHours openSlots archivedAt version
-      all   all        all    all     -       all     Doctor: licenseNumber identifiers phone email timeOff
-      all   all        own    all     -       own     Doctor: appointments
-      all   -          own    all     -       -       Doctor: statistics
-      all   all        all    all     -       all     TimeOff: id startsAt endsAt
-      all   -          own    -       -       -       TimeOff: reason

all    all   all        all    all     all     all     ServiceType: code name durationMinutes price active
-      all   all        own    all     -       own     Appointment: id patient doctor serviceType startsAt endsAt status allowedActions
-      all   all        own    all     -       own     Appointment: fee notes holdExpiresAt cancellationReason history createdAt version
-      all   all        -      all     -       own     Appointment: invoice paymentStatus

-      all   all        -      all     -       own     BillingAccount: id patient openedAt balance
-      all   all        -      all     -       own     Invoice: id number patient appointment status lines total paid balance issuedAt
-      all   all        -      all     -       own     Invoice: dueOn payments claims pdfUrl voidedAt voidReason version
-      all   all        -      all     -       own     Payment: id invoice amount method reference receivedAt refunded refunds
-      all   all        -      all     -       own     InsuranceClaim: id invoice payer memberNumber amount approvedAmount
-      all   all        -      all     -       own     InsuranceClaim: status submittedAt decidedAt rejectionReason

all    all   all        all    all     all     all     Mutation: register login refreshSession
-      all   all        all    all     all     all     Mutation: logout changePassword
-      all   own        own    own     own     own     Mutation: revokeSession
-      all   -          -      -       -       -       Mutation: createUser setUserRoles disableUser
-      all   all        -      -       -       all     Mutation: registerPatient
-      all   all        -      -       -       own     Mutation: updatePatient archivePatient restorePatient
-      all   -          -      -       -       -       Mutation: addDoctor updateDoctor archiveDoctor saveServiceType
-      all   -          own    -       -       -       Mutation: setWeeklyHours addTimeOff removeTimeOff
-      all   all        -      -       -       own     Mutation: bookAppointment
-      all   all        own    -       -       own     Mutation: cancelAppointment
-      all   all        own    -       -       -       Mutation: confirmAppointment startAppointment completeAppointment markNoShow
-      all   all        -      -       -       -       Mutation: checkInAppointment
-      -     -          -      all     -       -       Mutation: addInvoiceLine removeInvoiceLine issueInvoice voidInvoice
-      -     -          -      all     -       -       Mutation: refundPayment submitClaim decideClaim
-      -     all        -      all     -       -       Mutation: recordPayment

-      all   all        own    all     -       own     Subscription: appointmentStatusChanged
`

/** Values without a life of their own: whoever was given the record they are part of may read them. */
export const asTheirRecord = [
  ...['Session', 'UserSession', 'Identifier', 'InsurancePolicy', 'WorkingHours', 'Slot', 'Money'],
  ...['AppointmentStatusChange', 'InvoiceLine', 'Refund'],
  ...['ClinicStatistics', 'Statistics', 'DailyStatistics', 'DoctorStatistics', 'ServiceTypeStatistics', 'HourlyCount'],
]

/** The verdict of each column, by field, such as `Patient.name`. */
export const rights: ReadonlyMap<string, Readonly<Record<Column, Verdict>>> = new Map(
  matrix
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [verdicts = '', fields = ''] = line.split(/ (?=[A-Z]\w+:)/)
      const [type, ...names] = fields.split(/:? +/)
      const words = verdicts.trim().split(/ +/) as Verdict[]
      const row = Object.fromEntries(columns.map((column, place) => [column, words[place]])) as Record<Column, Verdict>
      return names.map((name): [string, Record<Column, Verdict>] => [`${type}.${name}`, row])
    }),
)
