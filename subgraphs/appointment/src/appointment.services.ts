/** What the appointment subgraph has besides its tables. */
export interface Services {
  /** After how long a request that nobody confirms lapses. */
  readonly pendingSeconds: number
  /** How long after its end a confirmed visit that nobody came to is marked. */
  readonly noShowGraceSeconds: number
}

/** Reads the settings, by their names in the environment. Throws where one is not a number of seconds. */
export function servicesOf(settings: Readonly<Record<string, string | undefined>>): Services {
  return {
    pendingSeconds: secondsOf(settings, 'PENDING_SECONDS', 86_400),
    noShowGraceSeconds: secondsOf(settings, 'NO_SHOW_GRACE_SECONDS', 7_200),
  }
}

function secondsOf(settings: Readonly<Record<string, string | undefined>>, name: string, otherwise: number): number {
  const given = settings[name]
  if (given === undefined || given === '') return otherwise
  const seconds = Number(given)
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new Error(`${name} is a number of seconds, such as ${otherwise}.`)
  return seconds
}
