import type { Migration } from '@caregraph/database'

export const userTables: Migration = {
  name: 'Users1760000002001',
  postgres: [
    `CREATE TABLE users (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      sort_name text COLLATE "C" NOT NULL,
      email text NOT NULL,
      roles text[] NOT NULL CHECK (cardinality(roles) > 0),
      roles_changed_at timestamptz,
      password_hash text NOT NULL,
      registered_at timestamptz NOT NULL,
      disabled_at timestamptz
    )`,
    'CREATE UNIQUE INDEX users_email ON users (lower(email))',
    'CREATE INDEX users_sort_name ON users (sort_name, id)',
    'CREATE INDEX users_roles ON users USING gin (roles)',
    'CREATE INDEX users_roles_changed ON users (roles_changed_at) WHERE roles_changed_at IS NOT NULL',
    `CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES users (id),
      created_at timestamptz NOT NULL,
      last_used_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      user_agent text,
      ended_at timestamptz
    )`,
    'CREATE INDEX sessions_of_user ON sessions (user_id, id) WHERE ended_at IS NULL',
    'CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL',
    'CREATE INDEX sessions_expire ON sessions (expires_at)',
    `CREATE TABLE refresh_tokens (
      hash bytea PRIMARY KEY,
      session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    )`,
    'CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)',
    'CREATE INDEX refresh_tokens_expire ON refresh_tokens (expires_at)',
    `CREATE TABLE signing_keys (
      id uuid PRIMARY KEY,
      public_jwk jsonb NOT NULL,
      private_jwk text NOT NULL,
      created_at timestamptz NOT NULL,
      signs_from timestamptz NOT NULL
    )`,
  ],
}
