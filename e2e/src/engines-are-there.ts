import { engines, isListening } from '@caregraph/engines'

const areThere = await Promise.all(
  Object.values(engines).map(({ url, variable }) => {
    const { hostname, port } = new URL((process.env[variable] ?? url).replace(/,.*/, ''))
    return isListening(Number(port), hostname)
  }),
)

/** Whether a clinic finds its engines. Where they are required it is opened in any case, and says which are missing. */
export const enginesAreThere = areThere.every(Boolean) || process.env['ENGINES'] === 'required'
