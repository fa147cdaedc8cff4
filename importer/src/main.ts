import { runImport } from './run-import.js'

const stop = new AbortController()
// Once: whoever presses Ctrl-C again does not want to wait for what is under way.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

process.exitCode = await runImport(process.argv.slice(2), {
  environment: process.env,
  output: process.stdout,
  errors: process.stderr,
  signal: stop.signal,
})
