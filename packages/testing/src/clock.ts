export interface TestClock {
  readonly now: () => Date
  set(instant: string): void
  advance(milliseconds: number): void
}

/** A clock that stands still until it is told otherwise. */
export function testClock(start = '2027-03-01T08:00:00Z'): TestClock {
  let time = Date.parse(start)
  return {
    now: () => new Date(time),
    set: (instant) => {
      time = Date.parse(instant)
    },
    advance: (milliseconds) => {
      time += milliseconds
    },
  }
}
