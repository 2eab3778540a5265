-- Playbooks are data: every version that was ever loaded stays, so that a run keeps the one it began with.
create table playbooks (
  tenant_id text not null default 'default',
  id text not null,
  -- CACAO: `modified` is the version.
  version text not null,
  content_hash text not null,
  name text not null,
  body jsonb not null,
  loaded_at timestamptz not null default now(),
  primary key (tenant_id, id, version)
);

-- One run of one playbook version. Written here and by the interpreter; the API reads it without the engine.
create table executions (
  id text primary key,
  tenant_id text not null default 'default',
  site_id text not null default 'default',
  playbook_id text not null,
  playbook_version text not null,
  playbook_name text not null,
  incident_id text,
  -- requested, ongoing, await_user_input, successfully_completed, failed, refused, cancelled, quarantined
  status text not null default 'requested',
  status_text text not null default '',
  inputs jsonb not null,
  requested_by text not null,
  is_demonstration boolean not null default false,
  -- The engine process that runs it now.
  executor_id text,
  -- Takeovers since a step last finished; many of them mean that the run kills its process.
  recoveries integer not null default 0,
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index executions_by_incident on executions (incident_id, requested_at);
create index executions_running on executions (executor_id) where finished_at is null;
create index executions_recent on executions (tenant_id, requested_at desc);

-- What the engine is asked to do: the outbox between deciding transactions and the engine process.
create table execution_requests (
  id bigint generated always as identity primary key,
  execution_id text not null,
  kind text not null check (kind in ('start', 'cancel', 'signal', 'delay')),
  -- Makes a repeated request one: empty for start and cancel, chosen by the sender for signals and delays.
  request_key text not null default '',
  body jsonb not null default '{}',
  requested_at timestamptz not null default now(),
  dispatched_at timestamptz,
  unique (execution_id, kind, request_key)
);
create index execution_requests_waiting on execution_requests (id) where dispatched_at is null;

-- One row per step and effect, written before the effect (intent) and after it (outcome).
create table step_executions (
  execution_id text not null references executions (id) on delete cascade,
  step_id text not null,
  -- How often the step was entered in this run, from 0.
  iteration integer not null,
  -- Which of the step's commands, from 0; steps without commands have one row.
  command_index integer not null default 0,
  step_type text not null,
  step_name text not null,
  command_type text not null default '',
  -- Sent along as the idempotency key of the effect.
  effect_key text not null,
  -- ongoing, await_user_input, successfully_completed, failed, timeout_error, server_side_error, client_side_error,
  -- exception_condition_invoked (CACAO execution-status), and uncertain: an effect whose answer was lost.
  status text not null,
  status_text text not null default '',
  outputs jsonb not null default '{}',
  attempts integer not null default 1,
  executor_id text,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (execution_id, step_id, iteration, command_index)
);
create index step_executions_in_order on step_executions (execution_id, started_at);

-- Engine processes. Alive is who holds the advisory lock of its id; seen_at tells one that stands still.
create table executors (
  id text primary key,
  host text not null,
  pid integer not null,
  -- The PostgreSQL session that holds the lock.
  backend_pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

-- Messages to the outside, one row per notifier and message: delivered once, or known not to be certain.
create table notifications (
  id text primary key,
  tenant_id text not null default 'default',
  execution_id text,
  incident_id text,
  notifier text not null,
  title text not null,
  status text not null check (status in ('attempting', 'delivered', 'uncertain', 'failed')),
  detail text not null default '',
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index notifications_by_incident on notifications (incident_id, created_at);
