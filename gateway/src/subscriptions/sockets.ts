import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { sharedAbort } from '@caregraph/subgraph/caller'
import { metrics } from '@caregraph/telemetry'
import { handleProtocols, type Server as Protocol } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Limits } from '../limits.js'
import { type Closing, type Connection, closing } from './protocol.js'

export interface Sockets {
  /** Tells every client to come back later, and ends the sockets that do not listen. */
  stop(): Promise<void>
}

const pingEveryMilliseconds = 30_000
/** A peer that does not answer a close frame is not waited for any longer. */
const closeWithinMilliseconds = 1_000
/** What may wait to be written to one socket: whoever does not read is cut off, instead of filling the memory. */
const mostBytesWaiting = 4 * 1024 * 1024

/** Takes WebSockets at `path` of an HTTP server, within the limits, and speaks the protocol with each. */
export function serveSockets(
  http: Server,
  options: {
    path: string
    protocol: Protocol<Connection>
    limits: Limits
    addressOf: (request: IncomingMessage) => string
  },
): Sockets {
  const { path, protocol, limits, addressOf } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes, handleProtocols })
  const countByAddress = new Map<string, number>()

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const address = addressOf(request)
    const count = countByAddress.get(address) ?? 0
    stream.on('error', () => stream.destroy())
    if (request.url?.split('?')[0] !== path) return refuse(stream, '404 Not Found')
    if (count >= limits.socketsPerAddress) return refuse(stream, '429 Too Many Requests')
    if (server.clients.size >= limits.sockets) return refuse(stream, '503 Service Unavailable')
    server.handleUpgrade(request, stream, head, (socket) => {
      countByAddress.set(address, count + 1)
      socket.once('close', () => {
        const left = (countByAddress.get(address) ?? 1) - 1
        if (left > 0) countByAddress.set(address, left)
        else countByAddress.delete(address)
      })
      converse(socket, { address, userAgent: request.headers['user-agent'] }, protocol)
    })
  }
  http.on('upgrade', upgrade)
  const unread = metrics.openSockets.readBy(() => [{ labels: {}, value: server.clients.size }])
  const pings = setInterval(() => server.clients.forEach(ping), pingEveryMilliseconds)

  return {
    async stop() {
      http.off('upgrade', upgrade)
      clearInterval(pings)
      unread()
      await Promise.all(Array.from(server.clients, (socket) => closed(socket, closing.goingAway)))
    },
  }
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

type Client = Pick<Connection, 'address' | 'userAgent'>

function converse(socket: WebSocket, client: Client, protocol: Protocol<Connection>): void {
  const gone = sharedAbort()
  const close = (why: Closing) => {
    gone.abort()
    void closed(socket, why)
  }
  // A frame that is too large, or not one at all: ws closes the socket with the code for it.
  socket.on('error', () => {})
  const ended = protocol.opened(
    {
      protocol: socket.protocol,
      close: (code, reason) => socket.close(code, reason),
      send: (message) => send(socket, message, close),
      onMessage: (take) =>
        socket.on('message', (message) => {
          take(String(message)).catch(() => socket.close(4500, 'Internal server error'))
        }),
    },
    { ...client, signal: gone.signal, close },
  )
  socket.once('close', (code, reason) => {
    gone.abort()
    ended(code, String(reason)).catch(() => {})
  })
}

/** Resolves when the message is on its way, so that nobody makes more of them than the client takes. */
function send(socket: WebSocket, message: string, close: (why: Closing) => void): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve()
    if (socket.bufferedAmount > mostBytesWaiting) {
      close(closing.tooSlow)
      return resolve()
    }
    socket.send(message, () => resolve())
  })
}

function closed(socket: WebSocket, { code, reason }: Closing): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve()
    const impatience = setTimeout(() => socket.terminate(), closeWithinMilliseconds)
    socket.once('close', () => {
      clearTimeout(impatience)
      resolve()
    })
    socket.close(code, reason)
  })
}

const silent = new WeakSet<WebSocket>()

/** A cable that was cut says nothing: whoever did not answer the last ping is gone. */
function ping(socket: WebSocket): void {
  if (silent.has(socket)) {
    socket.terminate()
    return
  }
  silent.add(socket)
  socket.once('pong', () => silent.delete(socket))
  socket.ping()
}
