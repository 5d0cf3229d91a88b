-- A copy of another ledger's log in this database, fed from Kafka. In the database of a ledger itself
-- these tables are empty: ledger.entry then grows by commands, otherwise by what has arrived.

create schema mirror;

create table mirror.origin (
  one        boolean not null default true,
  topic      text collate "C" not null,
  cluster    text    not null,
  topic_id   text    not null,
  partitions integer not null,
  source     text    not null default '',
  constraint origin_one primary key (one),
  constraint origin_one_only check (one)
);

comment on table mirror.origin is
  'From which topic this database takes its entries; source = the name of the ledger, once one has arrived.';

create table mirror.progress (
  partition   integer not null,
  next_offset bigint  not null,
  ends_at     bigint  not null default 0,
  position    bigint  not null default 0,
  barrier     bigint  not null default 0,
  arrived_at  timestamptz,
  constraint progress_partition primary key (partition)
);

comment on table mirror.progress is
  'What was read of each partition: moved in the transaction of the entries. barrier = up to where the relay had everything acknowledged.';

create table mirror.arrived (
  position    bigint      not null,
  recorded_at timestamptz not null,
  version     integer     not null,
  stream      text collate "C" not null,
  type        text collate "C" not null,
  body        text collate "C" not null,
  leaf        bytea       not null,
  prev        bytea       not null,
  constraint arrived_position primary key (position)
);

comment on table mirror.arrived is
  'Entries beyond the mark (ledger.head): one before them is still to come.';

create table mirror.alarm (
  alarm     bigint generated always as identity,
  kind      text   not null,
  position  bigint not null,
  told      text   not null,
  found_at  timestamptz not null default clock_timestamp(),
  mended_at timestamptz,
  constraint alarm_number primary key (alarm)
);

create function mirror.refuse_entry() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('mingzhang.mirroring', true), '') <> 'on' then
    raise exception 'this database is a copy: its entries come from the topic alone'
      using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;

revoke all on schema mirror from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant usage on schema mirror to mingzhang_reader;
    grant select on all tables in schema mirror to mingzhang_reader;
  end if;
end
$$;
