-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table migrations
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

create table sites
  tenant_id text not null
  id text not null
  name text not null
  created_at timestamp with time zone not null default now()
  constraint sites_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
  constraint sites_pkey PRIMARY KEY (tenant_id, id)
  constraint sites_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)

create table tenants
  id text not null
  name text not null
  created_at timestamp with time zone not null default now()
  constraint tenants_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
  constraint tenants_pkey PRIMARY KEY (id)
