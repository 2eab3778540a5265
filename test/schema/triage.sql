-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table entities
  incident_id text not null
  tenant_id text not null
  site_id text not null
  type text not null
  value text not null
  role text not null
  is_trusted boolean not null
  importance smallint not null
  asset_roles text[] not null
  times_seen bigint not null
  last_finding_id text not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  constraint entities_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint entities_pkey PRIMARY KEY (incident_id, type, value, role)
  CREATE INDEX entities_acting ON public.entities USING btree (tenant_id, site_id, type, value, last_seen_at) WHERE (role = 'actor'::text)
  CREATE INDEX entities_by_value ON public.entities USING btree (tenant_id, site_id, type, value, last_seen_at)

create table incident_causes
  incident_id text not null
  tenant_id text not null
  site_id text not null
  entity_type text not null
  entity_value text not null
  cause text not null
  is_open boolean not null
  constraint incident_causes_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint incident_causes_pkey PRIMARY KEY (incident_id, entity_type, entity_value, cause)
  CREATE INDEX incident_causes_by_pair ON public.incident_causes USING btree (tenant_id, site_id, entity_type, entity_value, cause)
  CREATE UNIQUE INDEX incident_causes_one_open ON public.incident_causes USING btree (tenant_id, site_id, entity_type, entity_value, cause) WHERE is_open

create table incident_claims
  id bigint not null generated always as identity
  incident_id text not null
  change text not null
  revision integer not null
  constraint incident_claims_change_check CHECK ((change = ANY (ARRAY['opened'::text, 'grew'::text, 'updated'::text, 'closed'::text, 'verdict'::text])))
  constraint incident_claims_pkey PRIMARY KEY (id)
  CREATE INDEX incident_claims_by_incident ON public.incident_claims USING btree (incident_id, id)

create table incident_findings
  incident_id text not null
  finding_id text not null
  is_current boolean not null
  reason text not null
  joined_by text not null
  joined_at timestamp with time zone not null
  rule_id text not null
  rule_title text not null
  severity_id smallint not null
  technique_ids text[] not null
  entity_type text not null
  entity_value text not null
  cause text not null
  event_count bigint not null
  constraint incident_findings_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint incident_findings_pkey PRIMARY KEY (incident_id, finding_id)
  CREATE INDEX incident_findings_by_finding ON public.incident_findings USING btree (finding_id)
  CREATE UNIQUE INDEX incident_findings_one_current ON public.incident_findings USING btree (finding_id) WHERE is_current

create table incident_numbers
  tenant_id text not null
  last_number bigint not null
  constraint incident_numbers_pkey PRIMARY KEY (tenant_id)

create table incidents
  id text not null
  number bigint not null
  tenant_id text not null default 'default'::text
  site_id text not null default 'default'::text
  title text not null
  stage text not null
  status text not null
  severity_id smallint not null
  risk_score double precision not null
  risk_terms jsonb not null
  entity_type text not null
  entity_value text not null
  entity_reason text not null
  cause text not null
  finding_count integer not null
  event_count bigint not null
  first_seen_at timestamp with time zone not null
  last_seen_at timestamp with time zone not null
  declared_at timestamp with time zone
  declared_by text
  assignee text
  verdict text
  verdict_by text
  is_demonstration boolean not null
  former_incident_id text
  merged_into_id text
  revision integer not null
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  resolved_at timestamp with time zone
  closed_at timestamp with time zone
  constraint incidents_pkey PRIMARY KEY (id)
  constraint incidents_stage_check CHECK ((stage = ANY (ARRAY['suspected'::text, 'declared'::text])))
  constraint incidents_status_check CHECK ((status = ANY (ARRAY['new'::text, 'in_progress'::text, 'on_hold'::text, 'resolved'::text, 'closed'::text])))
  CREATE UNIQUE INDEX incidents_by_number ON public.incidents USING btree (tenant_id, number)
  CREATE INDEX incidents_by_risk ON public.incidents USING btree (tenant_id, risk_score DESC, number DESC)
  CREATE INDEX incidents_open ON public.incidents USING btree (tenant_id, updated_at DESC) WHERE (status <> 'closed'::text)

create table verdicts
  id text not null
  tenant_id text not null
  incident_id text not null
  verdict text not null
  comment text not null
  by text not null
  at timestamp with time zone not null
  rule_ids text[] not null
  constraint verdicts_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
  constraint verdicts_pkey PRIMARY KEY (id)
  CREATE INDEX verdicts_by_incident ON public.verdicts USING btree (incident_id, at)
  CREATE INDEX verdicts_by_rule ON public.verdicts USING gin (rule_ids)
