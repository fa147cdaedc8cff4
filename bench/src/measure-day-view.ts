import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '@caregraph/embedded-postgres'
import { clientOf } from './client.js'
import { answering, startProgram, stopProgram, withClinic, withFolder } from './clinic.js'
import type { Figure, Measurement } from './figure.js'
import { inTurns, median } from './numbers.js'
import { addDoctors, book, daysAhead, registerPatients, saveServiceType } from './people.js'

const visits = 20
const doctors = 4
const connections = 10
const secondsPerTurn = 4
const turns = 5

const dayView = `query DayView($from: DateTime!, $to: DateTime!) {
  appointments(filter: { from: $from, to: $to }, first: ${visits}) {
    edges {
      node {
        id
        startsAt
        endsAt
        status
        allowedActions
        patient { name phone dateOfBirth }
        doctor { name specialization }
        invoice { number status balance { minorUnits currency } }
      }
    }
  }
}`

const program = (name: string) => [process.execPath, fileURLToPath(new URL(name, import.meta.url))]

/** The desk's view of a day, through our gateway and through a stock one to the same subgraphs. */
export const dayViews: Measurement = {
  name: 'day-view',
  async run() {
    const ports: Record<string, number> = {}
    for (const name of ['auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics']) {
      ports[name] = await freePort()
    }
    const environment = { NODE_ENV: 'production', SUBGRAPH_PORTS: JSON.stringify(ports) }
    return withFolder((dataDirectory) =>
      withClinic({ dataDirectory, command: program('open-house.js'), environment }, async ({ admin, url }) => {
        await saveServiceType(admin)
        const variables = await fillDay(admin)
        const port = await freePort()
        const stockUrl = `http://localhost:${port}`
        const stock = startProgram(program('stock-gateway.js'), { ...environment, PORT: String(port) })
        try {
          await answering(`${stockUrl}/?query={__typename}`, stock)
          return await compare({ url, stockUrl, token: admin.token ?? '', variables })
        } finally {
          await stopProgram(stock)
        }
      }),
    )
  },
}

type Admin = ReturnType<typeof clientOf>
type Days = { readonly from: Date; readonly to: Date }

async function fillDay(admin: Admin): Promise<Days> {
  const [doctorIds, patientIds] = await Promise.all([addDoctors(admin, doctors), registerPatients(admin, visits)])
  const from = daysAhead(2)
  for (const [index, patientId] of patientIds.entries()) {
    const startsAt = new Date(from.getTime() + Math.floor(index / doctors) * 3_600_000)
    await book(admin, { patientId, doctorId: doctorIds[index % doctors] ?? '', startsAt })
  }
  return { from, to: daysAhead(3) }
}

interface Comparison {
  readonly url: string
  readonly stockUrl: string
  readonly token: string
  readonly variables: Days
}

async function compare({ url, stockUrl, token, variables }: Comparison): Promise<Figure[]> {
  const answers = await Promise.all(
    [url, stockUrl].map(async (each) => JSON.stringify(await clientOf(each, token).get(dayView, variables))),
  )
  if (answers[0] !== answers[1]) throw new Error('the two gateways answer differently')
  const body = JSON.stringify({ query: dayView, variables })
  const rateOf = (target: string) => async () => {
    const options = { url: target, token, body, connections, seconds: secondsPerTurn }
    const [node = '', ...load] = program('load.js')
    const { stdout } = await promisify(execFile)(node, [...load, JSON.stringify(options)])
    return Number(stdout)
  }
  await rateOf(url)()
  await rateOf(stockUrl)()
  const { a, b, ratio } = await inTurns(turns, rateOf(url), rateOf(stockUrl))
  return [
    {
      what: `day views a second, ${connections} connections, against a stock ApolloGateway on the same subgraphs`,
      measured: `${median(a).toFixed(0)} against ${median(b).toFixed(0)}: **${ratio.toFixed(1)} times**`,
      aim: '5 times',
    },
  ]
}
