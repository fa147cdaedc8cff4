export const host = '127.0.0.1'

/** The usual port, further on by ENGINES_PORT_OFFSET: so a second set of engines runs beside the first. */
export const portOf = (usual: number): number => usual + Number(process.env['ENGINES_PORT_OFFSET'] ?? 0)

/** A server that production has on machines of its own, as it is run here: one process on the loopback. */
export interface Engine {
  readonly name: string
  readonly port: number
  readonly url: string
  /** The variable of the environment that gives the URL of another server than this one. */
  readonly variable: string
  /** A program that it needs, and Debian's packages that bring it. */
  readonly program: string
  readonly packages: readonly string[]
  /** Debian's account for it, where the server refuses to be run by root. */
  readonly account?: string
  /** What it writes to its log once it can be used. */
  readonly readyLine: string
  /** Makes what the first start needs, in the empty folder. `run` runs a command there, as the server will be run. */
  prepare(folder: string, run: (command: readonly string[]) => Promise<void>): Promise<void>
  /** The server's command line. It holds the folder, by which its process is recognised. */
  command(folder: string): readonly string[]
}
