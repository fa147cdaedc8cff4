import { runSubgraph } from '@caregraph/subgraph/process'
import { auth, ensureAdministrator } from './index.js'

await runSubgraph(auth, async ({ database }, variables, now) => {
  const wanted = { email: variables['ADMIN_EMAIL'] || undefined, password: variables['ADMIN_PASSWORD'] || undefined }
  const made = await ensureAdministrator(database, wanted, now)
  // The only moment at which it can be shown.
  if (made?.isPasswordMade) console.log(`The first administrator is ${made.email} with the password ${made.password}`)
})
