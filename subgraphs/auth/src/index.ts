import { revocationsPath } from '@caregraph/access'
import { searchTables } from '@caregraph/database'
import { defineSubgraph, reference } from '@caregraph/subgraph'
import { openAuthServices } from './auth-services.js'
import { loadUsers } from './find-users.js'
import { userTables } from './migrations/users.js'
import { publishRevoked } from './revoked.js'
import { forgetOldSessions } from './session.tables.js'
import { publicKeys, rotateSigningKeys } from './signing-keys.js'
import { SessionRow, UserRow } from './user.entity.js'
import { UserResolver } from './user.resolver.js'

export { ensureAdministrator, type NewAdministrator, WrongAdministrator } from './ensure-administrator.js'

/** Less than a new key is published before it signs. */
const keysMayBeKeptSeconds = 300

export const auth = defineSubgraph({
  name: 'auth',
  resolvers: [UserResolver],
  references: { User: reference('user:read', loadUsers) },
  tables: { entities: [UserRow, SessionRow], migrations: [...searchTables, userTables] },
  services: openAuthServices,
  routes: {
    [revocationsPath]: (request, { database, now }) => publishRevoked(request, database, now()),
    '/.well-known/jwks.json': async (_, { database }) =>
      Response.json(await publicKeys(database), {
        headers: { 'cache-control': `public, max-age=${keysMayBeKeptSeconds}` },
      }),
  },
  jobs: [
    {
      name: 'forget-old-sessions',
      everySeconds: 3_600,
      run: ({ database, now }) => forgetOldSessions(database, now()),
    },
    {
      name: 'rotate-signing-keys',
      everySeconds: 3_600,
      run: ({ database, services, now }) => rotateSigningKeys(database, services.seal, now()),
    },
  ],
})
