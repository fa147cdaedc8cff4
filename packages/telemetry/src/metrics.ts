import { counter, gauge, histogram } from './metric.js'

/** A label says one of these words, and nothing that came with a request: there are as many series as lines here. */
const rooms: readonly string[] = ['auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics']
const topics: readonly string[] = rooms.map((room) => `${room}-events`)
const operations = ['query', 'mutation', 'subscription'] as const
/** `refused` is what the caller can mend; `failed` is a fault of ours, or a department that is away. */
const outcomes = ['ok', 'refused', 'failed'] as const

/** All figures of the house. What a process does not have is not among its own. */
export const metrics = {
  httpRequests: histogram({
    name: 'caregraph_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer, at the gateway.',
    labels: { route: ['graphql', 'health', 'document', 'page', 'unknown'], status: ['2xx', '3xx', '4xx', '5xx'] },
  }),
  operations: histogram({
    name: 'caregraph_operation_duration_seconds',
    help: 'Planning and executing one GraphQL operation at the gateway; of a subscription, one event.',
    labels: { operation: operations, outcome: outcomes },
  }),
  subgraphCalls: histogram({
    name: 'caregraph_subgraph_call_duration_seconds',
    help: 'What one question to a subgraph took, seen by who asked: the gateway, or another subgraph.',
    labels: { subgraph: rooms, outcome: ['answered', 'unanswered', 'abandoned'] },
  }),
  subgraphOperations: histogram({
    name: 'caregraph_subgraph_operation_duration_seconds',
    help: 'Answering one GraphQL operation inside a subgraph.',
    labels: { subgraph: rooms, operation: operations, outcome: outcomes },
  }),
  turnedAway: counter({
    name: 'caregraph_turned_away_total',
    help: 'Requests and operations over sockets that were not let in at the gateway.',
    labels: { reason: ['RATE_LIMITED', 'UNAUTHENTICATED', 'SERVICE_UNAVAILABLE'] },
  }),
  openSockets: gauge({
    name: 'caregraph_open_sockets',
    help: 'WebSockets of clients that are open.',
    labels: {},
  }),
  openSubscriptions: gauge({
    name: 'caregraph_open_subscriptions',
    help: 'Subscriptions of clients that are open.',
    labels: {},
  }),
  breakers: gauge({
    name: 'caregraph_breaker_open_copies',
    help: 'Copies of a subgraph that are asked with care, or not at all, because they did not answer.',
    labels: { subgraph: rooms },
  }),
  retries: counter({
    name: 'caregraph_subgraph_retries_total',
    help: 'Questions that were asked a second time, because a copy gave no answer.',
    labels: { subgraph: rooms },
  }),
  shed: counter({
    name: 'caregraph_shed_requests_total',
    help: 'Requests that were answered 503 because too many were waiting.',
    labels: { subgraph: rooms },
  }),
  // Before whatever asks a database when it is looked up, or the look would see itself.
  databaseConnections: gauge({
    name: 'caregraph_database_connections',
    help: 'Connections of the pool of a subgraph.',
    labels: { subgraph: rooms, state: ['busy', 'idle'] },
  }),
  databaseWaiting: gauge({
    name: 'caregraph_database_waiting',
    help: 'Who waits for a connection, because all are busy.',
    labels: { subgraph: rooms },
  }),
  outboxLetters: gauge({
    name: 'caregraph_outbox_letters',
    help: 'Events that are written and not yet carried to the bus.',
    labels: { subgraph: rooms },
  }),
  outboxAge: gauge({
    name: 'caregraph_outbox_oldest_letter_age_seconds',
    help: 'For how long the oldest of them has waited; 0 where none does.',
    labels: { subgraph: rooms },
  }),
  consumerLag: gauge({
    name: 'caregraph_consumer_lag_events',
    help: 'Events on a topic that a consumer has still to take.',
    labels: { consumer: rooms, topic: topics },
  }),
  inboxEvents: gauge({
    name: 'caregraph_inbox_events',
    help: 'Events whose effect has failed: waiting for another try, or dead.',
    labels: { consumer: rooms, state: ['waiting', 'dead'] },
  }),
  poison: counter({
    name: 'caregraph_poison_messages_total',
    help: 'Messages on a topic that were no events, moved to the dead letters of a consumer.',
    labels: { consumer: rooms },
  }),
  eventDelay: histogram({
    name: 'caregraph_event_delay_seconds',
    help: 'From an act to the end of its effect in a consumer, or of a try that failed.',
    labels: { consumer: rooms, outcome: ['ok', 'failed'] },
  }),
  lostSpans: counter({
    name: 'caregraph_spans_lost_total',
    help: 'Spans that the collector did not take.',
    labels: {},
  }),
} as const
