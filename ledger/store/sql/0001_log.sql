-- The log: entries at gapless positions, one head that gives the order, and the answers to keys.

create schema ledger;

create table ledger.entry (
  position    bigint      not null,
  recorded_at timestamptz not null,
  version     integer     not null,
  stream      text collate "C" not null,
  type        text collate "C" not null,
  body        text collate "C" not null,
  leaf        bytea       not null,
  constraint entry_position primary key (position),
  constraint entry_stream_version unique (stream, version),
  constraint entry_version_from_one check (version > 0),
  constraint entry_leaf_is_sha256 check (octet_length(leaf) = 32),
  constraint entry_body_bytes_max check (octet_length(body) <= 65535)
);

comment on table ledger.entry is
  'Every fact, once: body is the entry byte for byte, leaf = SHA-256(0x00 || body), leaf index = position - 1.';

-- Rows are only ever added, in order: there is nothing to vacuum but the visibility map.
alter table ledger.entry set (autovacuum_vacuum_insert_scale_factor = 0.05);

-- One row, moved by compare-and-set. A fillfactor of 10 keeps its page pruned, so that it stays
-- one short chain however often it is moved.
create table ledger.head (
  one         boolean     not null default true primary key check (one),
  position    bigint      not null,
  recorded_at timestamptz not null
) with (fillfactor = 10, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

insert into ledger.head (position, recorded_at) values (0, '1970-01-01 00:00:00+00');

create table ledger.idempotency (
  scope       text collate "C" not null,
  key         text collate "C" not null,
  digest      bytea       not null,
  answer      bytea       not null,
  first       bigint      not null,
  last        bigint      not null,
  recorded_at timestamptz not null,
  constraint idempotency_key primary key (scope, key)
);

create view ledger.entry_json as
  select position, stream, version, type, recorded_at, body::jsonb as body, leaf from ledger.entry;

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'ledger.% is append-only: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

create trigger append_only before update or delete or truncate on ledger.entry
  for each statement execute function ledger.refuse_change();
-- Always: a session that plays replica would pass over an ordinary trigger.
alter table ledger.entry enable always trigger append_only;
