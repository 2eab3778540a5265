-- Correlations that are decided when their window is over, and eviction that is fair to every sender.

alter table windows
  -- Arrival time from which a window of the group is to be decided; null: none waits for its end.
  add column due_at timestamptz,
  -- Tenant, site and the source that began the group, hashed.
  add column sender text not null default '',
  add column created_at timestamptz not null default now();
alter table windows alter column sender drop default, alter column created_at drop default;
create index windows_due on windows (due_at) where due_at is not null;
