import { parseArgs } from 'node:util'
import type { CopiesOf } from './plan.js'

export const usage = `usage: npm run cluster -- up [--copies <room>=<number> …]
       npm run cluster -- down [name …]
       npm run cluster -- status
       npm run cluster -- logs <name> [--follow]
       npm run cluster -- kill <name> …

up      starts the engines, and every process of the clinic that does not run yet
down    SIGTERM, and SIGKILL for whoever has not ended after 10 s; the engines go on
kill    SIGKILL
logs    the last lines of what it has written

A second copy of a room is called room#2: npm run cluster -- up --copies appointment=2 --copies gateway=2
The settings of docs/operating.md are read from the environment of "up": ADMIN_EMAIL=… npm run cluster -- up`

export type Command =
  | { readonly act: 'up'; readonly copiesOf: CopiesOf | undefined }
  | { readonly act: 'down' | 'kill'; readonly names: readonly string[] }
  | { readonly act: 'status' | 'help' }
  | { readonly act: 'logs'; readonly name: string; readonly follow: boolean }

/** The arguments were none of the usage's; the message says which. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** More would only take each other's connections to the engines. */
const mostCopies = 9

/** @param rooms the names of those that can have copies */
export function readCommand(given: readonly string[], rooms: readonly string[]): Command {
  const { values, positionals } = parse(given)
  const [act, ...names] = positionals
  if (values.help || act === undefined) return { act: 'help' }
  if (values.copies !== undefined && act !== 'up') throw new WrongUsage('--copies belongs to up.')
  if (values.follow && act !== 'logs') throw new WrongUsage('--follow belongs to logs.')
  if (act === 'up' || act === 'status') {
    if (names.length > 0) throw new WrongUsage(`${act} takes no names.`)
    return act === 'up' ? { act, copiesOf: values.copies && readCopies(values.copies, rooms) } : { act }
  }
  if (act === 'down') return { act, names }
  if (act === 'kill') {
    if (names.length === 0) throw new WrongUsage('kill wants a name.')
    return { act, names }
  }
  if (act === 'logs') {
    const [name, ...others] = names
    if (name === undefined || others.length > 0) throw new WrongUsage('logs wants one name.')
    return { act, name, follow: values.follow ?? false }
  }
  throw new WrongUsage(`There is no ${act}.`)
}

function parse(given: readonly string[]) {
  const options = {
    copies: { type: 'string', multiple: true },
    follow: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true })
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

function readCopies(given: readonly string[], rooms: readonly string[]): CopiesOf {
  return Object.fromEntries(
    given.map((each) => {
      const [room = '', text = ''] = each.split('=')
      const count = Number(text)
      if (!rooms.includes(room)) throw new WrongUsage(`There is no ${room}: the rooms are ${rooms.join(', ')}.`)
      if (!Number.isInteger(count) || count < 1 || count > mostCopies) {
        throw new WrongUsage(`--copies ${each}: give a whole number from 1 to ${mostCopies}.`)
      }
      return [room, count]
    }),
  )
}
