import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { WorkingHoursFacts } from './weekly-hours.rules.js'

@Entity('doctors')
export class DoctorRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'text' })
  declare name: string

  /** Names in the order of a card index: without regard to case and accents. */
  @Column({ type: 'text', name: 'sort_name' })
  declare sortName: string

  @Column({ type: 'text' })
  declare specialization: string

  @Column({ type: 'text', nullable: true })
  declare department: string | null

  @Column({ type: 'text', name: 'hospital_name', nullable: true })
  declare hospitalName: string | null

  @Column({ type: 'text', name: 'license_number' })
  declare licenseNumber: string

  @Column({ type: 'integer', name: 'years_of_experience' })
  declare yearsOfExperience: number

  @Column({ type: 'text', nullable: true })
  declare phone: string | null

  @Column({ type: 'text', nullable: true })
  declare email: string | null

  @Column({ type: 'text' })
  declare gender: string

  /** As it was set: whether appointments are taken is for `takesAppointments` to say. */
  @Column({ type: 'boolean' })
  declare available: boolean

  @Column({ type: 'text', name: 'time_zone' })
  declare timeZone: string

  @Column({ type: 'json', name: 'weekly_hours' })
  declare weeklyHours: WorkingHoursFacts[]

  @Column({ type: 'timestamp', name: 'archived_at', nullable: true })
  declare archivedAt: Date | null

  @Column({ type: 'text', name: 'archive_reason', nullable: true })
  declare archiveReason: string | null

  @Column({ type: 'integer' })
  declare version: number
}

@Entity('doctor_identifiers')
export class DoctorIdentifierRow {
  @PrimaryColumn({ type: 'text' })
  declare system: string

  @PrimaryColumn({ type: 'text' })
  declare value: string

  @Column({ type: 'uuid', name: 'doctor_id' })
  declare doctorId: string

  @Column({ type: 'integer' })
  declare position: number
}

@Entity('time_off')
export class TimeOffRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'uuid', name: 'doctor_id' })
  declare doctorId: string

  @Column({ type: 'timestamp', name: 'starts_at' })
  declare startsAt: Date

  @Column({ type: 'timestamp', name: 'ends_at' })
  declare endsAt: Date

  @Column({ type: 'text', nullable: true })
  declare reason: string | null
}
