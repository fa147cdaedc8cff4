/** Chance that can be seen again: the same SEED gives the same numbers. The seed is printed with the story's name. */
export interface Random {
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  of<Item>(items: readonly Item[]): Item
}

export function seededRandom(story: string): Random {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`${story}: SEED=${seed}`)
  let state = seed
  // Mulberry32, by Tommy Ettinger: 32 bits of state, which is enough to shuffle a clinic.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    between,
    of: (items) => {
      if (items.length === 0) throw new Error('there is nothing to choose from')
      return items[between(0, items.length - 1)] as (typeof items)[number]
    },
  }
}
