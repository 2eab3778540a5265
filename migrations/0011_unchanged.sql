-- For what a transaction relies on and sends with its commit: once that is on its way, only PostgreSQL can still stop it.
create function unchanged(holds boolean) returns boolean language plpgsql as $$
begin
  if holds is not true then
    raise exception 'What this transaction relies on was changed meanwhile.' using errcode = 'serialization_failure';
  end if;
  return true;
end $$;
