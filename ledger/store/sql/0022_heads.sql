-- The heads of all streams, as of the last time that they were gathered: what proves that an answer
-- leaves nothing out. Their tree (RFC 6962, SHA-256, sorted by name) lies in tiles like the log's.
-- Everything here follows from ledger.entry and can be made again from it.

create table evidence.head (
  stream  text collate "C" not null,
  version int    not null,
  leaf    bytea  not null,
  hash    bytea  not null,
  constraint head_stream primary key (stream) include (hash)
);

comment on table evidence.head is
  'Of each stream its last version, the leaf of that entry, and the leaf that both make in the tree of heads.';

create table evidence.head_tile (
  level  smallint not null,
  number bigint   not null,
  first  text collate "C",
  hashes bytea    not null,
  constraint head_tile_place primary key (level, number)
);

create index head_tile_first on evidence.head_tile (first) where level = 0;

comment on column evidence.head_tile.first is
  'At level 0 the first stream of the tile: the place of a stream is found from it.';

alter table evidence.head_tile alter column hashes set storage external;

create table evidence.heads (
  size        bigint not null,
  streams     bigint not null,
  root        bytea  not null,
  sha256_root bytea  not null,
  sm3_root    bytea  not null,
  only_row    boolean not null default true,
  constraint heads_once primary key (only_row),
  constraint heads_only check (only_row)
);

comment on table evidence.heads is
  'At which size of the log they were gathered, how many, the root over them, and the roots of both trees there.';

-- Nothing was gathered yet: the hashes of nothing.
insert into evidence.heads (size, streams, root, sha256_root, sm3_root) values
  (0, 0, sha256(''), sha256(''), '\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b');

do $$
begin
  if exists (select from pg_roles where rolname = 'mingzhang_integrator') then
    grant select, insert, update, delete on evidence.head, evidence.head_tile, evidence.heads to mingzhang_integrator;
  end if;
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant select on evidence.head, evidence.head_tile, evidence.heads to mingzhang_reader;
  end if;
end
$$;
