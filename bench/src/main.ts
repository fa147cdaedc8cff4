import { readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repository } from './clinic.js'
import { type Figure, type Measurement, tableOf, writtenInto } from './figure.js'
import { booking } from './measure-booking.js'
import { dayViews } from './measure-day-view.js'
import { eventLag } from './measure-event-lag.js'
import { processes } from './measure-processes.js'
import { rows } from './measure-rows.js'
import { start } from './measure-start.js'

const measurements: readonly Measurement[] = [start, booking, eventLag, dayViews, rows, processes]
const names = measurements.map(({ name }) => name)

const usage = `usage: npm run bench                          measures everything, in some minutes
       npm run bench -- <name> …             measures ${names.join(', ')}
       npm run bench -- --write              also writes the table into docs/performance.md`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, help: { type: 'boolean' } },
})
const isPart = positionals.length > 0
const isWrong = positionals.some((name) => !names.includes(name)) || (isPart && values.write)

if (values.help || isWrong) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

const chosen = measurements.filter(({ name }) => !isPart || positionals.includes(name))
// Before the first: nobody waits for minutes to hear that the last one cannot be measured.
for (const { name, require } of chosen) {
  await require?.().catch((error: Error) => {
    console.error(`${name}: ${error.message}`)
    process.exit(1)
  })
}

const figures: Figure[] = []
for (const { name, run } of chosen) {
  console.error(`measuring ${name} …`)
  figures.push(...(await run()))
}

const [processor] = cpus()
const gigabytes = Math.round(totalmem() / 2 ** 30)
const machine = `${cpus().length} × ${processor?.model.trim()}, ${gigabytes} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`
const text = `\n${tableOf(figures)}\n\n${machine}\n`
console.log(text)
if (values.write) {
  const page = join(repository, 'docs/performance.md')
  await writeFile(page, writtenInto(await readFile(page, 'utf8'), text))
}
