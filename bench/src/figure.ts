/** One line of the table: what was measured, and how far that is from what it is to be. */
export interface Figure {
  readonly what: string
  readonly measured: string
  readonly aim: string
}

export interface Measurement {
  readonly name: string
  /** Rejects where something is missing that the work cannot bring itself. */
  readonly require?: () => Promise<void>
  /** Does the work and cleans up after itself. */
  run(): Promise<readonly Figure[]>
}

const begin = '<!-- npm run bench -- --write: begin -->'
const end = '<!-- npm run bench -- --write: end -->'

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, measured, aim }) => `| ${what} | ${measured} | ${aim} |`)
  return ['| what | measured | aim |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Puts the text between the page's marks. Throws where the page has none. */
export function writtenInto(page: string, text: string): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error(`The page has no place between ${begin} and ${end}.`)
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`
}
