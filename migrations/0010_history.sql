-- Room history: the manifest of the Parquet files that hold processed events. A file that is not live here is no part of the history.

create table archives (
  id text primary key,
  -- UTC day of arrival of its events.
  day date not null,
  -- Relative to the folder of the history.
  path text not null unique,
  row_count bigint not null check (row_count > 0),
  byte_count bigint not null,
  min_time timestamptz not null,
  max_time timestamptz not null,
  sha256 text not null,
  created_at timestamptz not null,
  -- Since when it is no part of the history (compacted, or past retention); its file is unlinked a while later.
  removed_at timestamptz
);
create index archives_live on archives (day, max_time) where removed_at is null;
create index archives_removed on archives (removed_at) where removed_at is not null;
