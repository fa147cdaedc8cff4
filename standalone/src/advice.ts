import { WrongAdministrator } from '@caregraph/auth'
import { DataDirectoryInUse } from '@caregraph/embedded-postgres'
import { WrongSettings } from '@caregraph/subgraph'

/** What to do about a start that failed. Nothing where whoever started it can do nothing: then the fault is ours. */
export function adviceOn(error: unknown): string | undefined {
  if (error instanceof WrongSettings || error instanceof DataDirectoryInUse || error instanceof WrongAdministrator) {
    return error.message
  }
  if (!(error instanceof Error)) return undefined
  const { code, syscall, port, path } = error as { code?: string; syscall?: string; port?: number; path?: string }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program: stop it, or choose another with PORT=4005 npm start.`
  }
  if (syscall === 'listen')
    return `${error.message}. Choose another address with PORT=4005 or HOST=localhost npm start.`
  const isFolder =
    path !== undefined && ['EACCES', 'EEXIST', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EROFS'].includes(code ?? '')
  return isFolder ? `${error.message}. Choose a folder of your own with DATA_DIR=./my-data npm start.` : undefined
}
