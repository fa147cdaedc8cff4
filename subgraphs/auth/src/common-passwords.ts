/** Whether the password is among those that are tried first, without regard to case. */
export function isCommonPassword(password: string): boolean {
  return new Set(['password1234', '123456789012']).has(password.toLowerCase())
}
