import { Column, Entity, PrimaryColumn } from 'typeorm'

export enum PaymentMethod {
  CASH = 'CASH',
  CARD = 'CARD',
  BANK_TRANSFER = 'BANK_TRANSFER',
  ONLINE = 'ONLINE',
  INSURANCE = 'INSURANCE',
}

@Entity('payments')
export class PaymentRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'invoice_id' })
  declare invoiceId: string

  /** The invoice's patient: whose record this is. */
  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'text' })
  declare method: PaymentMethod

  @Column({ type: 'text', nullable: true })
  declare reference: string | null

  @Column({ type: 'bigint', name: 'amount_minor_units' })
  declare amountMinorUnits: number

  @Column({ type: 'bigint', name: 'refunded_minor_units' })
  declare refundedMinorUnits: number

  @Column({ type: 'text' })
  declare currency: string

  @Column({ type: 'timestamptz', name: 'received_at' })
  declare receivedAt: Date
}

@Entity('refunds')
export class RefundRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'payment_id' })
  declare paymentId: string

  @Column({ type: 'bigint', name: 'amount_minor_units' })
  declare amountMinorUnits: number

  @Column({ type: 'text' })
  declare currency: string

  @Column({ type: 'text' })
  declare reason: string

  @Column({ type: 'timestamptz', name: 'refunded_at' })
  declare refundedAt: Date
}
