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
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** The kind of a fault and where it happened: never its message. */
export function traceOf(fault: unknown): { fault: string; where: string | undefined } {
  if (!(fault instanceof Error)) return { fault: typeof fault, where: undefined }
  const code = (fault as { code?: unknown }).code ?? (fault as { driverError?: { code?: unknown } }).driverError?.code
  // A message can have lines of its own, which are not to pass for places.
  const places = [...(fault.stack ?? '').matchAll(/^ {4}at (.+:\d+:\d+\)?)$/gm)].map(([, place]) => place)
  const where = places.slice(0, 5).join(' < ')
  return { fault: typeof code === 'string' ? `${fault.name} ${code}` : fault.name, where }
}
