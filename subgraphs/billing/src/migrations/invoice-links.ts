import { randomBytes } from 'node:crypto'
import { type Migration, newId } from '@caregraph/database'

export const invoiceLinkTables: Migration = {
  name: 'InvoiceLinks1760000005002',
  postgres: [
    `CREATE TABLE link_keys (
      id uuid PRIMARY KEY,
      secret bytea NOT NULL,
      made_at timestamptz NOT NULL
    )`,
    // Migrations run once, under one lock, however many copies start: so there is one first key.
    (query) => query('INSERT INTO link_keys (id, secret, made_at) VALUES ($1, $2, now())', [newId(), randomBytes(32)]),
    `CREATE TABLE printed_names (
      invoice_id uuid PRIMARY KEY REFERENCES invoices (id),
      patient_name text,
      patient_address text,
      doctor_name text,
      service_name text,
      forget_at timestamptz NOT NULL
    )`,
    'CREATE INDEX printed_names_forget ON printed_names (forget_at)',
  ],
}
