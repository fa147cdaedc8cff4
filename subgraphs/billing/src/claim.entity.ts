import { Column, Entity, PrimaryColumn } from 'typeorm'

export enum ClaimStatus {
  SUBMITTED = 'SUBMITTED',
  APPROVED = 'APPROVED',
  REJECTED = 'REJECTED',
  PAID = 'PAID',
}

@Entity('insurance_claims')
export class InsuranceClaimRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'invoice_id' })
  declare invoiceId: string

  /** The invoice's patient: whose record this is. */
  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'text' })
  declare payer: string

  @Column({ type: 'text', name: 'member_number' })
  declare memberNumber: string

  @Column({ type: 'bigint', name: 'amount_minor_units' })
  declare amountMinorUnits: number

  @Column({ type: 'bigint', name: 'approved_minor_units', nullable: true })
  declare approvedMinorUnits: number | null

  @Column({ type: 'text' })
  declare currency: string

  @Column({ type: 'text' })
  declare status: ClaimStatus

  @Column({ type: 'timestamptz', name: 'submitted_at' })
  declare submittedAt: Date

  @Column({ type: 'timestamptz', name: 'decided_at', nullable: true })
  declare decidedAt: Date | null

  @Column({ type: 'text', name: 'rejection_reason', nullable: true })
  declare rejectionReason: string | null
}
