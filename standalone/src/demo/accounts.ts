import type { Role } from '@caregraph/access'

/** Everybody knows it: DEMO=off, or NODE_ENV=production, starts a clinic without these accounts. */
export const demoPassword = 'a-day-at-the-clinic'

interface DemoAccount {
  readonly email: string
  readonly name: string
  readonly role: Role
}

export const demoAccounts = [
  { email: 'admin@demo.example', name: 'Amara Admin', role: 'ADMIN' },
  { email: 'desk@demo.example', name: 'Dana Desk', role: 'FRONT_DESK' },
  { email: 'doctor@demo.example', name: 'Dr. Grace Okafor', role: 'DOCTOR' },
  { email: 'billing@demo.example', name: 'Bill Ledger', role: 'BILLING' },
  { email: 'auditor@demo.example', name: 'Audrey Watts', role: 'AUDITOR' },
  { email: 'patient@demo.example', name: 'Ada Pemberton', role: 'PATIENT' },
] as const satisfies readonly DemoAccount[]
