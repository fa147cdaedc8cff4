import type { Log } from '@caregraph/subgraph'

/** One line of JSON for each entry, on standard error. Who writes an entry sees to it that no personal data is in it. */
export const lineLog: Log = {
  info: (message, details) => write('info', message, details),
  error: (message, details) => write('error', message, details),
}

function write(level: string, message: string, details: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...details })}\n`)
}

// Whoever collected the log has gone. Without a listener the next entry would end the process.
process.stderr.on('error', () => undefined)
