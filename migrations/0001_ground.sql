-- Whose data it is (tenant) and in which network it was seen (site): a private address means nothing outside its site.

create table tenants (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  created_at timestamptz not null default now()
);

create table sites (
  tenant_id text not null references tenants (id),
  id text not null check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

insert into tenants (id, name) values ('default', 'Default');
insert into sites (tenant_id, id, name) values ('default', 'default', 'Default');
