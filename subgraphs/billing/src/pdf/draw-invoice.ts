import type { Readable } from 'node:stream'
import PDFDocument from 'pdfkit'
import { fonts } from './fonts.js'
import type { Fact, InvoicePaper, PaperLine } from './invoice-paper.js'

const color = {
  ink: '#1b2a33',
  muted: '#64737c',
  hairline: '#d7dfe2',
  band: '#eef4f3',
  accent: '#0f5c58',
  warning: '#a3341f',
}
const margin = 54
const footerHeight = 40
const rowPadding = 6

type Document = typeof PDFDocument.prototype

/** Where the next thing is drawn, in points from the top. */
interface Sheet {
  readonly doc: Document
  readonly left: number
  readonly width: number
  readonly bottom: number
  y: number
}

/** Draws the whole invoice and ends the document: its bytes wait to be read. */
export function drawInvoice(paper: InvoicePaper, drawnAt: Date): Readable {
  const doc = new PDFDocument({
    size: paper.pageSize,
    margin: 0,
    // Or it loads one of its own, which stands nowhere in the document.
    font: '',
    autoFirstPage: false,
    // The number of pages is known when the last line is drawn.
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: paper.title, Author: paper.clinicName, CreationDate: drawnAt },
  })
  doc.registerFont('regular', fonts.regular)
  doc.registerFont('bold', fonts.bold)
  doc.on('pageAdded', () => drawWatermark(doc, paper.watermark))
  doc.addPage()
  const sheet: Sheet = {
    doc,
    left: margin,
    width: doc.page.width - 2 * margin,
    bottom: doc.page.height - margin - footerHeight,
    y: margin,
  }
  drawHead(sheet, paper)
  drawFacts(sheet, paper.facts)
  drawParties(sheet, paper)
  drawLines(sheet, paper)
  drawSums(sheet, paper)
  drawPayments(sheet, paper)
  drawNote(sheet, paper.note)
  drawFooters(sheet, paper)
  doc.end()
  // It is one, which its types do not say.
  return doc as NodeJS.ReadableStream as Readable
}

interface TextStyle {
  size?: number
  bold?: boolean
  fill?: string
  width?: number
  align?: 'left' | 'right' | 'center'
  spacing?: number
}

/** Draws a text, on one line where it has no width, and answers its height. */
function write({ doc }: Sheet, text: string, x: number, y: number, style: TextStyle = {}): number {
  const { size = 9.5, bold = false, fill = color.ink, width, align = 'left', spacing } = style
  doc.font(bold ? 'bold' : 'regular', size).fillColor(fill)
  doc.text(text, x, y, {
    align,
    lineGap: 1.5,
    // Lays out a line as a whole and not by its words, which would stand in the wrong order from right to left.
    ...(rightToLeft.test(text) ? { features: [] } : {}),
    ...(width === undefined ? { lineBreak: false } : { width }),
    ...(spacing === undefined ? {} : { characterSpacing: spacing }),
  })
  return doc.y - y
}

const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}]/u

function heightOf({ doc }: Sheet, text: string, width: number, { size = 9.5, bold = false }: TextStyle = {}): number {
  return doc.font(bold ? 'bold' : 'regular', size).heightOfString(text, { width, lineGap: 1.5 })
}

function line({ doc, left, width }: Sheet, y: number, { stroke = color.hairline, thickness = 0.6 } = {}): void {
  doc
    .moveTo(left, y)
    .lineTo(left + width, y)
    .lineWidth(thickness)
    .strokeColor(stroke)
    .stroke()
}

const label: TextStyle = { size: 7.5, fill: color.muted, spacing: 0.4 }

function drawHead(sheet: Sheet, { clinicName, watermark, status }: InvoicePaper): void {
  const { left, width } = sheet
  const half = width / 2
  const height = write(sheet, clinicName, left, sheet.y, { size: 16, bold: true, fill: color.accent, width: half + 40 })
  const right = { width: half - 40, align: 'right' as const }
  write(sheet, 'INVOICE', left + half + 40, sheet.y, { size: 16, spacing: 2, ...right })
  const fill = watermark === null ? color.accent : color.warning
  write(sheet, status.toUpperCase(), left + half + 40, sheet.y + 23, { ...label, bold: true, fill, ...right })
  sheet.y += Math.max(height, 36) + 10
  line(sheet, sheet.y, { stroke: color.accent, thickness: 1.6 })
  sheet.y += 16
}

function drawFacts(sheet: Sheet, facts: readonly Fact[]): void {
  const column = sheet.width / facts.length
  for (const [index, { label: name, value }] of facts.entries()) {
    const x = sheet.left + index * column
    write(sheet, name.toUpperCase(), x, sheet.y, label)
    write(sheet, value, x, sheet.y + 12, { size: 10.5, bold: true, width: column - 8 })
  }
  sheet.y += 44
}

function drawParties(sheet: Sheet, { patient, visit }: InvoicePaper): void {
  const column = sheet.width / 2
  const heights = [patient, visit].map((texts, index) => {
    const x = sheet.left + index * column
    write(sheet, index === 0 ? 'BILL TO' : 'VISIT', x, sheet.y, label)
    let y = sheet.y + 12
    for (const [row, text] of texts.entries()) {
      y += write(sheet, text, x, y, { size: 10, bold: row === 0, width: column - 16 })
    }
    return y
  })
  sheet.y = Math.max(...heights) + 22
}

interface Column {
  readonly title: string
  readonly of: (line: PaperLine) => string
  readonly x: number
  readonly width: number
  readonly style: TextStyle
}

function columnsOf({ left, width }: Sheet, currency: string): Column[] {
  const widths = { kind: 82, quantity: 46, unitPrice: 88, total: 100 }
  const description = width - Object.values(widths).reduce((sum, each) => sum + each, 0)
  const right = { align: 'right' as const }
  let x = left
  const column = (title: string, width: number, of: Column['of'], style: TextStyle = {}): Column => {
    const made = { title, of, x: x + rowPadding, width: width - 2 * rowPadding, style }
    x += width
    return made
  }
  return [
    column('Description', description, (row) => row.description),
    column('Kind', widths.kind, (row) => row.kind, { fill: color.muted }),
    column('Quantity', widths.quantity + rowPadding, (row) => row.quantity, right),
    column('Unit price', widths.unitPrice - rowPadding, (row) => row.unitPrice, right),
    column(`Amount (${currency})`, widths.total, (row) => row.total, right),
  ]
}

/** As many pages as it takes, with the head of the table on each. */
function drawLines(sheet: Sheet, { lines, currency }: InvoicePaper): void {
  const columns = columnsOf(sheet, currency)
  drawTableHead(sheet, columns)
  for (const row of lines) {
    const height = Math.max(...columns.map((column) => heightOf(sheet, column.of(row), column.width, column.style)))
    if (sheet.y + height + 2 * rowPadding > sheet.bottom) {
      nextPage(sheet)
      drawTableHead(sheet, columns)
    }
    for (const column of columns) {
      write(sheet, column.of(row), column.x, sheet.y + rowPadding, { ...column.style, width: column.width })
    }
    sheet.y += height + 2 * rowPadding
    line(sheet, sheet.y)
  }
}

function drawTableHead(sheet: Sheet, columns: readonly Column[]): void {
  sheet.doc.rect(sheet.left, sheet.y, sheet.width, 21).fill(color.band)
  for (const { title, x, width, style } of columns) {
    write(sheet, title, x, sheet.y + 6.5, { ...style, size: 7.5, bold: true, fill: color.accent, width })
  }
  sheet.y += 21
}

function drawSums(sheet: Sheet, { sums, balance }: InvoicePaper): void {
  keepTogether(sheet, sums.length * 17 + 50)
  const width = 240
  const x = sheet.left + sheet.width - width
  sheet.y += 10
  for (const { label: name, value } of sums) {
    write(sheet, name, x + rowPadding, sheet.y, { fill: color.muted })
    write(sheet, value, x, sheet.y, { width: width - rowPadding, align: 'right' })
    sheet.y += 17
  }
  sheet.doc.rect(x, sheet.y, width, 26).fill(color.accent)
  const style: TextStyle = { size: 11, bold: true, fill: '#ffffff' }
  write(sheet, balance.label, x + rowPadding, sheet.y + 6.5, style)
  write(sheet, balance.value, x, sheet.y + 6.5, { ...style, width: width - rowPadding, align: 'right' })
  sheet.y += 26 + 24
}

function drawPayments(sheet: Sheet, { payments }: InvoicePaper): void {
  if (payments.length === 0) return
  keepTogether(sheet, 40)
  write(sheet, 'PAYMENTS', sheet.left, sheet.y, label)
  sheet.y += 14
  for (const { day, text, amount } of payments) {
    const height = heightOf(sheet, text, sheet.width - 260)
    keepTogether(sheet, height + rowPadding)
    write(sheet, day, sheet.left, sheet.y, { fill: color.muted })
    write(sheet, text, sheet.left + 130, sheet.y, { width: sheet.width - 260 })
    write(sheet, amount, sheet.left, sheet.y, { width: sheet.width - rowPadding, align: 'right' })
    sheet.y += height + rowPadding
  }
  sheet.y += 14
}

function drawNote(sheet: Sheet, note: string): void {
  keepTogether(sheet, 20)
  write(sheet, note, sheet.left, sheet.y, { width: sheet.width })
}

function drawFooters(sheet: Sheet, { clinicName, title }: InvoicePaper): void {
  const { doc, left, width } = sheet
  const { count } = doc.bufferedPageRange()
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page)
    const y = doc.page.height - margin
    line(sheet, y - 10)
    const style: TextStyle = { size: 7.5, fill: color.muted }
    write(sheet, `${clinicName} · ${title}`, left, y, style)
    write(sheet, `Page ${page + 1} of ${count}`, left, y, { ...style, width, align: 'right' })
  }
}

/** Under everything else on the page, so that it hides nothing. */
function drawWatermark(doc: Document, watermark: string | null): void {
  if (watermark === null) return
  const { width, height } = doc.page
  doc.save()
  doc.rotate(-35, { origin: [width / 2, height / 2] })
  doc.font('bold', 130).fillColor(color.warning, 0.08)
  doc.text(watermark, 0, height / 2 - 75, { width, align: 'center' })
  doc.restore()
  doc.fillOpacity(1)
}

function keepTogether(sheet: Sheet, height: number): void {
  if (sheet.y + height > sheet.bottom) nextPage(sheet)
}

function nextPage(sheet: Sheet): void {
  sheet.doc.addPage()
  sheet.y = margin
}
