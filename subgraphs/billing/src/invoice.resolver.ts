import { Allow, type Connection, type Context, Money, PageArgs, requiredId } from '@caregraph/subgraph'
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { addInvoiceLine } from './add-invoice-line.js'
import type { Appointment, Patient } from './contributed.type.js'
import { loadClaimsOfInvoices } from './find-claims.js'
import { findInvoices, loadInvoices, loadLines } from './find-invoices.js'
import { loadPaymentsOfInvoices } from './find-payments.js'
import { type InvoiceLineRow, type InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import { balanceOf, lineTotal } from './invoice.rules.js'
import { AddInvoiceLineInput, Invoice, InvoiceConnection, InvoiceLine } from './invoice.type.js'
import { issueInvoice } from './issue-invoice.js'
import { loadPdfUrls } from './pdf/load-pdf-urls.js'
import { removeInvoiceLine } from './remove-invoice-line.js'
import { voidInvoice } from './void-invoice.js'

@Resolver(() => Invoice)
export class InvoiceResolver {
  @Allow('invoice:read')
  @Query(() => Invoice, { nullable: true, description: 'Null where there is none, or none that the caller may see.' })
  invoice(@Ctx() context: Context, @Arg('id', () => ID) id: string) {
    return context.load(loadInvoices, requiredId(id, 'id'))
  }

  @Allow('invoice:read')
  @Query(() => InvoiceConnection, { description: 'The newest first.' })
  invoices(
    @Ctx() context: Context,
    @Arg('status', () => [InvoiceStatus], { nullable: true }) status: InvoiceStatus[] | null | undefined,
    @Arg('patientId', () => ID, { nullable: true }) patientId: string | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<InvoiceRow>> {
    return findInvoices(context, { status, patientId }, page)
  }

  @FieldResolver()
  patient(@Root() { patientId }: InvoiceRow): Patient {
    return { id: patientId }
  }

  @FieldResolver()
  appointment(@Root() { appointmentId }: InvoiceRow): Appointment {
    return { id: appointmentId }
  }

  @FieldResolver()
  lines(@Ctx() context: Context, @Root() invoice: InvoiceRow) {
    return context.load(loadLines, invoice)
  }

  @FieldResolver()
  total(@Root() { totalMinorUnits, currency }: InvoiceRow) {
    return new Money({ minorUnits: totalMinorUnits, currency })
  }

  @FieldResolver()
  paid(@Root() { paidMinorUnits, currency }: InvoiceRow) {
    return new Money({ minorUnits: paidMinorUnits, currency })
  }

  @FieldResolver()
  balance(@Root() invoice: InvoiceRow) {
    return new Money({ minorUnits: balanceOf(invoice), currency: invoice.currency })
  }

  @FieldResolver()
  payments(@Ctx() context: Context, @Root() invoice: InvoiceRow) {
    return context.load(loadPaymentsOfInvoices, invoice)
  }

  @FieldResolver()
  claims(@Ctx() context: Context, @Root() invoice: InvoiceRow) {
    return context.load(loadClaimsOfInvoices, invoice)
  }

  @FieldResolver()
  pdfUrl(@Ctx() context: Context, @Root() invoice: InvoiceRow) {
    return context.load(loadPdfUrls, invoice)
  }

  @Allow('invoice:edit')
  @Mutation(() => Invoice, { description: 'DRAFT only.' })
  addInvoiceLine(@Ctx() context: Context, @Arg('input', () => AddInvoiceLineInput) input: AddInvoiceLineInput) {
    return addInvoiceLine(context, input)
  }

  @Allow('invoice:edit')
  @Mutation(() => Invoice, { description: 'DRAFT only.' })
  removeInvoiceLine(
    @Ctx() context: Context,
    @Arg('invoiceId', () => ID) invoiceId: string,
    @Arg('lineId', () => ID) lineId: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return removeInvoiceLine(context, { invoiceId, lineId, expectedVersion })
  }

  @Allow('invoice:issue')
  @Mutation(() => Invoice, { description: 'DRAFT only. An invoice of 0 is PAID with its issue.' })
  issueInvoice(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return issueInvoice(context, id, expectedVersion)
  }

  @Allow('invoice:void')
  @Mutation(() => Invoice, {
    description: 'Refused with INVOICE_HAS_PAYMENTS while there is money on it, INVOICE_NOT_PAYABLE once it is void.',
  })
  voidInvoice(
    @Ctx() context: Context,
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String) reason: string,
    @Arg('expectedVersion', () => Int, { nullable: true }) expectedVersion: number | null | undefined,
  ) {
    return voidInvoice(context, { id, reason, expectedVersion })
  }
}

@Resolver(() => InvoiceLine)
export class InvoiceLineResolver {
  @FieldResolver()
  unitPrice(@Root() { unitPriceMinorUnits, currency }: InvoiceLineRow) {
    return new Money({ minorUnits: unitPriceMinorUnits, currency })
  }

  @FieldResolver()
  total(@Root() line: InvoiceLineRow) {
    return new Money({ minorUnits: lineTotal(line), currency: line.currency })
  }
}
