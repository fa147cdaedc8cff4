import { Column, Entity, PrimaryColumn } from 'typeorm'

export enum InvoiceStatus {
  DRAFT = 'DRAFT',
  ISSUED = 'ISSUED',
  PARTIALLY_PAID = 'PARTIALLY_PAID',
  PAID = 'PAID',
  VOID = 'VOID',
  REFUNDED = 'REFUNDED',
}

export enum InvoiceLineKind {
  CONSULTATION = 'CONSULTATION',
  DRUG = 'DRUG',
  PROCEDURE = 'PROCEDURE',
  LAB = 'LAB',
  OTHER = 'OTHER',
  DISCOUNT = 'DISCOUNT',
}

@Entity('invoices')
export class InvoiceRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'text', nullable: true })
  declare number: string | null

  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'uuid', name: 'appointment_id' })
  declare appointmentId: string

  @Column({ type: 'uuid', name: 'doctor_id' })
  declare doctorId: string

  /** The code of what was booked. */
  @Column({ type: 'text', name: 'service_type' })
  declare serviceType: string

  @Column({ type: 'timestamptz', name: 'visit_starts_at' })
  declare visitStartsAt: Date

  @Column({ type: 'text' })
  declare status: InvoiceStatus

  /** Of every amount on this invoice. */
  @Column({ type: 'text' })
  declare currency: string

  @Column({ type: 'bigint', name: 'total_minor_units' })
  declare totalMinorUnits: number

  /** Payments less refunds. */
  @Column({ type: 'bigint', name: 'paid_minor_units' })
  declare paidMinorUnits: number

  @Column({ type: 'timestamptz', name: 'issued_at', nullable: true })
  declare issuedAt: Date | null

  @Column({ type: 'date', name: 'due_on', nullable: true })
  declare dueOn: string | null

  @Column({ type: 'timestamptz', name: 'voided_at', nullable: true })
  declare voidedAt: Date | null

  @Column({ type: 'text', name: 'void_reason', nullable: true })
  declare voidReason: string | null

  @Column({ type: 'integer' })
  declare version: number
}

@Entity('invoice_lines')
export class InvoiceLineRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'invoice_id' })
  declare invoiceId: string

  @Column({ type: 'text' })
  declare kind: InvoiceLineKind

  @Column({ type: 'text' })
  declare description: string

  @Column({ type: 'integer' })
  declare quantity: number

  /** Positive for a DISCOUNT too. */
  @Column({ type: 'bigint', name: 'unit_price_minor_units' })
  declare unitPriceMinorUnits: number

  @Column({ type: 'text' })
  declare currency: string
}
