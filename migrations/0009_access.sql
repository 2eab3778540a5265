-- People, sessions and API tokens. Secrets are kept as hashes only.

create table users (
  id text primary key,
  tenant_id text not null default 'default',
  name text not null,
  role text not null check (role in ('admin', 'responder', 'analyst', 'viewer', 'ingest')),
  -- scrypt$N$r$p$salt$hash, base64url
  password_hash text not null,
  must_change_password boolean not null,
  is_disabled boolean not null default false,
  created_at timestamptz not null,
  last_sign_in_at timestamptz
);
-- One name is one person, however it is typed.
create unique index users_name on users (tenant_id, lower(name));

create table sessions (
  token_hash bytea primary key,
  user_id text not null references users (id) on delete cascade,
  address text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table tokens (
  id text primary key,
  tenant_id text not null default 'default',
  name text not null,
  prefix text not null,
  token_hash bytea not null unique,
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- Attempts to sign in, by name and address: counted before the password is looked at.
create table sign_in_attempts (
  key text primary key,
  window_started_at timestamptz not null,
  count integer not null
);

-- Answers to requests that carried an Idempotency-Key: the same key has the same effect once.
create table idempotency_keys (
  actor text not null,
  key text not null,
  fingerprint bytea not null,
  started_at timestamptz not null,
  status integer,
  reply text,
  primary key (actor, key)
);
create index idempotency_keys_age on idempotency_keys (started_at);
