/** A line of a Dockerfile, as far as ours uses the language. */
export type Instruction =
  | { readonly name: 'FROM'; readonly rest: string; readonly stage: string }
  | {
      readonly name: 'COPY'
      readonly rest: string
      /** The stage that it copies from; the checkout without it. */
      readonly from: string | undefined
      readonly sources: readonly string[]
      readonly target: string
    }
  | { readonly name: 'WORKDIR' | 'RUN' | 'USER' | 'ENV' | 'CMD'; readonly rest: string }

/** Throws on what it does not know: a step that is left out would be taken for one that works. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  let stages = 0
  return lines.map((line): Instruction => {
    const [name = '', ...words] = line.trim().split(/\s+/)
    const rest = words.join(' ')
    switch (name) {
      case 'FROM':
        return { name, rest, stage: / AS (\w+)$/.exec(rest)?.[1] ?? `stage-${stages++}` }
      case 'COPY':
        return { name, rest, ...copyOf(words) }
      case 'WORKDIR':
      case 'RUN':
      case 'USER':
      case 'ENV':
      case 'CMD':
        return { name, rest }
      default:
        throw new Error(`${name} is not known here: teach it to cluster/src/dockerfile.ts.`)
    }
  })
}

function copyOf(words: readonly string[]) {
  const [first = ''] = words
  const from = first.startsWith('--from=') ? first.slice('--from='.length) : undefined
  const paths = from === undefined ? words : words.slice(1)
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' }
}
