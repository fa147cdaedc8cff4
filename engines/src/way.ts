import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { host } from './engine.js'

/** A way to a server that can be cut, or swallow all that is said without a word. */
export interface Way {
  readonly url: string
  pass(): void
  /** Ends all connections, and takes no others. */
  cut(): void
  /** Leaves all connections open, takes others, and passes nothing on. Those that were swallowed from end when it passes. */
  swallow(): void
  stop(): Promise<void>
}

/**
 * The same URL, by a way of its own through this process.
 * @param ownPort where it begins, for a server that tells its clients where to come again; any free one otherwise
 */
export async function wayTo(url: string, ownPort = 0): Promise<Way> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const holed = new Set<Socket>()
  let manner: 'pass' | 'cut' | 'swallow' = 'pass'
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    return socket
  }
  const handOn = (from: Socket, to: Socket) => (bytes: Buffer) => {
    if (manner === 'pass') to.write(bytes)
    else holed.add(from)
  }
  const server = createServer((socket) => {
    if (manner === 'cut') return void socket.destroy()
    const client = keep(socket)
    const target = keep(connect(Number(port), hostname))
    client.on('data', handOn(client, target))
    target.on('data', handOn(target, client))
    client.once('close', () => target.destroy())
    target.once('close', () => client.destroy())
  })
  server.listen(ownPort, host)
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
      // What has lost a part of what was said would be taken for something else.
      for (const socket of holed) socket.destroy()
      holed.clear()
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
