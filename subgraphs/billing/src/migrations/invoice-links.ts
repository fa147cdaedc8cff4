import { randomBytes } from 'node:crypto'
import { newId } from '@caregraph/database'
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class InvoiceLinks1760000005002 implements MigrationInterface {
  readonly name = 'InvoiceLinks1760000005002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE link_keys (
        id uuid PRIMARY KEY,
        secret bytea NOT NULL,
        made_at timestamptz NOT NULL
      )`)
    // Migrations run once, under one lock, however many copies start: so there is one first key.
    await runner.query('INSERT INTO link_keys (id, secret, made_at) VALUES ($1, $2, now())', [newId(), randomBytes(32)])
    await runner.query(`
      CREATE TABLE printed_names (
        invoice_id uuid PRIMARY KEY REFERENCES invoices (id),
        patient_name text,
        patient_address text,
        doctor_name text,
        service_name text,
        forget_at timestamptz NOT NULL
      )`)
    await runner.query('CREATE INDEX printed_names_forget ON printed_names (forget_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE printed_names, link_keys')
  }
}
