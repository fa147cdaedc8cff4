import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('billing_accounts')
export class BillingAccountRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'timestamptz', name: 'opened_at' })
  declare openedAt: Date
}
