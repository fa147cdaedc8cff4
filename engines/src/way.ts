import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { host } from './engine.js'

/** A way to a server that can be cut, or swallow all that is said without a word. */
export interface Way {
  readonly url: string
  pass(): void
  /** Ends all connections, and takes no others. */
  cut(): void
  /** Leaves all connections open, takes others, and passes nothing on. */
  swallow(): void
  stop(): Promise<void>
}

/** The same URL, by a way of its own through this process. */
export async function wayTo(url: string): Promise<Way> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let manner: 'pass' | 'cut' | 'swallow' = 'pass'
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    return socket
  }
  const server = createServer((socket) => {
    if (manner === 'cut') return void socket.destroy()
    const client = keep(socket)
    const target = keep(connect(Number(port), hostname))
    client.on('data', (bytes) => manner === 'pass' && target.write(bytes))
    target.on('data', (bytes) => manner === 'pass' && client.write(bytes))
    client.once('close', () => target.destroy())
    target.once('close', () => client.destroy())
  })
  server.listen(0, host)
  await once(server, 'listening')
  const own = new URL(url)
  own.host = `${host}:${(server.address() as AddressInfo).port}`
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: own.href,
    pass() {
      manner = 'pass'
    },
    cut() {
      manner = 'cut'
      destroyAll()
    },
    swallow() {
      manner = 'swallow'
    },
    async stop() {
      destroyAll()
      server.close()
      await once(server, 'close')
    },
  }
}
