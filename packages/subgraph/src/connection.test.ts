import { describe, expect, it } from 'vitest'
import { connectionOf, type KeyKind, pageOf } from './connection.js'

const id = '01890000-0000-7000-8000-000000000001'
const rows = ['ada', 'ben', 'éva', '李'].map((name) => ({ name, id }))

function pageOfNames(first: number, after?: string | null, list = 'patients') {
  const page = pageOf({ first, after: after ?? null }, list, ['text', 'id'])
  const from = page.after === undefined ? 0 : rows.findIndex(({ name }) => name === page.after?.[0]) + 1
  return connectionOf({
    page,
    list,
    rows: rows.slice(from, from + page.limit),
    keysOfRow: (row) => [row.name, row.id],
    nodeOf: (row) => row.name,
    totalCount: async () => rows.length,
  })
}

const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
const badInput = (field: string) => expect.objectContaining({ code: 'BAD_USER_INPUT', params: { field } })

describe('a list', () => {
  it('is read page by page to its end, each row once', () => {
    const read: string[] = []
    let after: string | null = null
    do {
      const { edges, pageInfo } = pageOfNames(2, after)
      read.push(...edges.map(({ node }) => node))
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor)
      expect(pageInfo.startCursor).toBe(edges[0]?.cursor)
      expect(pageInfo.hasPreviousPage).toBe(after !== null)
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    } while (after !== null)
    expect(read).toEqual(rows.map(({ name }) => name))
  })

  it('has no next page when the last row just fits, and no cursors where it is empty', () => {
    expect(pageOfNames(4).pageInfo.hasNextPage).toBe(false)
    expect(pageOfNames(3).pageInfo.hasNextPage).toBe(true)
    const { edges, pageInfo } = pageOfNames(4, pageOfNames(4).pageInfo.endCursor)
    expect([edges, pageInfo]).toEqual([
      [],
      { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    ])
  })

  it.each([1, 20, 100])('has pages of %i', (first) => {
    expect(pageOf({ first, after: null }, 'patients', []).limit).toBe(first + 1)
  })

  it('has pages of 20 where nobody says how many', () => {
    expect(pageOf({ first: null }, 'patients', []).first).toBe(20)
    expect(pageOf({}, 'patients', []).first).toBe(20)
  })

  it.each([0, -1, 101, 1_000_000_000, Number.NaN])('has no pages of %d', (first) => {
    expect(() => pageOf({ first }, 'patients', [])).toThrow(badInput('first'))
  })
})

describe('a cursor', () => {
  const read = (after: string, kinds: readonly KeyKind[] = ['text', 'id']) =>
    pageOf({ first: 1, after }, 'patients', kinds)

  it('gives back the keys of its row, whatever their letters', () => {
    for (const { name } of rows) expect(read(cursorOf('patients', name, id)).after).toEqual([name, id])
  })

  it.each([
    ['of another list', cursorOf('doctors', 'ada', id)],
    ['with a key too few', cursorOf('patients', 'ada')],
    ['with a key too many', cursorOf('patients', 'ada', id, 'more')],
    ['with a number for a text', cursorOf('patients', 7, id)],
    ['with a list for a text', cursorOf('patients', ['ada'], id)],
    ['with a text that no database keeps', cursorOf('patients', 'a\0', id)],
    ['with an id that is none', cursorOf('patients', 'ada', "' OR 1 = 1")],
    ['that is an object', Buffer.from(JSON.stringify({ length: 3, 0: 'patients' })).toString('base64url')],
    ['that is null', Buffer.from('null').toString('base64url')],
    ['cut off', cursorOf('patients', 'ada', id).slice(0, -8)],
    ['of garbage', '%%%%'],
    ['that is empty', ''],
    ['of another alphabet', 'Ünïcödé'],
  ])('%s is refused', (_, cursor) => {
    expect(() => read(cursor)).toThrow(badInput('after'))
  })

  it.each([
    ['2027-03-01T09:00:00Z', true],
    ['2027-03-01T09:00:00.123456Z', true],
    ['0000-01-01T00:00:00Z', false],
    ['2027-02-30T09:00:00Z', false],
    ['2027-13-01T09:00:00Z', false],
    ['2027-03-01T25:00:00Z', false],
    ['2027-03-01T09:00:00', false],
    ['now', false],
    ['infinity', false],
  ])('takes %s for an instant: %s', (key, isTaken) => {
    const take = () => read(cursorOf('patients', key), ['instant'])
    if (isTaken) expect(take().after).toEqual([key])
    else expect(take).toThrow(badInput('after'))
  })
})
