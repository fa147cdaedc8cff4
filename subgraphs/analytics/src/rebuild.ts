import { rebuildCommand } from './rebuild-command.js'

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort())

process.exitCode = await rebuildCommand({
  args: process.argv.slice(2),
  variables: process.env,
  print: (line) => console.log(line),
  signal: interrupted.signal,
})
