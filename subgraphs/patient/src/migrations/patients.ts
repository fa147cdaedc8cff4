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
  mysql: [
    // No index is over a part of the rows: what is unique among them stands in a column of its own, else nothing.
    `CREATE TABLE patients (
      id char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
      name varchar(200) NOT NULL,
      sort_name varchar(255) NOT NULL,
      email varchar(254),
      phone varchar(32),
      address varchar(500),
      date_of_birth date NOT NULL,
      gender varchar(16) NOT NULL,
      height_cm double,
      weight_kg double,
      insurance_policies json NOT NULL,
      registered_on date NOT NULL,
      archived_at datetime(3),
      archive_reason varchar(500),
      version integer NOT NULL,
      email_in_use varchar(254) AS (CASE WHEN archived_at IS NULL THEN lower(email) END) STORED,
      UNIQUE KEY patients_email (email_in_use),
      KEY patients_sort_name (sort_name, id)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE patient_identifiers (
      "system" varchar(384) NOT NULL,
      value varchar(384) NOT NULL,
      patient_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      position integer NOT NULL,
      PRIMARY KEY (patient_id, position),
      UNIQUE KEY patient_identifiers_belong_to_one ("system", value),
      CONSTRAINT patient_identifiers_patient FOREIGN KEY (patient_id) REFERENCES patients (id)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
