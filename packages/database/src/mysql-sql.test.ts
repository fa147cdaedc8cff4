import { describe, expect, it } from 'vitest'
import { inMysql } from './mysql-sql.js'

describe('a statement in MySQL’s form', () => {
  it('has its values where they are named, also twice and in another order', () => {
    const { sql, values, isFixed } = inMysql('SELECT $2, $1, $2, $10', ['a', 'b', ...Array(7), 'j'])
    expect({ sql, values, isFixed }).toEqual({ sql: 'SELECT ?, ?, ?, ?', values: ['b', 'a', 'b', 'j'], isFixed: true })
  })

  it('holds a list in its text', () => {
    const { sql, values, isFixed } = inMysql('WHERE id = ANY ($1) AND term <> ALL ($2)', [['a', 'b'], [1]])
    expect({ sql, isFixed }).toEqual({ sql: 'WHERE id IN (?) AND term NOT IN (?)', isFixed: false })
    expect(values).toEqual([['a', 'b'], [1]])
  })

  it('finds nothing in an empty list, and everything outside of it', () => {
    const { sql, values } = inMysql('WHERE id = ANY ($1) AND term <> ALL ($1) AND age > $2', [[], 3])
    expect({ sql, values }).toEqual({ sql: 'WHERE id IN (NULL) AND term IS NOT NULL AND age > ?', values: [3] })
  })

  it('gives objects and other lists as JSON, and nothing else: an instant, bytes, null', () => {
    const given = [{ a: [1] }, [1, 2], new Date(0), Buffer.from('x'), null]
    expect(inMysql('$1 $2 $3 $4 $5', given).values).toEqual(['{"a":[1]}', '[1,2]', ...given.slice(2)])
  })
})
