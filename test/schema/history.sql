-- The schema that the migrations make, for reading and review. UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it.

create table archives
  id text not null
  day date not null
  path text not null
  row_count bigint not null
  byte_count bigint not null
  min_time timestamp with time zone not null
  max_time timestamp with time zone not null
  sha256 text not null
  created_at timestamp with time zone not null
  removed_at timestamp with time zone
  constraint archives_path_key UNIQUE (path)
  constraint archives_pkey PRIMARY KEY (id)
  constraint archives_row_count_check CHECK ((row_count > 0))
  CREATE INDEX archives_live ON public.archives USING btree (day, max_time) WHERE (removed_at IS NULL)
  CREATE INDEX archives_removed ON public.archives USING btree (removed_at) WHERE (removed_at IS NOT NULL)
