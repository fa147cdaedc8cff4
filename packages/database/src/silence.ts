import type { Socket } from 'node:net'

/** How long a statement may take before the server itself ends it. */
export const statementMilliseconds = 15_000
const silentMilliseconds = statementMilliseconds + 1_000

/**
 * Ends a connection on which a statement waits longer than its server would let it: the line was cut without a word.
 * Else the statement would wait for ever, and its connection would be missing in the pool until the next start.
 * @param isAsked whether a statement is under way that has such a limit
 */
export function endWhenSilent(socket: Socket, isAsked: () => boolean): void {
  socket.setTimeout(silentMilliseconds)
  socket.on('timeout', () => {
    if (!isAsked()) return
    const silence = new Error('the database says nothing any more')
    socket.destroy(Object.assign(silence, { code: 'ETIMEDOUT' }))
  })
}
