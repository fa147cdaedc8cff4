import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { SUPERUSER } from './make-cluster.js'
import { isAlive, POLL_MS, readPostmaster } from './postmaster.js'

/** The folder's owner holds this advisory lock in the cluster's `postgres` database for as long as it lives. */
const OWNER_LOCK = 1_919_051_891

/** Another living process runs PostgreSQL on the folder. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'

  constructor(
    readonly dataDirectory: string,
    /** The process that started PostgreSQL and can stop it. */
    readonly ownerPid: number,
    readonly port: number,
  ) {
    super(
      `The data directory ${dataDirectory} is in use by process ${ownerPid}, whose PostgreSQL listens on port ${port}. ` +
        'Stop that process first, or choose another folder.',
    )
  }
}

/** Enough to recover what a crash left in the log of changes, which the settings bound to some 256 MB. */
const PATIENCE_MS = 120_000

export interface Claim {
  readonly dataDirectory: string
  readonly password: string
  readonly port: number
}

/**
 * Becomes the owner of a running PostgreSQL, as soon as it accepts connections. The claim lasts as long as the session:
 * unlike a file, it cannot outlive a killed process. Refuses with DataDirectoryInUse when a living process is the owner.
 * Undefined when the server ends before.
 */
export async function claimOwnership(
  claim: Claim,
  isRunning: () => boolean | Promise<boolean>,
): Promise<pg.Client | undefined> {
  const deadline = performance.now() + PATIENCE_MS
  while (await isRunning()) {
    const postmaster = await readPostmaster(claim.dataDirectory)
    const isReady = postmaster?.isReady && postmaster.port === claim.port
    const session = isReady ? await tryToClaim(claim) : undefined
    if (session) return session
    if (performance.now() > deadline) throw new Error(`PostgreSQL on ${claim.dataDirectory} runs and does not answer`)
    await delay(POLL_MS)
  }
  return undefined
}

/** A session that may be lost: an `error` event that nobody hears would end this process. */
export function openSession(connection: pg.ClientConfig): pg.Client {
  return new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 }).on('error', () => undefined)
}

/** Whether the server answers within a second. */
export async function isAnswering(session: pg.Client | undefined): Promise<boolean> {
  const answer = session?.query('select').then(
    () => true,
    () => false,
  )
  return Promise.race([answer ?? false, delay(1_000, false, { ref: false })])
}

/** Settles when the session has ended, for whatever reason. */
export function lossOf(session: pg.Client): Promise<void> {
  return new Promise((resolve) => session.once('end', resolve))
}

async function tryToClaim({ dataDirectory, password, port }: Claim): Promise<pg.Client | undefined> {
  const session = openSession({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    application_name: String(process.pid),
  })
  let refusal: unknown
  try {
    await session.connect()
    const { rows } = await session.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [OWNER_LOCK])
    if (rows[0]?.mine) return session
    const owners = await session.query<{ pid: number }>(
      `select application_name::int as pid from pg_stat_activity join pg_locks using (pid)
       where locktype = 'advisory' and objid = $1 and granted`,
      [OWNER_LOCK],
    )
    const owner = owners.rows[0]
    // The session of an owner that was killed a moment ago is about to end.
    if (owner && (await isAlive(owner.pid))) refusal = new DataDirectoryInUse(dataDirectory, owner.pid, port)
  } catch (error) {
    if (isFinal(error)) refusal = error
  }
  await session.end().catch(() => undefined)
  if (refusal) throw refusal
  return undefined
}

/** Not so a refused, lost or silent connection, and what a server says while it starts or stops. */
function isFinal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !error.code?.startsWith('57P')
}
