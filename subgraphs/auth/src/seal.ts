import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { WrongSettings } from '@caregraph/subgraph'

const cipher = 'aes-256-gcm'
const mark = 'sealed:'
const ivBytes = 12
const tagBytes = 16
const shortestSecret = 32

/** Keeps a text so that whoever only has the database cannot read it. */
export interface Seal {
  close(text: string): string
  /** Reads also what was kept before there was a secret. Throws where it was sealed with another one. */
  open(kept: string): string
}

/** Without a secret, texts are kept as they are. Throws on a secret of less than 32 characters. */
export function sealOf(secret: string | undefined): Seal {
  if (secret === undefined || secret === '') return { close: (text) => text, open: (kept) => opened(kept, undefined) }
  if (secret.length < shortestSecret) {
    throw new WrongSettings(
      `KEY_ENCRYPTION_SECRET has at least ${shortestSecret} characters: openssl rand -base64 32 makes one.`,
    )
  }
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'caregraph signing keys', 32))
  return {
    close(text) {
      const iv = randomBytes(ivBytes)
      const sealing = createCipheriv(cipher, key, iv)
      const sealed = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
      return mark + Buffer.concat([iv, sealing.getAuthTag(), sealed]).toString('base64url')
    },
    open: (kept) => opened(kept, key),
  }
}

function opened(kept: string, key: Buffer | undefined): string {
  if (!kept.startsWith(mark)) return kept
  if (key === undefined) throw cannotOpen()
  const bytes = Buffer.from(kept.slice(mark.length), 'base64url')
  try {
    // Without its length given, Node takes a tag of four bytes for one too.
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    opening.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([opening.update(bytes.subarray(ivBytes + tagBytes)), opening.final()]).toString('utf8')
  } catch {
    throw cannotOpen()
  }
}

const cannotOpen = () =>
  new WrongSettings('The signing keys were sealed with another KEY_ENCRYPTION_SECRET: start with that one.')
