import type { Migration } from '@caregraph/database'

/** What takes the doctor's and the patient's time. A lapsed request does until it is written down as EXPIRED. */
const occupies = `status IN ('HELD', 'PENDING', 'CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED')`

export const appointmentTables: Migration = {
  name: 'Appointments1760000004001',
  postgres: [
    // It lets a GiST index, which knows what overlaps, also know which ids are equal.
    'CREATE EXTENSION IF NOT EXISTS btree_gist',
    `CREATE TABLE service_types (
      code text PRIMARY KEY,
      name text NOT NULL,
      duration_minutes integer NOT NULL CHECK (duration_minutes > 0),
      price_minor_units bigint NOT NULL CHECK (price_minor_units >= 0),
      price_currency text NOT NULL,
      active boolean NOT NULL
    )`,
    // One visit at a time, whatever the code above does. The doctor's rule comes first, since who hurts both hears of it.
    `CREATE TABLE appointments (
      id uuid PRIMARY KEY,
      patient_id uuid NOT NULL,
      doctor_id uuid NOT NULL,
      service_type text NOT NULL REFERENCES service_types (code),
      starts_at timestamptz NOT NULL,
      ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
      status text NOT NULL,
      expires_at timestamptz CHECK (expires_at IS NOT NULL OR status NOT IN ('HELD', 'PENDING')),
      fee_minor_units bigint NOT NULL,
      fee_currency text NOT NULL,
      notes text,
      cancellation_reason text,
      cancellation_note text,
      created_at timestamptz NOT NULL,
      version integer NOT NULL,
      CONSTRAINT appointments_one_at_a_time_for_doctor
        EXCLUDE USING gist (doctor_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (${occupies}),
      CONSTRAINT appointments_one_at_a_time_for_patient
        EXCLUDE USING gist (patient_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (${occupies})
    )`,
    'CREATE INDEX appointments_by_start ON appointments (starts_at, id)',
    'CREATE INDEX appointments_by_doctor ON appointments (doctor_id, starts_at, id)',
    'CREATE INDEX appointments_by_patient ON appointments (patient_id, starts_at, id)',
    'CREATE INDEX appointments_by_status ON appointments (status, starts_at, id)',
    `CREATE INDEX appointments_to_expire ON appointments (expires_at) WHERE status IN ('HELD', 'PENDING')`,
    `CREATE TABLE appointment_status_changes (
      appointment_id uuid NOT NULL REFERENCES appointments (id),
      version integer NOT NULL,
      previous_status text,
      status text NOT NULL,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (appointment_id, version)
    )`,
  ],
}
