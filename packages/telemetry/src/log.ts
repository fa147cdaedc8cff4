export interface Log {
  info(message: string, details?: Readonly<Record<string, unknown>>): void
  error(message: string, details?: Readonly<Record<string, unknown>>): void
}

/**
 * One line of JSON for each entry: `at`, `level`, `service`, `message`, then the details. Who writes an entry sees to it
 * that no personal data is in it; an entry about a request has its `requestId` and `traceId`.
 * @param service who writes, such as `gateway` or `billing`
 */
export function jsonLog(service: string, write: (line: string) => void = writeOut): Log {
  const entry =
    (level: string): Log['info'] =>
    (message, details) => {
      const head = { at: new Date().toISOString(), level, service, message }
      // In front, and of no detail's making.
      write(`${JSON.stringify({ ...head, ...details, ...head })}\n`)
    }
  return { info: entry('info'), error: entry('error') }
}

const writeOut = (line: string): void => void process.stdout.write(line)

// Whoever collected the log has gone. Without a listener the next entry would end the process.
process.stdout.on('error', () => undefined)
