export { type Log, traceOf } from '@caregraph/telemetry'
export { SubgraphUnavailable } from './client.js'
export { type Clinic, dayIn } from './clinic.js'
export {
  type Connection,
  connectionOf,
  connectionType,
  type Page,
  PageArgs,
  pageOf,
} from './connection.js'
export { type Batch, type Context, groupedBy } from './context.js'
export {
  defineSubgraph,
  type Environment,
  type Room,
  type RunningSubgraph,
  type Subgraph,
} from './define-subgraph.js'
export { numberBetween, optionalId, optionalText, phoneNumber, requiredId, requiredText } from './input.js'
export type { Job } from './jobs.js'
export { type Amount, decimalOf, Money, MoneyInput, minorUnitDigits } from './money.js'
export { type Peers, peersOf } from './peers.js'
export { Gender, Identifier, IdentifierInput, identifiersOf } from './person.js'
export { extension, reference } from './reference.js'
export { Allow } from './rules.js'
export {
  DateScalar,
  DateTimeScalar,
  EmailAddressScalar,
  LocalTimeScalar,
  PhoneNumberScalar,
  TimeZoneScalar,
  UrlScalar,
} from './scalars.js'
export { serveSubgraph } from './serve.js'
export { readClinic, settingsReader, WrongSettings } from './settings.js'
export type { OpenedEngine, Surroundings } from './storage.js'
export { streamOf } from './stream.js'
