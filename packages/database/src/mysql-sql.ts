/**
 * A statement as it is written here once for all engines, in MySQL's form: `$1` is a question mark, and a list that is
 * compared with `= ANY ($1)` or `<> ALL ($1)` stands in the text. Other lists, and objects, become JSON. No text in quotes holds a `$1`.
 */
export function inMysql(
  text: string,
  parameters: readonly unknown[],
): {
  sql: string
  values: unknown[]
  /** Whether the text is the same whatever the values are. */
  isFixed: boolean
} {
  const values: unknown[] = []
  let isFixed = true
  const sql = text.replace(placeholder, (_, comparison: string | undefined, inList: string, single: string) => {
    if (comparison === undefined) {
      values.push(inMysqlValue(parameters[Number(single) - 1]))
      return '?'
    }
    const list = parameters[Number(inList) - 1] as readonly unknown[]
    isFixed = false
    // No list may be empty: nothing is in one, and everything that is known is outside.
    if (list.length === 0) return comparison === '= ANY' ? 'IN (NULL)' : 'IS NOT NULL'
    values.push(list)
    return comparison === '= ANY' ? 'IN (?)' : 'NOT IN (?)'
  })
  return { sql, values, isFixed }
}

const placeholder = /(= ANY|<> ALL) \(\$(\d+)\)|\$(\d+)/g

function inMysqlValue(value: unknown): unknown {
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value)
  return isPlain ? JSON.stringify(value) : value
}
