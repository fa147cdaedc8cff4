import { engines, isListening } from '@caregraph/engines'

/** Whether all engines of a clinic can be had, at their variables or where `npm run engines -- up` has them. */
export const enginesAreThere = (
  await Promise.all(
    Object.values(engines).map(({ url, variable }) => {
      const { hostname, port } = new URL((process.env[variable] ?? url).replace(/,.*/, ''))
      return isListening(Number(port), hostname)
    }),
  )
).every(Boolean)
