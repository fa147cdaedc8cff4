import type { Client } from './client.js'
import { type Clinic, withClinic, withFolder } from './clinic.js'
import type { Figure, Measurement } from './figure.js'
import { fillRows } from './fill-rows.js'
import { inTurns, median } from './numbers.js'
import { daysAhead } from './people.js'

const few = 1_000
const many = 100_000
const turns = 15
const requestsPerTurn = 20

/** What three lists cost in a small clinic and in a large one, which run beside each other. */
export const rows: Measurement = {
  name: 'rows',
  run: () =>
    withFolder((smallFolder) =>
      withFolder((largeFolder) =>
        withClinic({ dataDirectory: smallFolder }, (small) =>
          withClinic({ dataDirectory: largeFolder }, (large) => compare(small, large)),
        ),
      ),
    ),
}

interface Question {
  readonly name: string
  readonly query: string
  readonly variables: object
}

async function compare(small: Clinic, large: Clinic): Promise<Figure[]> {
  const from = nextMonday()
  const questionsOfSmall = questions(from, await fillRows(small.dataDirectory, few, from))
  const questionsOfLarge = questions(from, await fillRows(large.dataDirectory, many, from))
  const figures: Figure[] = []
  for (const [index, ofSmall] of questionsOfSmall.entries()) {
    const ofLarge = questionsOfLarge[index] ?? ofSmall
    const timeOf = (client: Client, question: Question) => () => typicalMilliseconds(client, question)
    await timeOf(small.admin, ofSmall)()
    await timeOf(large.admin, ofLarge)()
    const { a, b, ratio } = await inTurns(turns, timeOf(large.admin, ofLarge), timeOf(small.admin, ofSmall))
    figures.push({
      what: `${ofSmall.name}: 100,000 rows against 1,000`,
      measured: `${median(a).toFixed(1)} ms against ${median(b).toFixed(1)} ms: **${ratio.toFixed(2)}**`,
      aim: '1.2',
    })
  }
  return figures
}

function questions(from: Date, { doctorId }: { doctorId: string }): Question[] {
  const to = new Date(from.getTime() + 31 * 86_400_000)
  const page = 'pageInfo { hasNextPage endCursor }'
  return [
    {
      name: '`openSlots` of a month',
      query:
        'query ($id: ID!, $from: DateTime!, $to: DateTime!) { doctor(id: $id) { openSlots(serviceType: "VISIT", from: $from, to: $to) { startsAt } } }',
      variables: { id: doctorId, from, to },
    },
    {
      name: '`patients(search)`, 20',
      query: `query ($search: String!) { patients(search: $search, first: 20) { edges { node { id name phone } } ${page} } }`,
      variables: { search: 'mart' },
    },
    {
      name: '`patients(search)` of two words, 20',
      query: `query ($search: String!) { patients(search: $search, first: 20) { edges { node { id name phone } } ${page} } }`,
      variables: { search: 'mart gr' },
    },
    {
      name: '`appointments` of a day, 20',
      query: `query ($from: DateTime!, $to: DateTime!) { appointments(filter: { from: $from, to: $to }, first: 20) { edges { node { id startsAt status } } ${page} } }`,
      variables: { from, to: new Date(from.getTime() + 86_400_000) },
    },
  ]
}

function nextMonday(): Date {
  const tomorrow = daysAhead(1)
  return new Date(tomorrow.getTime() + ((8 - tomorrow.getUTCDay()) % 7) * 86_400_000)
}

async function typicalMilliseconds(client: Client, { query, variables }: Question): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < requestsPerTurn; count++) {
    const startedAt = performance.now()
    await client.get(query, variables)
    times.push(performance.now() - startedAt)
  }
  return median(times)
}
