import { setTimeout as delay } from 'node:timers/promises'
import { type Clinic, clinicProgram, startClinic, withFolder } from './clinic.js'
import type { Figure, Measurement } from './figure.js'
import { median } from './numbers.js'
import { cpuSeconds, findProgram, residentMegabytes, usageOf } from './process-tree.js'

const starts = 7
const settleMilliseconds = 2_000

/** From the start of the process until it is ready, on the demo clinic of an earlier start; and what it then takes. */
export const start: Measurement = {
  name: 'start',
  run: () =>
    withFolder(async (dataDirectory) => {
      const first = await startClinic({ dataDirectory, environment: { DEMO: 'on' } })
      await first.stop()
      const direct = await severalStarts(dataDirectory, [process.execPath, clinicProgram])
      const byNpm = await severalStarts(dataDirectory, ['npm', 'start'])
      return [
        { what: 'first start, with the demo’s two weeks', measured: seconds([first.startMilliseconds]), aim: '' },
        ...figuresOf('`node standalone/dist/main.js`', direct),
        ...figuresOf('`npm start`', byNpm),
      ]
    }),
}

interface Start {
  readonly milliseconds: number
  readonly cpuSeconds: number
  readonly nodeMegabytes: number
  readonly allMegabytes: number
}

async function severalStarts(dataDirectory: string, command: readonly string[]): Promise<Start[]> {
  const measured: Start[] = []
  for (let count = 0; count < starts; count++) {
    const clinic = await startClinic({ dataDirectory, command })
    measured.push(await startOf(clinic))
    await clinic.stop()
  }
  return measured
}

async function startOf({ pid: rootPid, startMilliseconds: milliseconds }: Clinic): Promise<Start> {
  const pid = await findProgram(rootPid, clinicProgram)
  const cpu = await cpuSeconds(pid)
  await delay(settleMilliseconds)
  const { megabytes: allMegabytes } = await usageOf(rootPid)
  return { milliseconds, cpuSeconds: cpu, nodeMegabytes: await residentMegabytes(pid), allMegabytes }
}

function figuresOf(command: string, measured: readonly Start[]): Figure[] {
  const medianOf = (part: keyof Start) => median(measured.map((each) => each[part]))
  return [
    {
      what: `${command} until ready, on existing data`,
      measured: `${seconds(measured.map((each) => each.milliseconds))}; ${medianOf('cpuSeconds').toFixed(1)} s of one processor`,
      aim: '3 s',
    },
    {
      what: `memory after ${command}: all processes (PSS)`,
      measured: `${medianOf('allMegabytes').toFixed(0)} MB; Node alone ${medianOf('nodeMegabytes').toFixed(0)} MB (RSS)`,
      aim: '400 MB',
    },
  ]
}

function seconds(milliseconds: readonly number[]): string {
  const text = (value: number) => `${(value / 1000).toFixed(1)} s`
  return milliseconds.length === 1
    ? text(median(milliseconds))
    : `${text(median(milliseconds))}, best ${text(Math.min(...milliseconds))}`
}
