export { type Actor, type Role, roles } from './actor.js'
export {
  may,
  type Owner,
  type Permission,
  permissions,
  permit,
  type Reach,
  reachOf,
  scopeOf,
} from './permissions.js'
export {
  accessTokenSeconds,
  accessTokenType,
  bearerToken,
  createTokenVerifier,
  InvalidToken,
  type Revocations,
  tokenAudience,
  tokenIssuer,
  type VerifyToken,
} from './tokens.js'
