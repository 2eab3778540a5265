-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table idempotency_keys
  actor text not null
  key text not null
  fingerprint bytea not null
  started_at timestamp with time zone not null
  status integer
  reply text
  constraint idempotency_keys_pkey PRIMARY KEY (actor, key)
  CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (started_at)

create table sessions
  token_hash bytea not null
  user_id text not null
  address text not null
  created_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint sessions_pkey PRIMARY KEY (token_hash)
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
  CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at)
  CREATE INDEX sessions_user ON public.sessions USING btree (user_id)

create table sign_in_attempts
  key text not null
  window_started_at timestamp with time zone not null
  count integer not null
  constraint sign_in_attempts_pkey PRIMARY KEY (key)

create table tokens
  id text not null
  tenant_id text not null default 'default'::text
  name text not null
  prefix text not null
  token_hash bytea not null
  scopes text[] not null
  created_by text not null
  created_at timestamp with time zone not null
  last_used_at timestamp with time zone
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint tokens_pkey PRIMARY KEY (id)
  constraint tokens_token_hash_key UNIQUE (token_hash)

create table users
  id text not null
  tenant_id text not null default 'default'::text
  name text not null
  role text not null
  password_hash text not null
  must_change_password boolean not null
  is_disabled boolean not null default false
  created_at timestamp with time zone not null
  last_sign_in_at timestamp with time zone
  constraint users_pkey PRIMARY KEY (id)
  constraint users_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'responder'::text, 'analyst'::text, 'viewer'::text, 'ingest'::text])))
  CREATE UNIQUE INDEX users_name ON public.users USING btree (tenant_id, lower(name))
