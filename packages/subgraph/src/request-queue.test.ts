import { expect, it } from 'vitest'
import { requestQueue } from './request-queue.js'

it('lets so many in at once, so many wait, and turns the others away', () => {
  const queue = requestQueue({ atOnce: 2, waiting: 1 })
  const turns: string[] = []
  const enter = (name: string) => queue.enter((isIn) => turns.push(`${name} ${isIn ? 'in' : 'away'}`))
  const leaves = ['a', 'b', 'c', 'd'].map(enter)
  expect(turns).toEqual(['a in', 'b in', 'd away'])
  leaves[1]?.()
  expect(turns).toEqual(['a in', 'b in', 'd away', 'c in'])
})

it('takes those who wait in their order, without those who went', () => {
  const queue = requestQueue({ atOnce: 1, waiting: 3 })
  const turns: string[] = []
  const [leaveA, leaveB, leaveC] = ['a', 'b', 'c', 'd'].map((name) => queue.enter((isIn) => isIn && turns.push(name)))
  leaveB?.()
  leaveA?.()
  leaveA?.()
  expect(turns).toEqual(['a', 'c'])
  leaveC?.()
  expect(turns).toEqual(['a', 'c', 'd'])
})

it('is closed for all who are not inside', () => {
  const queue = requestQueue({ atOnce: 1, waiting: 1 })
  const turns: boolean[] = []
  const leave = queue.enter((isIn) => turns.push(isIn))
  queue.enter((isIn) => turns.push(isIn))
  queue.close()
  leave()
  queue.enter((isIn) => turns.push(isIn))
  expect(turns).toEqual([true, false, false])
})
