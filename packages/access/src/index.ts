export { type Actor, type Role, roles } from './actor.js'
export {
  followRevocations,
  publishedRevocations,
  revocationBell,
  revocationsPath,
} from './follow-revocations.js'
export {
  may,
  type Owner,
  type Permission,
  permit,
  reachOf,
} from './permissions.js'
export { publishedKeys } from './published-keys.js'
export { createRevocations, type RevocationList, type Revoked, revocationSeconds } from './revocations.js'
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
