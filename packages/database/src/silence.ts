import type { Socket } from 'node:net'

/** How long a statement may take before the server itself ends it. */
export const statementMilliseconds = 15_000
const silentMilliseconds = statementMilliseconds + 1_000

/**
 * The other side of it: how long a server waits for a client in the middle of a transaction, or on a line on which nobody
 * answers. A machine that lost its power says no goodbye, and the rows that it had locked would stay locked for as long
 * as the server's kernel believes in the line: two hours.
 */
export const silentClientMilliseconds = 20_000

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
