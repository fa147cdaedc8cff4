import { randomUUID } from 'node:crypto'
import type { HttpFile, HttpRequest } from '@caregraph/schema'

export interface Sent {
  readonly title: string
  readonly status: number
  readonly body: unknown
}

/** Sends the requests of a file in their order, as an editor does: {{…}} stands for variables and earlier answers. */
export async function sendAll({ requests, variables }: HttpFile, overrides: Record<string, string>): Promise<Sent[]> {
  const values = { ...variables, ...overrides }
  const answers = new Map<string, unknown>()
  const sent: Sent[] = []
  for (const request of requests) {
    const answer = await send(request, (text) => fillIn(text, values, answers))
    if (request.name !== undefined) answers.set(request.name, answer.body)
    sent.push(answer)
  }
  return sent
}

async function send({ title, method, url, headers, body }: HttpRequest, fill: (text: string) => string): Promise<Sent> {
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]))
  const response = await fetch(fill(url), { method, headers: filled, ...(body === '' ? {} : { body: fill(body) }) })
  const isJson = response.headers.get('content-type')?.includes('json')
  return { title, status: response.status, body: isJson ? await response.json() : await response.text() }
}

function fillIn(text: string, variables: Record<string, string>, answers: ReadonlyMap<string, unknown>): string {
  return text.replace(/\{\{(.+?)\}\}/g, (_, expression: string) => {
    if (expression === '$guid') return randomUUID()
    if (expression.startsWith('$datetime')) return dateOf(expression)
    const [name = '', path] = expression.split('.response.body.$.')
    const value = path === undefined ? variables[name] : valueAt(answers.get(name), path)
    if (typeof value !== 'string') throw new Error(`{{${expression}}} has no value`)
    return value
  })
}

function valueAt(answer: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], answer)
}

/** `$datetime iso8601 20 d` is in twenty days; `$datetime 'YYYY-MM-DD'` is today. */
function dateOf(expression: string): string {
  const days = Number(/ (-?\d+) d$/.exec(expression)?.[1] ?? 0)
  const instant = new Date(Date.now() + days * 86_400_000).toISOString()
  return expression.includes('YYYY-MM-DD') ? instant.slice(0, 10) : instant
}
