import { Refusal } from '@caregraph/refusals'
import { isCommonPassword } from './common-passwords.js'
import { normalized } from './passwords.js'

const shortest = 12
const longest = 128

/**
 * Refuses with WEAK_PASSWORD what is too short, too long, common, or the person's own name or e-mail; which characters
 * it is made of is his affair (NIST SP 800-63B-4, 3.1.1.2). A character is a code point of the normalised form.
 */
export function refuseWeakPassword(password: string, { name, email }: { name: string; email: string }): void {
  const text = normalized(password)
  const { length } = [...text]
  const own = [name, name.replace(/\s/g, ''), email, email.slice(0, email.indexOf('@'))]
  const isOwn = own.some((each) => normalized(each).toLowerCase() === text.toLowerCase())
  if (length < shortest || length > longest || isCommonPassword(text) || isOwn) throw new Refusal('WEAK_PASSWORD')
}
