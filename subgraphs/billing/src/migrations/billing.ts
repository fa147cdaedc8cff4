import type { Migration } from '@caregraph/database'

export const billingTables: Migration = {
  name: 'Billing1760000005001',
  postgres: [
    `CREATE TABLE billing_accounts (
      id uuid PRIMARY KEY,
      patient_id uuid NOT NULL UNIQUE,
      opened_at timestamptz NOT NULL
    )`,
    // The last number given in a year. Its row is locked until the issue is committed: a rollback gives the number back.
    'CREATE TABLE invoice_numbers (year integer PRIMARY KEY, last_number integer NOT NULL)',
    `CREATE TABLE invoices (
      id uuid PRIMARY KEY,
      number text CONSTRAINT invoices_number UNIQUE,
      patient_id uuid NOT NULL REFERENCES billing_accounts (patient_id),
      appointment_id uuid NOT NULL CONSTRAINT invoices_one_for_an_appointment UNIQUE,
      doctor_id uuid NOT NULL,
      service_type text NOT NULL,
      visit_starts_at timestamptz NOT NULL,
      status text NOT NULL CHECK (status IN ('DRAFT', 'ISSUED', 'PARTIALLY_PAID', 'PAID', 'VOID', 'REFUNDED')),
      currency text NOT NULL,
      total_minor_units bigint NOT NULL CHECK (total_minor_units BETWEEN 0 AND 9007199254740991),
      paid_minor_units bigint NOT NULL DEFAULT 0,
      issued_at timestamptz,
      due_on date,
      voided_at timestamptz,
      void_reason text,
      version integer NOT NULL DEFAULT 1,
      CONSTRAINT invoices_paid_within_total CHECK (paid_minor_units BETWEEN 0 AND total_minor_units),
      CONSTRAINT invoices_number_with_issue CHECK (num_nulls(number, issued_at, due_on) IN (0, 3)),
      CONSTRAINT invoices_void_with_reason CHECK ((status = 'VOID') = (num_nulls(voided_at, void_reason) = 0))
    )`,
    'CREATE INDEX invoices_status ON invoices (status, id)',
    'CREATE INDEX invoices_patient ON invoices (patient_id, id)',
    `CREATE TABLE invoice_lines (
      id uuid PRIMARY KEY,
      invoice_id uuid NOT NULL REFERENCES invoices (id),
      kind text NOT NULL,
      description text NOT NULL,
      quantity integer NOT NULL CHECK (quantity > 0),
      unit_price_minor_units bigint NOT NULL CHECK (unit_price_minor_units >= 0),
      currency text NOT NULL
    )`,
    'CREATE INDEX invoice_lines_invoice ON invoice_lines (invoice_id, id)',
    `CREATE TABLE payments (
      id uuid PRIMARY KEY,
      invoice_id uuid NOT NULL REFERENCES invoices (id),
      patient_id uuid NOT NULL,
      method text NOT NULL,
      reference text,
      amount_minor_units bigint NOT NULL CHECK (amount_minor_units > 0),
      refunded_minor_units bigint NOT NULL DEFAULT 0,
      currency text NOT NULL,
      received_at timestamptz NOT NULL,
      CONSTRAINT payments_refunded_within_amount CHECK (refunded_minor_units BETWEEN 0 AND amount_minor_units)
    )`,
    'CREATE INDEX payments_invoice ON payments (invoice_id, id)',
    `CREATE TABLE refunds (
      id uuid PRIMARY KEY,
      payment_id uuid NOT NULL REFERENCES payments (id),
      amount_minor_units bigint NOT NULL CHECK (amount_minor_units > 0),
      currency text NOT NULL,
      reason text NOT NULL,
      refunded_at timestamptz NOT NULL
    )`,
    'CREATE INDEX refunds_payment ON refunds (payment_id, id)',
    `CREATE TABLE insurance_claims (
      id uuid PRIMARY KEY,
      invoice_id uuid NOT NULL REFERENCES invoices (id),
      patient_id uuid NOT NULL,
      payer text NOT NULL,
      member_number text NOT NULL,
      amount_minor_units bigint NOT NULL CHECK (amount_minor_units > 0),
      approved_minor_units bigint,
      currency text NOT NULL,
      status text NOT NULL CHECK (status IN ('SUBMITTED', 'APPROVED', 'REJECTED', 'PAID')),
      submitted_at timestamptz NOT NULL,
      decided_at timestamptz,
      rejection_reason text
    )`,
    'CREATE INDEX insurance_claims_invoice ON insurance_claims (invoice_id, id)',
    'CREATE INDEX insurance_claims_status ON insurance_claims (status, id)',
    'CREATE INDEX insurance_claims_patient ON insurance_claims (patient_id, id)',
  ],
}
