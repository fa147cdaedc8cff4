/** The clock of the whole clinic. It can be set back while a demo's past is being lived through, and only then. */
export interface ClinicClock {
  readonly now: () => Date
  /** Goes on from that instant; without one, from what the machine's clock says. */
  set(instant?: Date): void
}

export function clinicClock(): ClinicClock {
  let offset = 0
  return {
    now: () => new Date(Date.now() + offset),
    set: (instant) => {
      offset = instant === undefined ? 0 : instant.getTime() - Date.now()
    },
  }
}
