export const roles = ['ADMIN', 'FRONT_DESK', 'DOCTOR', 'BILLING', 'AUDITOR', 'PATIENT'] as const
export type Role = (typeof roles)[number]

/** Somebody who has signed in, as a verified access token tells it. */
export interface Actor {
  /** The person's id: the same in User, Patient and Doctor. */
  readonly id: string
  readonly roles: readonly Role[]
  readonly sessionId: string
  /** Epoch milliseconds: what the actor opened with this token closes then. */
  readonly expiresAt: number
  /** The bearer token itself, for the next room, which verifies it again. */
  readonly token: string
}
