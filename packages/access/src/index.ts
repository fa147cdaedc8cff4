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
export { createRevocations, type RevocationList, type Revocations, revocationSeconds } from './revocations.js'
export {
  accessTokenSeconds,
  accessTokenType,
  bearerToken,
  createTokenVerifier,
  InvalidToken,
  tokenAudience,
  tokenIssuer,
  type VerifyToken,
} from './tokens.js'
