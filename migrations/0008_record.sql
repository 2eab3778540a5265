-- What people keep about an incident beside the ledger.

create table notes (
  id text primary key,
  tenant_id text not null default 'default',
  incident_id text not null,
  text text not null,
  created_by text not null,
  created_at timestamptz not null
);
create index notes_by_incident on notes (incident_id, created_at);

create table tasks (
  id text primary key,
  tenant_id text not null default 'default',
  incident_id text not null,
  title text not null,
  status text not null check (status in ('open', 'done', 'cancelled')),
  assignee text,
  due_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  ended_by text,
  ended_at timestamptz
);
create index tasks_by_incident on tasks (incident_id, created_at);

create table evidence (
  id text primary key,
  tenant_id text not null default 'default',
  incident_id text not null,
  title text not null,
  -- Where it was taken from: a host and path, a product, a person.
  origin text not null,
  media_type text not null,
  size_bytes bigint not null,
  -- Lower-case hex of SHA-256 over the content.
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- The content itself, or null when it lies at `location`.
  content bytea,
  location text,
  -- Who held it, from when, for what: [{ at, holder, purpose }], only ever longer.
  custody jsonb not null,
  collected_by text not null,
  collected_at timestamptz not null,
  check ((content is null) <> (location is null))
);
create index evidence_by_incident on evidence (incident_id, collected_at);
