-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table evidence
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  title text not null
  origin text not null
  media_type text not null
  size_bytes bigint not null
  sha256 text not null
  content bytea
  location text
  custody jsonb not null
  collected_by text not null
  collected_at timestamp with time zone not null
  constraint evidence_check CHECK (((content IS NULL) <> (location IS NULL)))
  constraint evidence_pkey PRIMARY KEY (id)
  constraint evidence_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
  CREATE INDEX evidence_by_incident ON public.evidence USING btree (incident_id, collected_at)

create table notes
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  text text not null
  created_by text not null
  created_at timestamp with time zone not null
  constraint notes_pkey PRIMARY KEY (id)
  CREATE INDEX notes_by_incident ON public.notes USING btree (incident_id, created_at)

create table tasks
  id text not null
  tenant_id text not null default 'default'::text
  incident_id text not null
  title text not null
  status text not null
  assignee text
  due_at timestamp with time zone
  created_by text not null
  created_at timestamp with time zone not null
  ended_by text
  ended_at timestamp with time zone
  constraint tasks_pkey PRIMARY KEY (id)
  constraint tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'cancelled'::text])))
  CREATE INDEX tasks_by_incident ON public.tasks USING btree (incident_id, created_at)
