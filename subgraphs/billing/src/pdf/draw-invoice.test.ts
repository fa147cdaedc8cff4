import { buffer } from 'node:stream/consumers'
import { testClinic } from '@caregraph/testing'
import { describe, expect, it } from 'vitest'
import { InvoiceLineKind, type InvoiceLineRow, type InvoiceRow, InvoiceStatus } from '../invoice.entity.js'
import { PaymentMethod, type PaymentRow, type RefundRow } from '../payment.entity.js'
import { pdfResponse } from './answer-invoice-pdf.js'
import { drawInvoice } from './draw-invoice.js'
import { canPrint } from './fonts.js'
import { invoicePaper, type PrintedNames } from './invoice-paper.js'
import { readPdf } from './read-pdf.js'

const drawnAt = new Date('2027-03-05T10:00:00Z')

const anInvoice: InvoiceRow = {
  id: '019be5b0-1111-7000-8000-000000000001',
  number: '2027-000042',
  patientId: '019be5b0-2222-7000-8000-000000000002',
  appointmentId: '019be5b0-3333-7000-8000-000000000003',
  doctorId: '019be5b0-4444-7000-8000-000000000004',
  serviceType: 'consultation',
  visitStartsAt: new Date('2027-03-02T09:00:00Z'),
  status: InvoiceStatus.PARTIALLY_PAID,
  currency: 'USD',
  totalMinorUnits: 123_456_789,
  paidMinorUnits: 10_000,
  issuedAt: new Date('2027-03-02T09:40:00Z'),
  dueOn: '2027-04-01',
  voidedAt: null,
  voidReason: null,
  version: 3,
}

const aLine = (overrides: Partial<InvoiceLineRow> = {}): InvoiceLineRow => ({
  id: anInvoice.id,
  invoiceId: anInvoice.id,
  kind: InvoiceLineKind.PROCEDURE,
  description: 'Dressing',
  quantity: 1,
  unitPriceMinorUnits: 1_050,
  currency: 'USD',
  ...overrides,
})

const aPayment: PaymentRow = {
  id: '019be5b0-5555-7000-8000-000000000005',
  invoiceId: anInvoice.id,
  patientId: anInvoice.patientId,
  method: PaymentMethod.BANK_TRANSFER,
  reference: 'R-8812',
  amountMinorUnits: 15_000,
  refundedMinorUnits: 5_000,
  currency: 'USD',
  receivedAt: new Date('2027-03-03T10:00:00Z'),
}

const aRefund: RefundRow = {
  id: '019be5b0-6666-7000-8000-000000000006',
  paymentId: aPayment.id,
  amountMinorUnits: 5_000,
  currency: 'USD',
  reason: 'charged twice',
  refundedAt: new Date('2027-03-04T10:00:00Z'),
}

const somebody: PrintedNames = {
  patientName: 'Łukasz Żółkiewski-Øverås',
  patientAddress: '14 Long Meadow Lane\nBerlin',
  doctorName: 'Ελένη Παπαδοπούλου',
  serviceName: 'General consultation',
}

interface Given {
  invoice?: Partial<InvoiceRow>
  lines?: InvoiceLineRow[]
  names?: Partial<PrintedNames>
  country?: string
}

async function drawn({ invoice, lines = [aLine()], names, country = 'DE' }: Given = {}): Promise<string[][]> {
  const records = {
    invoice: { ...anInvoice, ...invoice },
    lines,
    payments: [aPayment],
    refunds: [aRefund],
    names: { ...somebody, ...names },
  }
  const paper = invoicePaper(records, { ...testClinic, country }, canPrint)
  return readPdf(await buffer(drawInvoice(paper, drawnAt)))
}

describe('the PDF of an invoice', () => {
  it('shows the clinic, the number, the days, the patient, the visit, every line and what is left to pay', async () => {
    const [page, ...others] = await drawn({
      lines: [
        aLine({ kind: InvoiceLineKind.CONSULTATION, description: 'consultation', unitPriceMinorUnits: 123_456_789 }),
        aLine({ quantity: 3 }),
        aLine({ kind: InvoiceLineKind.DISCOUNT, description: 'Goodwill', quantity: 3 }),
      ],
    })
    expect(others).toEqual([])
    expect(page).toEqual(
      expect.arrayContaining([
        'Test Clinic',
        'PARTIALLY PAID',
        '2027-000042',
        '2 March 2027',
        '1 April 2027',
        'Łukasz Żółkiewski-Øverås',
        '14 Long Meadow Lane',
        'Berlin',
        '2 March 2027 at 09:00',
        'Ελένη Παπαδοπούλου',
        'General consultation',
        '1,234,567.89',
        'Dressing',
        '31.50',
        'Goodwill',
        '−31.50',
        'Balance due',
        '1,234,467.89 USD',
        'Bank transfer · R-8812',
        '150.00',
        'Refund',
        '−50.00',
        'Page 1 of 1',
      ]),
    )
  })

  it('continues on as many pages as its lines take, with the head of the table and the page number on each', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => aLine({ description: `Procedure number ${index + 1}` }))
    const pages = await drawn({ lines })
    expect(pages.flat().filter((text) => text.startsWith('Procedure number'))).toEqual(
      lines.map(({ description }) => description),
    )
    const withLines = pages.filter((page) => page.some((text) => text.startsWith('Procedure number')))
    expect(withLines.length).toBeGreaterThan(2)
    for (const page of withLines) expect(page).toContain('Unit price')
    expect(pages.map((page) => page.at(-1))).toEqual(pages.map((_, index) => `Page ${index + 1} of ${pages.length}`))
  })

  it.each([
    [InvoiceStatus.DRAFT, 'DRAFT'],
    [InvoiceStatus.VOID, 'VOID'],
  ])('has its mark on every page while it is %s', async (status, mark) => {
    const lines = Array.from({ length: 60 }, () => aLine())
    const pages = await drawn({ invoice: { status }, lines })
    expect(pages.length).toBeGreaterThan(1)
    for (const page of pages) expect(page[0]).toBe(mark)
  })

  it('carries no mark once it stands', async () => {
    const [page] = await drawn()
    expect(page).not.toContain('DRAFT')
    expect(page).not.toContain('VOID')
  })

  it('writes days as the clinic does', async () => {
    const [page] = await drawn({ country: 'US' })
    expect(page).toContain('April 1, 2027')
  })

  it('has the digits of its currency', async () => {
    const [page] = await drawn({ invoice: { currency: 'JPY' }, lines: [aLine({ currency: 'JPY' })] })
    expect(page).toContain('1,050')
    expect(page).toContain('123,446,789 JPY')
  })

  it.each(['Иван Петров', 'Nguyễn Thị Ánh', 'Γιώργος', 'Արամ', 'გიორგი', 'Ōno'])('shows the name %s', async (name) => {
    expect((await drawn({ names: { patientName: name } })).flat()).toContain(name)
  })

  it('shows a name that is written from right to left as one line in that direction', async () => {
    const texts = (await drawn({ names: { patientName: 'משה כהן' } })).flat()
    expect(texts).toContain([...'משה כהן'].reverse().join(''))
  })

  it('shows the id in place of a name that its fonts cannot show, and never a row of boxes', async () => {
    const texts = (await drawn({ names: { patientName: '王小明', doctorName: 'สมชาย' } })).flat()
    expect(texts).toContain(anInvoice.patientId)
    expect(texts.join('')).not.toContain('\u{FFFD}')
  })

  it('is let go of as soon as nobody reads it any more', async () => {
    const paper = invoicePaper(
      { invoice: anInvoice, lines: [], payments: [], refunds: [], names: somebody },
      testClinic,
      canPrint,
    )
    const document = drawInvoice(paper, drawnAt)
    await pdfResponse(document, 'invoice.pdf').body?.cancel()
    expect(document.destroyed).toBe(true)
  })
})
