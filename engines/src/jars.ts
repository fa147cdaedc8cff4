import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/**
 * Runs a server that is started often and does little: with one collector thread and the quick compiler alone, a start
 * costs a third less of the processor.
 */
export const java = (folder: string, ...options: string[]): string[] => [
  ...['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...options],
  ...['-cp', join(folder, 'jars', '*')],
]

/** The folder of this workspace that holds what a server in Java is made of. */
export const recipe = (name: string, file: string) => fileURLToPath(new URL(`../${name}/${file}`, import.meta.url))

/** Brings the server's jars from Maven Central to `jars`: all of them, or none. */
export async function copyJars(
  name: string,
  folder: string,
  run: (command: readonly string[]) => Promise<void>,
): Promise<void> {
  const half = join(folder, 'jars.part')
  const options = [`-DoutputDirectory=${half}`, '-DincludeScope=runtime']
  await run(['mvn', '-q', '-B', '-f', recipe(name, 'pom.xml'), `${plugin}:copy-dependencies`, ...options])
  await rename(half, join(folder, 'jars'))
}
