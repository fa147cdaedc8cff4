import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { AppointmentStatus } from './appointment.rules.js'

@Entity('appointments')
export class AppointmentRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'patient_id' })
  declare patientId: string

  @Column({ type: 'uuid', name: 'doctor_id' })
  declare doctorId: string

  @Column({ type: 'text', name: 'service_type' })
  declare serviceTypeCode: string

  @Column({ type: 'timestamptz', name: 'starts_at' })
  declare startsAt: Date

  @Column({ type: 'timestamptz', name: 'ends_at' })
  declare endsAt: Date

  @Column({ type: 'text' })
  declare status: AppointmentStatus

  /** When it lapses while it is HELD or PENDING. */
  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  declare expiresAt: Date | null

  @Column({ type: 'bigint', name: 'fee_minor_units' })
  declare feeMinorUnits: number

  @Column({ type: 'text', name: 'fee_currency' })
  declare feeCurrency: string

  @Column({ type: 'text', nullable: true })
  declare notes: string | null

  @Column({ type: 'text', name: 'cancellation_reason', nullable: true })
  declare cancellationReason: string | null

  /** What was said when it was cancelled: for the clinic's own eyes, never answered. */
  @Column({ type: 'text', name: 'cancellation_note', nullable: true })
  declare cancellationNote: string | null

  @Column({ type: 'timestamptz', name: 'created_at' })
  declare createdAt: Date

  @Column({ type: 'integer' })
  declare version: number
}

/** How an appointment came to the status that it has with this version. */
@Entity('appointment_status_changes')
export class StatusChangeRow {
  @PrimaryColumn({ type: 'uuid', name: 'appointment_id' })
  declare appointmentId: string

  @PrimaryColumn({ type: 'integer' })
  declare version: number

  @Column({ type: 'text', name: 'previous_status', nullable: true })
  declare previousStatus: AppointmentStatus | null

  @Column({ type: 'text' })
  declare status: AppointmentStatus

  @Column({ type: 'timestamptz', name: 'changed_at' })
  declare changedAt: Date
}

@Entity('service_types')
export class ServiceTypeRow {
  @PrimaryColumn({ type: 'text' })
  declare code: string

  @Column({ type: 'text' })
  declare name: string

  @Column({ type: 'integer', name: 'duration_minutes' })
  declare durationMinutes: number

  @Column({ type: 'bigint', name: 'price_minor_units' })
  declare priceMinorUnits: number

  @Column({ type: 'text', name: 'price_currency' })
  declare priceCurrency: string

  @Column({ type: 'boolean' })
  declare active: boolean
}
