-- Evidence: over the same entries two Merkle trees (RFC 6962), one of SHA-256 and one of SM3, in the
-- tiles of C2SP tlog-tiles, and the heads that were signed. Entries and partial tiles are not here:
-- a bundle is a slice of ledger.entry, a partial tile one of a row of evidence.tile.

create schema evidence;

create table evidence.tree (
  algorithm text collate "C" not null,
  size      bigint not null,
  root      bytea  not null,
  frontier  bytea  not null,
  constraint tree_algorithm primary key (algorithm),
  constraint tree_size check (size >= 0),
  constraint tree_root check (octet_length(root) = 32),
  constraint tree_frontier check (octet_length(frontier) % 32 = 0)
);

comment on table evidence.tree is
  'How far each tree has come: leaf index = position - 1. frontier = the roots of its perfect subtrees, left to right.';

-- Of the tree without leaves the root is the hash of nothing.
insert into evidence.tree (algorithm, size, root, frontier) values
  ('sha256', 0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', ''),
  ('sm3', 0, '\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b', '');

create table evidence.tile (
  algorithm text collate "C" not null,
  level     smallint not null,
  number    bigint   not null,
  hashes    bytea    not null,
  constraint tile_place primary key (algorithm, level, number),
  constraint tile_of_tree foreign key (algorithm) references evidence.tree (algorithm),
  constraint tile_hashes check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0)
);

comment on table evidence.tile is
  'hashes[i] of level l = the root of the 256^l leaves from (number * 256 + i) * 256^l on. Only the last tile of a level grows.';

-- Hashes do not compress.
alter table evidence.tile alter column hashes set storage external;

-- Of each hour the newest: whoever needs an older one has kept it, and the log itself says each hour
-- which it was.
create table evidence.checkpoint (
  algorithm text collate "C" not null,
  hour      timestamptz not null,
  size      bigint      not null,
  note      bytea       not null,
  constraint checkpoint_hour primary key (algorithm, hour),
  constraint checkpoint_of_tree foreign key (algorithm) references evidence.tree (algorithm)
);

create index checkpoint_newest on evidence.checkpoint (algorithm, size desc);

-- What stopped the integrator. A row stays when it is mended, and says so.
create table evidence.fault (
  fault     bigint generated always as identity primary key,
  position  bigint      not null,
  kind      text        not null,
  found_at  timestamptz not null default clock_timestamp(),
  mended_at timestamptz
);

create index fault_open on evidence.fault (fault) where mended_at is null;

create function evidence.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'evidence.% only grows: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

create function evidence.refuse_shrinking() returns trigger language plpgsql as $$
begin
  if (new.algorithm, new.level, new.number) is distinct from (old.algorithm, old.level, old.number)
      or substring(new.hashes for octet_length(old.hashes)) <> old.hashes then
    raise exception 'evidence.tile only grows: update is refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

create function evidence.refuse_going_back() returns trigger language plpgsql as $$
begin
  if new.algorithm <> old.algorithm or new.size < old.size then
    raise exception 'evidence.% only grows: update is refused', tg_table_name
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

create trigger append_only before delete or truncate on evidence.tile
  for each statement execute function evidence.refuse_change();
create trigger tile_grows before update on evidence.tile
  for each row execute function evidence.refuse_shrinking();
create trigger append_only before insert or delete or truncate on evidence.tree
  for each statement execute function evidence.refuse_change();
create trigger tree_grows before update on evidence.tree
  for each row execute function evidence.refuse_going_back();
create trigger append_only before delete or truncate on evidence.checkpoint
  for each statement execute function evidence.refuse_change();
create trigger checkpoint_grows before update on evidence.checkpoint
  for each row execute function evidence.refuse_going_back();

alter table evidence.tile enable always trigger append_only, enable always trigger tile_grows;
alter table evidence.tree enable always trigger append_only, enable always trigger tree_grows;
alter table evidence.checkpoint enable always trigger append_only, enable always trigger checkpoint_grows;

-- mingzhang_integrator reads entries and extends the trees, and nothing else.
revoke all on schema evidence from public;

create or replace function pg_temp.role_made(name text) returns boolean language plpgsql as $$
begin
  if not exists (select from pg_roles where rolname = name) then
    execute format('create role %I nologin', name);
  end if;
  return true;
exception
  when duplicate_object or unique_violation then
    return true;  -- another database of the same server was migrated at the same moment
  when insufficient_privilege then
    return false; -- the operator makes the role and grants by hand
end
$$;

do $$
begin
  if not pg_temp.role_made('mingzhang_integrator') then
    raise notice 'roles were not made: the connecting role may not create roles';
    return;
  end if;
  grant usage on schema ledger, evidence to mingzhang_integrator;
  grant select on ledger.entry, ledger.head to mingzhang_integrator;
  grant select, update on evidence.tree to mingzhang_integrator;
  grant select, insert, update on evidence.tile, evidence.checkpoint, evidence.fault to mingzhang_integrator;
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant usage on schema evidence to mingzhang_reader;
    grant select on all tables in schema evidence to mingzhang_reader;
  end if;
end
$$;
