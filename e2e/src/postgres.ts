import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the clinic's PostgreSQL keeps itself. */
export const postgresFolder = (dataDirectory: string): string => join(dataDirectory, 'postgres')

/** What the folder says of the server that runs on it; nothing after a clean end. */
export async function runningPostgres(dataDirectory: string): Promise<{ pid: number; port: number } | undefined> {
  const file = join(postgresFolder(dataDirectory), 'postmaster.pid')
  const [pid, , , port] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  return pid ? { pid: Number(pid), port: Number(port) } : undefined
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
