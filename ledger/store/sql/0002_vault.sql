-- The vault: personal values that entries only commit to. It can move to a database of its own.

create schema vault;

create table vault.data_key (
  owner            uuid primary key,
  wrapped          bytea,
  destroyed_at     timestamptz,
  restricted_until date,
  constraint data_key_is_there_or_destroyed check ((wrapped is null) = (destroyed_at is not null))
);

create table vault.sealed (
  commitment bytea not null primary key,
  owner      uuid  not null,
  kind       text collate "C" not null,
  secret     bytea not null
);
create index sealed_owner on vault.sealed (owner);

create table vault.restricted (
  commitment bytea not null primary key,
  owner      uuid  not null,
  kind       text collate "C" not null,
  salt       bytea not null,
  value      text  not null
);
create index restricted_owner on vault.restricted (owner);

create table vault.sealed_fact (
  stream     text collate "C" not null primary key,
  reader     text collate "C" not null,
  commitment bytea not null,
  secret     bytea not null
);

create table vault.sealed_link (
  kind   text collate "C" not null,
  id     uuid not null,
  stream text collate "C" not null,
  primary key (kind, id, stream)
);
