export type Settings = Readonly<Record<string, string | number>>

/** A PostgreSQL for one clinic on one machine: little memory, reachable from this machine alone, discreet. */
export function serverSettings(durable: boolean): Settings {
  return { ...network, ...memory, ...discretion, ...(durable ? {} : forgetful) }
}

const network = {
  listen_addresses: '127.0.0.1',
  // A socket's path is bounded to about 100 characters, a data directory's is not.
  unix_socket_directories: '',
  max_connections: 100,
  // Queries of a client that was killed end as well; they would keep the next start waiting.
  client_connection_check_interval: '1s',
  timezone: 'UTC',
}

const memory = {
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  jit: 'off',
  // The other methods of PostgreSQL 18 keep worker processes or rings for reading ahead.
  io_method: 'sync',
  max_parallel_workers_per_gather: 0,
  autovacuum_max_workers: 1,
  autovacuum_worker_slots: 1,
  // Nothing is replicated from here.
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_replication_slots: 0,
  max_logical_replication_workers: 0,
  // One flush of the file system after a crash, not one for each of thousands of files.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
}

/**
 * No statement, parameter or row reaches the log. An error's own text can quote a value (`invalid input syntax for type
 * date: "…"`), so errors of statements, which their client is told anyway, are not logged at all.
 */
const discretion = {
  log_destination: 'stderr',
  logging_collector: 'off',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: -1,
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_checkpoints: 'off',
  log_autovacuum_min_duration: -1,
}

const forgetful = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}
