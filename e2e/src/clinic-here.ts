import { freePort } from '@caregraph/embedded-postgres'
import { openClinic, type RunningClinic, readSettings } from '@caregraph/standalone'
import { administrator, removeFolder, temporaryFolder } from './process.js'

/** A clinic within the process of the test, for what cannot be done to one from outside. */
export async function openClinicHere(): Promise<{ clinic: RunningClinic; url: string; close(): Promise<void> }> {
  const port = await freePort()
  const dataDirectory = await temporaryFolder()
  const settings = readSettings({
    PORT: String(port),
    DATA_DIR: dataDirectory,
    DEMO: 'off',
    ADMIN_EMAIL: administrator.email,
    ADMIN_PASSWORD: administrator.password,
  })
  const clinic = await openClinic(settings, { info: () => undefined, error: () => undefined })
  return {
    clinic,
    url: `http://localhost:${port}`,
    async close() {
      await clinic.stop()
      await removeFolder(dataDirectory)
    },
  }
}
