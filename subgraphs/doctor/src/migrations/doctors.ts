import type { Migration } from '@caregraph/database'

export const doctorTables: Migration = {
  name: 'Doctors1760000003001',
  postgres: [
    `CREATE TABLE doctors (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      sort_name text COLLATE "C" NOT NULL,
      specialization text NOT NULL,
      department text,
      hospital_name text,
      license_number text NOT NULL,
      years_of_experience integer NOT NULL,
      phone text,
      email text,
      gender text NOT NULL,
      available boolean NOT NULL,
      time_zone text NOT NULL,
      weekly_hours jsonb NOT NULL,
      archived_at timestamptz,
      archive_reason text,
      version integer NOT NULL
    )`,
    // Also over the archived ones: a licence is one person's for good.
    String.raw`CREATE UNIQUE INDEX doctors_license_number ON doctors (lower(regexp_replace(license_number, '\s', '', 'g')))`,
    'CREATE INDEX doctors_sort_name ON doctors (sort_name, id) WHERE archived_at IS NULL',
    `CREATE INDEX doctors_specialization ON doctors (specialization, sort_name, id) WHERE archived_at IS NULL`,
    `CREATE INDEX doctors_department ON doctors (lower(department), sort_name, id) WHERE archived_at IS NULL`,
    `CREATE TABLE doctor_identifiers (
      system text NOT NULL,
      value text NOT NULL,
      doctor_id uuid NOT NULL REFERENCES doctors (id),
      position integer NOT NULL,
      CONSTRAINT doctor_identifiers_belong_to_one PRIMARY KEY (system, value)
    )`,
    'CREATE INDEX doctor_identifiers_doctor ON doctor_identifiers (doctor_id)',
    `CREATE TABLE time_off (
      id uuid PRIMARY KEY,
      doctor_id uuid NOT NULL REFERENCES doctors (id),
      starts_at timestamptz NOT NULL,
      ends_at timestamptz NOT NULL,
      reason text
    )`,
    'CREATE INDEX time_off_doctor ON time_off (doctor_id, ends_at)',
  ],
}
