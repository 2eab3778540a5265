-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create sequence event_batch_ids as bigint start 1 increment 64

CREATE OR REPLACE FUNCTION public.ledger_checkpoints_only_exported()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  allowed ledger_checkpoints := old;
begin
  allowed.exported_at := new.exported_at;
  if old.exported_at is not null or new is distinct from allowed then
    raise exception 'ledger_checkpoints is append-only (size %)', old.size using errcode = 'restrict_violation';
  end if;
  return new;
end $function$


CREATE OR REPLACE FUNCTION public.ledger_entries_only_sequenced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  allowed ledger_entries := old;
begin
  allowed.seq := new.seq;
  if old.seq is not null or new.seq is null or new is distinct from allowed then
    raise exception 'ledger_entries is append-only (entry %)', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $function$


CREATE OR REPLACE FUNCTION public.ledger_keeps_rows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $function$


CREATE OR REPLACE FUNCTION public.unchanged(holds boolean)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  if holds is not true then
    raise exception 'What this transaction relies on was changed meanwhile.' using errcode = 'serialization_failure';
  end if;
  return true;
end $function$

