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
  mysql: [
    // MariaDB finds no expression in an index: what is unique stands in a column, and a department is looked for by name.
    `CREATE TABLE doctors (
      id char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
      name varchar(200) NOT NULL,
      sort_name varchar(255) NOT NULL,
      specialization varchar(64) NOT NULL,
      department varchar(200),
      hospital_name varchar(200),
      license_number varchar(100) NOT NULL,
      years_of_experience integer NOT NULL,
      phone varchar(32),
      email varchar(254),
      gender varchar(16) NOT NULL,
      available boolean NOT NULL,
      time_zone varchar(64) NOT NULL,
      weekly_hours json NOT NULL,
      archived_at datetime(3),
      archive_reason varchar(500),
      version integer NOT NULL,
      bare_license_number varchar(100) AS (lower(regexp_replace(license_number, '[[:space:]]', ''))) STORED,
      UNIQUE KEY doctors_license_number (bare_license_number),
      KEY doctors_sort_name (sort_name, id),
      KEY doctors_specialization (specialization, sort_name, id)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE doctor_identifiers (
      "system" varchar(384) NOT NULL,
      value varchar(384) NOT NULL,
      doctor_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      position integer NOT NULL,
      PRIMARY KEY (doctor_id, position),
      UNIQUE KEY doctor_identifiers_belong_to_one ("system", value),
      CONSTRAINT doctor_identifiers_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    `CREATE TABLE time_off (
      id char(36) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
      doctor_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      starts_at datetime(3) NOT NULL,
      ends_at datetime(3) NOT NULL,
      reason varchar(500),
      KEY time_off_doctor (doctor_id, ends_at),
      CONSTRAINT time_off_of_doctor FOREIGN KEY (doctor_id) REFERENCES doctors (id)
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}
