/**
 * Every way in which Caregraph says no, with what a client gets to know about it.
 * The catalogue is closed: a code that is not here does not compile, and the gateway lets no other through.
 */
interface Params {
  UNAUTHENTICATED: undefined
  FORBIDDEN: undefined
  /** An act on what is not there, or on what the caller may not know exists. */
  NOT_FOUND: undefined
  /** `field` is the path inside the input, such as `email` or `insurancePolicies.0.validTo`. */
  BAD_USER_INPUT: { field: string }
  VERSION_CONFLICT: undefined
  IDEMPOTENCY_KEY_REUSED: undefined
  RATE_LIMITED: { retryAfterSeconds: number }
  SERVICE_UNAVAILABLE: { subgraph: string }
  INTERNAL_SERVER_ERROR: { requestId: string }

  INVALID_CREDENTIALS: undefined
  INVALID_REFRESH_TOKEN: undefined
  EMAIL_TAKEN: undefined
  WEAK_PASSWORD: undefined

  DUPLICATE_EMAIL: undefined
  DUPLICATE_IDENTIFIER: undefined
  PATIENT_ARCHIVED: undefined
  ALREADY_REGISTERED: undefined

  DUPLICATE_LICENSE: undefined
  OVERLAPPING_HOURS: undefined

  SLOT_TAKEN: undefined
  PATIENT_BUSY: undefined
  OUTSIDE_WORKING_HOURS: undefined
  DOCTOR_UNAVAILABLE: undefined
  PATIENT_NOT_FOUND: undefined
  DOCTOR_NOT_FOUND: undefined
  STARTS_IN_PAST: undefined
  /** `from` is the status the appointment has, `allowed` what may be done with it in that status. */
  ILLEGAL_TRANSITION: { from: string; allowed: readonly string[] }
  HOLD_EXPIRED: undefined

  INVOICE_NOT_DRAFT: undefined
  INVOICE_NOT_PAYABLE: undefined
  INVOICE_HAS_PAYMENTS: undefined
  PAYMENT_EXCEEDS_BALANCE: undefined
  REFUND_EXCEEDS_PAYMENT: undefined
  CURRENCY_MISMATCH: undefined
  CLAIM_DECIDED: undefined
}

export type RefusalCode = keyof Params
export type RefusalParams<Code extends RefusalCode> = Params[Code]

const sentences: Record<RefusalCode, string> = {
  UNAUTHENTICATED: 'Sign in first: this needs a bearer token.',
  FORBIDDEN: 'Your role does not allow this.',
  NOT_FOUND: 'There is nothing here under that id, or nothing that you may see.',
  BAD_USER_INPUT: 'The input is not valid.',
  VERSION_CONFLICT: 'Somebody changed this in the meantime: load it again and decide anew.',
  IDEMPOTENCY_KEY_REUSED: 'This idempotency key was used with another input: take a new key.',
  RATE_LIMITED: 'Too many attempts: wait and try again.',
  SERVICE_UNAVAILABLE: 'This department does not answer right now: try again in a moment.',
  INTERNAL_SERVER_ERROR: 'Something went wrong on our side. Quote the request id to the operator.',
  INVALID_CREDENTIALS: 'E-mail or password is not right.',
  INVALID_REFRESH_TOKEN: 'This refresh token is unknown, used or expired: sign in again.',
  EMAIL_TAKEN: 'Another user signs in with this e-mail.',
  WEAK_PASSWORD: 'Choose a password of 12 to 128 characters that is not among the common ones.',
  DUPLICATE_EMAIL: 'Another patient has this e-mail.',
  DUPLICATE_IDENTIFIER: 'One of these identifiers belongs to somebody else.',
  PATIENT_ARCHIVED: 'This patient is archived: restore the record first.',
  ALREADY_REGISTERED: 'You are registered as a patient already.',
  DUPLICATE_LICENSE: 'Another doctor has this license number.',
  OVERLAPPING_HOURS: 'These working hours overlap each other.',
  SLOT_TAKEN: 'The doctor has another appointment at that time: choose another slot.',
  PATIENT_BUSY: 'The patient has another appointment at that time.',
  OUTSIDE_WORKING_HOURS: 'The doctor does not work at that time.',
  DOCTOR_UNAVAILABLE: 'The doctor takes no appointments at that time.',
  PATIENT_NOT_FOUND: 'There is no such patient, or none that you may book for.',
  DOCTOR_NOT_FOUND: 'There is no such doctor.',
  STARTS_IN_PAST: 'This time has passed: choose a later one.',
  ILLEGAL_TRANSITION: 'The appointment is past that step.',
  HOLD_EXPIRED: 'The hold on this slot has lapsed: book it again.',
  INVOICE_NOT_DRAFT: 'Only a draft can be changed: this invoice has been issued.',
  INVOICE_NOT_PAYABLE: 'Nothing can be paid on this invoice.',
  INVOICE_HAS_PAYMENTS: 'There is money on this invoice: refund it first.',
  PAYMENT_EXCEEDS_BALANCE: 'This is more than what is left to pay.',
  REFUND_EXCEEDS_PAYMENT: 'This is more than what is left of that payment.',
  CURRENCY_MISMATCH: 'The amount is in another currency than the invoice.',
  CLAIM_DECIDED: 'This claim has been decided already.',
}

export const refusalCodes = Object.keys(sentences) as readonly RefusalCode[]

/** An expected no. Anything else that is thrown is a fault of ours and reaches a client as INTERNAL_SERVER_ERROR. */
export class Refusal<Code extends RefusalCode = RefusalCode> extends Error {
  override readonly name = 'Refusal'
  readonly code: Code
  readonly params: RefusalParams<Code>

  /** `message` replaces the catalogue's sentence; it must hold no personal data. */
  constructor(
    code: Code,
    ...[params, message]: RefusalParams<Code> extends undefined
      ? [params?: undefined, message?: string]
      : [params: RefusalParams<Code>, message?: string]
  ) {
    super(message ?? sentences[code])
    this.code = code
    this.params = params as RefusalParams<Code>
  }
}

/** @param field the path inside the input, such as `insurancePolicies.0.validTo` */
export function badInput(field: string, message: string): Refusal<'BAD_USER_INPUT'> {
  return new Refusal('BAD_USER_INPUT', { field }, message)
}
