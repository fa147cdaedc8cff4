import { defineSubgraph, extension, reference } from '@caregraph/subgraph'
import { BillingAccountRow } from './account.entity.js'
import { InsuranceClaimRow } from './claim.entity.js'
import { ClaimResolver } from './claim.resolver.js'
import { AppointmentResolver, BillingAccountResolver, PatientResolver } from './contributed.resolver.js'
import { loadAccounts } from './find-accounts.js'
import { loadClaims } from './find-claims.js'
import { loadInvoices } from './find-invoices.js'
import { loadPayments } from './find-payments.js'
import { InvoiceLineRow, InvoiceRow } from './invoice.entity.js'
import { InvoiceLineResolver, InvoiceResolver } from './invoice.resolver.js'
import { billingTables } from './migrations/billing.js'
import { invoiceLinkTables } from './migrations/invoice-links.js'
import { onAppointmentBooked } from './on-appointment-booked.js'
import { onAppointmentStatusChanged } from './on-appointment-status-changed.js'
import { onPatientRegistered } from './open-account.js'
import { PaymentRow, RefundRow } from './payment.entity.js'
import { PaymentResolver, RefundResolver } from './payment.resolver.js'
import { answerInvoicePdf } from './pdf/answer-invoice-pdf.js'
import { renewLinkKeys } from './pdf/link-keys.js'
import { forgetNames } from './pdf/printed-names.js'

export const billing = defineSubgraph({
  name: 'billing',
  resolvers: [
    InvoiceResolver,
    InvoiceLineResolver,
    PaymentResolver,
    RefundResolver,
    ClaimResolver,
    BillingAccountResolver,
    PatientResolver,
    AppointmentResolver,
  ],
  references: {
    Invoice: reference('invoice:read', loadInvoices),
    Payment: reference('invoice:read', loadPayments),
    InsuranceClaim: reference('invoice:read', loadClaims),
    BillingAccount: reference('invoice:read', loadAccounts),
    Patient: extension,
    Appointment: extension,
  },
  tables: {
    entities: [BillingAccountRow, InvoiceRow, InvoiceLineRow, PaymentRow, RefundRow, InsuranceClaimRow],
    migrations: [billingTables, invoiceLinkTables],
  },
  handlers: ({ clinic, now }) => ({
    PatientRegistered: onPatientRegistered,
    AppointmentBooked: onAppointmentBooked,
    AppointmentStatusChanged: (event, tx) => onAppointmentStatusChanged(event, tx, { clinic, now: now() }),
  }),
  jobs: [
    { name: 'forget-printed-names', everySeconds: 60, run: forgetNames },
    { name: 'renew-link-keys', everySeconds: 3_600, run: renewLinkKeys },
  ],
  routes: { '/invoices/': answerInvoicePdf },
})
