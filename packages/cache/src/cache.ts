/** How often something was counted in a window, this time included. */
export interface Counted {
  readonly count: number
  readonly endsInMilliseconds: number
}

export interface Limit {
  /** Whom or what it counts against. May be personal: it leaves this process only as a keyed hash. */
  readonly key: string
  readonly most: number
}

/** Either it was noted, and can be taken back, or one of the limits was reached and it was not. */
export type Noted =
  | { readonly takeBack: () => Promise<void> }
  | { readonly takeBack: undefined; readonly freeInMilliseconds: number }

/** What is remembered, and for how long at most. */
export interface Remembered {
  /** What it is forgotten with: words of the program, never of a person. */
  readonly topic: string
  readonly key: string
  readonly seconds: number
}

/**
 * What all copies of a process share, or one process has for itself. Nothing here is the truth of anything: it may be
 * gone at any moment. No method rejects for the cache's own sake, and none waits longer than a fraction of a second.
 */
export interface Cache {
  /** Counts one more of the key, in a window that begins with the first one. */
  countInWindow(key: string, windowMilliseconds: number): Promise<Counted>
  /**
   * Notes something that happens now against all limits, or against none where one of them was reached within the
   * window. Of many at the same time no more than the limit are noted.
   */
  note(limits: readonly Limit[], windowMilliseconds: number): Promise<Noted>
  /**
   * What was remembered of the key, or else what `load` answers, as JSON keeps it. It is remembered then, unless its
   * topic was forgotten after the load began: so nothing that is outdated comes back.
   */
  remember<Value>(what: Remembered, load: () => Promise<Value>): Promise<Value>
  /** Once this has resolved, nothing of the topic is answered that was loaded before it was called. */
  forget(topic: string): Promise<void>
  /** Tells every process that listens that there is something to look at. It may not be heard: look from time to time. */
  ring(bell: string): void
  /** `listen` is also called when rings may have been missed. It must not throw. */
  onRing(bell: string, listen: () => void): () => void
  close(): Promise<void>
}
