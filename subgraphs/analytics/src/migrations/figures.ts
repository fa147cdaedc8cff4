import type { Migration } from '@caregraph/database'

export const figureTables: Migration = {
  name: 'Figures1760000006001',
  postgres: [
    `CREATE TABLE figures (
      day date NOT NULL,
      figure text NOT NULL,
      doctor_id uuid,
      service_type text,
      hour_of_week smallint CHECK (hour_of_week BETWEEN 0 AND 167),
      currency text,
      amount bigint NOT NULL,
      newest_event_at timestamptz NOT NULL,
      CONSTRAINT figures_key UNIQUE NULLS NOT DISTINCT
        (day, figure, doctor_id, service_type, hour_of_week, currency)
    )`,
    'CREATE INDEX figures_doctor ON figures (doctor_id, day)',
    // The consumer's inbox does not know what a rebuild has counted.
    'CREATE TABLE counted_events (event_id uuid PRIMARY KEY)',
  ],
}
