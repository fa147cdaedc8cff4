import type { Migration } from '@caregraph/database'

export const patientTables: Migration = {
  name: 'Patients1760000001001',
  postgres: [
    `CREATE TABLE patients (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      sort_name text COLLATE "C" NOT NULL,
      email text,
      phone text,
      address text,
      date_of_birth date NOT NULL,
      gender text NOT NULL,
      height_cm double precision,
      weight_kg double precision,
      insurance_policies jsonb NOT NULL,
      registered_on date NOT NULL,
      archived_at timestamptz,
      archive_reason text,
      version integer NOT NULL
    )`,
    `CREATE UNIQUE INDEX patients_email ON patients (lower(email)) WHERE archived_at IS NULL`,
    'CREATE INDEX patients_sort_name ON patients (sort_name, id)',
    `CREATE TABLE patient_identifiers (
      system text NOT NULL,
      value text NOT NULL,
      patient_id uuid NOT NULL REFERENCES patients (id),
      position integer NOT NULL,
      CONSTRAINT patient_identifiers_belong_to_one PRIMARY KEY (system, value)
    )`,
    'CREATE INDEX patient_identifiers_patient ON patient_identifiers (patient_id)',
  ],
}
