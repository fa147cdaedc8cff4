import { Column, Entity, PrimaryColumn } from 'typeorm'

export interface InsurancePolicyFacts {
  id: string
  payer: string
  memberNumber: string
  validFrom: string
  validTo: string | null
}

@Entity('patients')
export class PatientRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'text' })
  declare name: string

  /** Names in the order of a card index: without regard to case and accents. */
  @Column({ type: 'text', name: 'sort_name' })
  declare sortName: string

  @Column({ type: 'text', nullable: true })
  declare email: string | null

  @Column({ type: 'text', nullable: true })
  declare phone: string | null

  @Column({ type: 'text', nullable: true })
  declare address: string | null

  @Column({ type: 'date', name: 'date_of_birth' })
  declare dateOfBirth: string

  @Column({ type: 'text' })
  declare gender: string

  @Column({ type: 'double precision', name: 'height_cm', nullable: true })
  declare heightCm: number | null

  @Column({ type: 'double precision', name: 'weight_kg', nullable: true })
  declare weightKg: number | null

  @Column({ type: 'json', name: 'insurance_policies' })
  declare insurancePolicies: InsurancePolicyFacts[]

  @Column({ type: 'date', name: 'registered_on' })
  declare registeredOn: string

  @Column({ type: 'timestamp', name: 'archived_at', nullable: true })
  declare archivedAt: Date | null

  @Column({ type: 'text', name: 'archive_reason', nullable: true })
  declare archiveReason: string | null

  @Column({ type: 'integer' })
  declare version: number
}

@Entity('patient_identifiers')
export class PatientIdentifierRow {
  @PrimaryColumn({ type: 'text' })
  declare system: string

  @PrimaryColumn({ type: 'text' })
  declare value: string

  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'integer' })
  declare position: number
}
