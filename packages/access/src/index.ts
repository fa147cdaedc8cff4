export { type Actor, type Role, roles } from './actor.js'
export {
  may,
  type Owner,
  type Permission,
  permit,
  reachOf,
} from './permissions.js'
export { publishedKeys } from './published-keys.js'
export { createRevocations, type RevocationList, revocationSeconds } from './revocations.js'
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
