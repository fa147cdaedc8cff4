import { Allow, type Connection, type Context, PageArgs } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { BillingAccountRow } from './account.entity.js'
import { Appointment, BillingAccount, Patient } from './contributed.type.js'
import { loadAccountsOfPatients, loadBalances } from './find-accounts.js'
import { findInvoices, loadInvoicesOfAppointments } from './find-invoices.js'
import { type InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import { PaymentStatus, paymentStatusOf } from './invoice.rules.js'
import { Invoice, InvoiceConnection } from './invoice.type.js'

@Resolver(() => Patient)
export class PatientResolver {
  @Allow('invoice:read', (patient: Patient) => patient.id)
  @FieldResolver(() => BillingAccount, {
    nullable: true,
    description: 'Null until billing has heard of the patient, which takes less than a second.',
  })
  billingAccount(@Ctx() context: Context, @Root() { id }: Patient) {
    return context.load(loadAccountsOfPatients, id)
  }

  @Allow('invoice:read', (patient: Patient) => patient.id)
  @FieldResolver(() => InvoiceConnection, { nullable: true, description: 'The newest first.' })
  invoices(
    @Ctx() context: Context,
    @Root() { id }: Patient,
    @Arg('status', () => [InvoiceStatus], { nullable: true }) status: InvoiceStatus[] | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<InvoiceRow>> {
    return findInvoices(context, { status, patientId: id }, page)
  }
}

@Resolver(() => Appointment)
export class AppointmentResolver {
  @Allow('invoice:read')
  @FieldResolver(() => Invoice, { nullable: true, description: 'Null until the visit is booked.' })
  invoice(@Ctx() context: Context, @Root() { id }: Appointment) {
    return context.load(loadInvoicesOfAppointments, id)
  }

  @Allow('invoice:read')
  @FieldResolver(() => PaymentStatus, {
    nullable: true,
    description: 'UNPAID also while the invoice is a draft, NOT_DUE once it is void; null while there is none.',
  })
  async paymentStatus(@Ctx() context: Context, @Root() { id }: Appointment) {
    const invoice = await context.load(loadInvoicesOfAppointments, id)
    return invoice === undefined ? null : paymentStatusOf[invoice.status]
  }
}

@Resolver(() => BillingAccount)
export class BillingAccountResolver {
  @FieldResolver()
  patient(@Root() { patientId }: BillingAccountRow): Patient {
    return { id: patientId }
  }

  @FieldResolver()
  balance(@Ctx() context: Context, @Root() account: BillingAccountRow) {
    return context.load(loadBalances, account)
  }
}
