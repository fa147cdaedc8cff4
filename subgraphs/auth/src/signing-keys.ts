import { accessTokenSeconds, accessTokenType, type Role, tokenAudience, tokenIssuer } from '@caregraph/access'
import { type Database, inTransaction, newId, queryRows, type Transaction } from '@caregraph/database'
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose'
import type { Seal } from './seal.js'

const algorithm = 'EdDSA'
const signsForDays = 90
/** Every door has read the new key by then, whatever it keeps in its cache. */
const publishedBeforeSeconds = 3_600
/** A key stays to be verified with while a token that it signed can still live. */
const verifiesAfterSeconds = accessTokenSeconds + 60
const keyLock = 7_203_116

interface KeyRow {
  id: string
  public_jwk: JWK
  private_jwk: string
  created_at: Date
  signs_from: Date
}

/**
 * Makes the first key, or the next one when its time has come, and forgets those that nothing is verified with any
 * more. However many starters there are, one makes it. Throws where the seal does not open what is there.
 */
export async function rotateSigningKeys(database: Database, seal: Seal, now: Date): Promise<void> {
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  await inTransaction(database, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [keyLock])
    const [newest] = await tx.query<KeyRow>('SELECT * FROM signing_keys ORDER BY signs_from DESC LIMIT 1')
    // The first one signs from the beginning of time: a clock that is set back must not leave nobody to sign.
    if (newest === undefined) return insertKey(tx, seal, now, new Date(0))
    seal.open(newest.private_jwk)
    if (newest.created_at <= before(signsForDays * 86_400)) {
      await insertKey(tx, seal, now, new Date(now.getTime() + publishedBeforeSeconds * 1000))
    }
    await tx.query(
      `DELETE FROM signing_keys AS old WHERE EXISTS (
         SELECT FROM signing_keys AS next WHERE next.signs_from > old.signs_from AND next.signs_from <= $1)`,
      [before(verifiesAfterSeconds)],
    )
  })
}

async function insertKey(tx: Transaction, seal: Seal, now: Date, signsFrom: Date): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const id = newId()
  const publicJwk = { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' }
  const privateJwk = seal.close(JSON.stringify(await exportJWK(privateKey)))
  await tx.query(
    'INSERT INTO signing_keys (id, public_jwk, private_jwk, created_at, signs_from) VALUES ($1, $2, $3, $4, $5)',
    [id, publicJwk, privateJwk, now, signsFrom],
  )
}

/** What tokens of this house are verified with (RFC 7517): keys that sign, will sign soon, or did so until just now. */
export async function publicKeys(database: Database): Promise<JSONWebKeySet> {
  const rows = await queryRows<KeyRow>(database, 'SELECT public_jwk FROM signing_keys ORDER BY signs_from DESC')
  return { keys: rows.map(({ public_jwk }) => public_jwk) }
}

/** An access token (RFC 9068) of ten minutes. */
export async function signAccessToken(
  tx: Transaction,
  seal: Seal,
  bearer: { userId: string; roles: readonly Role[]; sessionId: string },
  now: Date,
): Promise<{ accessToken: string; accessTokenExpiresAt: Date }> {
  const [key] = await tx.query<KeyRow>(
    'SELECT * FROM signing_keys WHERE signs_from <= $1 ORDER BY signs_from DESC LIMIT 1',
    [now],
  )
  if (key === undefined) throw new Error('there is no key to sign with')
  const issuedAt = Math.floor(now.getTime() / 1000)
  const expiresAt = issuedAt + accessTokenSeconds
  const accessToken = await new SignJWT({ sid: bearer.sessionId, roles: bearer.roles })
    .setProtectedHeader({ alg: algorithm, typ: accessTokenType, kid: key.id })
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setSubject(bearer.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .setJti(newId())
    .sign(await importJWK(JSON.parse(seal.open(key.private_jwk)) as JWK, algorithm))
  return { accessToken, accessTokenExpiresAt: new Date(expiresAt * 1000) }
}
