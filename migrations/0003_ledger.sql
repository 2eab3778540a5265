-- The append-only record of every decision and attempt. Merkle leaves from the first row; one sequencer gives the order.

create table ledger_entries (
  id text primary key,
  tenant_id text not null default 'default',
  at timestamptz not null,
  kind text not null,
  actor text not null,
  incident_id text,
  subject text,
  summary text not null,
  -- RFC 8785 (JCS) text of the whole entry: these bytes are the leaf; the columns beside it are for searching.
  body text not null,
  -- SHA-256(0x00 || body), RFC 6962.
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
  -- Place in the tree, from 0; null until the sequencer has seen the committed row.
  seq bigint unique check (seq >= 0)
);
create index ledger_entries_unsequenced on ledger_entries (at, id) where seq is null;
create index ledger_entries_by_incident on ledger_entries (incident_id, at, id) where incident_id is not null;
create index ledger_entries_by_subject on ledger_entries (subject, at, id) where subject is not null;

-- One row: the compact Merkle frontier, moved by the sequencer in the transaction that gives out the places.
create table ledger_frontiers (
  only_row boolean primary key default true check (only_row),
  size bigint not null,
  -- Roots of the complete subtrees from the largest to the smallest, 32 bytes each.
  hashes bytea not null
);
insert into ledger_frontiers (size, hashes) values (0, '');

create table ledger_checkpoints (
  size bigint primary key,
  root bytea not null,
  at timestamptz not null,
  -- C2SP signed note.
  note text not null,
  -- Null until it was written off this database.
  exported_at timestamptz
);
create index ledger_checkpoints_unexported on ledger_checkpoints (size) where exported_at is null;

create function ledger_entries_only_sequenced() returns trigger language plpgsql as $$
declare
  allowed ledger_entries := old;
begin
  allowed.seq := new.seq;
  if old.seq is not null or new.seq is null or new is distinct from allowed then
    raise exception 'ledger_entries is append-only (entry %)', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create function ledger_checkpoints_only_exported() returns trigger language plpgsql as $$
declare
  allowed ledger_checkpoints := old;
begin
  allowed.exported_at := new.exported_at;
  if old.exported_at is not null or new is distinct from allowed then
    raise exception 'ledger_checkpoints is append-only (size %)', old.size using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create function ledger_keeps_rows() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger only_sequenced before update on ledger_entries
  for each row execute function ledger_entries_only_sequenced();
create trigger keeps_rows before delete or truncate on ledger_entries
  for each statement execute function ledger_keeps_rows();
create trigger only_exported before update on ledger_checkpoints
  for each row execute function ledger_checkpoints_only_exported();
create trigger keeps_rows before delete or truncate on ledger_checkpoints
  for each statement execute function ledger_keeps_rows();
