-- In a copy entries lie in ledger.entry as they come, also those beyond the mark (ledger.head), before which
-- one is still to come. Whoever asks sees those up to the mark: a connection for reading has mirror before
-- ledger on its search_path. In the database of a ledger the head is the last entry, and both are the same.

create view mirror.entry as
  select position, recorded_at, version, stream, type, body, leaf
  from ledger.entry where position <= (select position from ledger.head);

comment on view mirror.entry is
  'The entries up to the mark: the relation entry of whoever asks.';

create table mirror.unlinked (
  position bigint  not null,
  stream   text collate "C" not null,
  version  integer not null,
  prev     bytea   not null,
  constraint unlinked_position primary key (position)
);

comment on table mirror.unlinked is
  'Entries beyond the mark that came before the one that they follow in their stream: compared before the mark passes them.';

insert into mirror.unlinked (position, stream, version, prev)
  select position, stream, version, prev from mirror.arrived where version > 1 or prev <> '';

select set_config('mingzhang.mirroring', 'on', true);

insert into ledger.entry (position, recorded_at, version, stream, type, body, leaf)
  select position, recorded_at, version, stream, type, body, leaf from mirror.arrived;

select set_config('mingzhang.mirroring', '', true);

drop table mirror.arrived;

-- Moves the mark as far as nothing is missing, unless somebody else holds it at this moment. Tells where it is
-- then, whether entries wait beyond it, and the first that does not follow the one before it in its stream:
-- then the mark is not moved.
create function mirror.advance(out mark bigint, out waits boolean, out broken bigint)
language plpgsql as $$
declare
  begun bigint;
  one bigint;
begin
  select position into begun from ledger.head for update skip locked;
  if found then
    mark := begun;
    for one in select position from ledger.entry where position > begun order by position loop
      exit when one <> mark + 1;
      mark := one;
    end loop;
  else
    select position into begun from ledger.head;
    mark := begun;
  end if;
  waits := exists (select from ledger.entry where position > mark);
  if mark = begun then
    return;
  end if;
  if exists (select from mirror.unlinked) then
    select min(unlinked.position) into broken
    from mirror.unlinked left join ledger.entry as before
      on before.stream = unlinked.stream and before.version = unlinked.version - 1
    where unlinked.position <= mark
      and (before.leaf is distinct from unlinked.prev or before.position > unlinked.position);
    if broken is not null then
      mark := begun;
      return;
    end if;
    delete from mirror.unlinked where position <= mark;
  end if;
  update ledger.head set position = mark, recorded_at = entry.recorded_at
  from ledger.entry where entry.position = mark;
  perform pg_notify('ledger_entry', mark::text);
end
$$;

create or replace function mirror.let_in() returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  one text;
begin
  if not exists (select from mirror.origin) then
    raise exception 'this database is no copy' using errcode = 'insufficient_privilege';
  end if;
  if exists (select from pg_roles where rolname = 'mingzhang_projector') then
    grant usage on schema ledger, mirror to mingzhang_projector;
    grant select, insert on ledger.entry to mingzhang_projector;
    grant select, update on ledger.head to mingzhang_projector;
    grant select on mirror.origin, mirror.progress, mirror.unlinked, mirror.alarm to mingzhang_projector;
    grant update (source) on mirror.origin to mingzhang_projector;
    grant update on mirror.progress to mingzhang_projector;
    grant insert, delete on mirror.unlinked to mingzhang_projector;
    grant execute on function mirror.advance to mingzhang_projector;
    grant insert on mirror.alarm to mingzhang_projector;
    grant update (mended_at) on mirror.alarm to mingzhang_projector;
  end if;
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    -- The vault of a copy is empty: whoever asks it finds nobody.
    grant usage on schema security, vault to mingzhang_reader;
    grant select on security.token to mingzhang_reader;
    grant select on all tables in schema vault to mingzhang_reader;
    alter default privileges grant usage on schemas to mingzhang_reader;
    alter default privileges grant select on tables to mingzhang_reader;
    for one in select nspname from pg_namespace where nspname in ('detail', 'model', 'aside') loop
      execute format('grant usage on schema %I to mingzhang_reader', one);
      execute format('grant select on all tables in schema %I to mingzhang_reader', one);
    end loop;
  end if;
end
$$;

revoke all on function mirror.advance from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant select on mirror.entry, mirror.unlinked to mingzhang_reader;
  end if;
  if exists (select from mirror.origin) then
    perform mirror.let_in();
  end if;
end
$$;
