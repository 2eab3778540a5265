-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table ledger_checkpoints
  size bigint not null
  root bytea not null
  at timestamp with time zone not null
  note text not null
  exported_at timestamp with time zone
  constraint ledger_checkpoints_pkey PRIMARY KEY (size)
  CREATE INDEX ledger_checkpoints_unexported ON public.ledger_checkpoints USING btree (size) WHERE (exported_at IS NULL)
  CREATE TRIGGER keeps_rows BEFORE DELETE OR TRUNCATE ON public.ledger_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_rows()
  CREATE TRIGGER only_exported BEFORE UPDATE ON public.ledger_checkpoints FOR EACH ROW EXECUTE FUNCTION ledger_checkpoints_only_exported()

create table ledger_entries
  id text not null
  tenant_id text not null default 'default'::text
  at timestamp with time zone not null
  kind text not null
  actor text not null
  incident_id text
  subject text
  summary text not null
  body text not null
  leaf_hash bytea not null
  seq bigint
  constraint ledger_entries_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32))
  constraint ledger_entries_pkey PRIMARY KEY (id)
  constraint ledger_entries_seq_check CHECK ((seq >= 0))
  constraint ledger_entries_seq_key UNIQUE (seq)
  CREATE INDEX ledger_entries_by_incident ON public.ledger_entries USING btree (incident_id, at, id) WHERE (incident_id IS NOT NULL)
  CREATE INDEX ledger_entries_by_subject ON public.ledger_entries USING btree (subject, at, id) WHERE (subject IS NOT NULL)
  CREATE INDEX ledger_entries_unsequenced ON public.ledger_entries USING btree (at, id) WHERE (seq IS NULL)
  CREATE TRIGGER keeps_rows BEFORE DELETE OR TRUNCATE ON public.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_keeps_rows()
  CREATE TRIGGER only_sequenced BEFORE UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION ledger_entries_only_sequenced()

create table ledger_frontiers
  only_row boolean not null default true
  size bigint not null
  hashes bytea not null
  constraint ledger_frontiers_only_row_check CHECK (only_row)
  constraint ledger_frontiers_pkey PRIMARY KEY (only_row)
