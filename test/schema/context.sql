-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table asset_keys
  tenant_id text not null
  site_id text not null
  type text not null
  value text not null
  asset_id text not null
  constraint asset_keys_pkey PRIMARY KEY (tenant_id, site_id, type, value)
  constraint asset_keys_tenant_id_site_id_asset_id_fkey FOREIGN KEY (tenant_id, site_id, asset_id) REFERENCES assets(tenant_id, site_id, id) ON DELETE CASCADE
  constraint asset_keys_type_check CHECK ((type = ANY (ARRAY['ip'::text, 'host'::text])))
  CREATE INDEX asset_keys_by_asset ON public.asset_keys USING btree (tenant_id, site_id, asset_id)

create table assets
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  id text not null
  name text not null
  owner text
  roles text[] not null default '{}'::text[]
  importance smallint not null default 2
  updated_at timestamp with time zone not null
  constraint assets_importance_check CHECK (((importance >= 1) AND (importance <= 4)))
  constraint assets_pkey PRIMARY KEY (tenant_id, site_id, id)

create table identities
  tenant_id text not null default 'default'::text
  name text not null
  roles text[] not null default '{}'::text[]
  owner text
  updated_at timestamp with time zone not null
  constraint identities_pkey PRIMARY KEY (tenant_id, name)

create table indicators
  tenant_id text not null default 'default'::text
  id text not null
  type text not null
  value text not null
  source text not null
  confidence smallint not null
  valid_from timestamp with time zone not null
  valid_until timestamp with time zone
  updated_at timestamp with time zone not null
  constraint indicators_confidence_check CHECK (((confidence >= 0) AND (confidence <= 100)))
  constraint indicators_pkey PRIMARY KEY (tenant_id, id)
  CREATE INDEX indicators_by_value ON public.indicators USING btree (tenant_id, type, value)
