import { openClinic, readSettings } from '@caregraph/standalone'
import { serveSubgraph } from '@caregraph/subgraph'

/**
 * The clinic in one process, as `npm start` runs it, of which every subgraph also answers over HTTP: SUBGRAPH_PORTS is
 * an object of ports by name.
 */
const ports = JSON.parse(process.env['SUBGRAPH_PORTS'] ?? '{}') as Record<string, number>
const clinic = await openClinic(readSettings(process.env), {
  info: () => undefined,
  error: (message, details) => console.error(message, details),
})
for (const [name, port] of Object.entries(ports)) {
  const subgraph = clinic.subgraphs.get(name)
  if (subgraph !== undefined) await serveSubgraph(subgraph, { port })
}
process.once('SIGTERM', async () => {
  await clinic.stop()
  process.exit(0)
})
