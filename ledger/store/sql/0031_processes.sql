-- What became of messages from outside, counted where the offsets are kept: each message once, however
-- often it was read. And when each partition was last looked at: an intake that is gone leaves no lag.

create table intake.outcome (
  topic   text collate "C" not null,
  outcome text collate "C" not null,
  count   bigint not null,
  constraint outcome_of_topic primary key (topic, outcome),
  constraint outcome_count check (count > 0)
);

comment on table intake.outcome is
  'granted, refused, dropped: answers of that kind. Any other: dead letters, by the reason for which a message came to wait.';

alter table intake.progress add column looked_at timestamptz;

comment on column intake.progress.looked_at is
  'When an intake that has the partition last heard where it ends.';

-- Each message that waits is sealed under a data key of its own, made with it. The links of
-- refused commands (vault.sealed_link, kind payload) lead to it from everybody whom it names, so that erasing
-- one of them destroys the key. What was sealed before, under one key for all, has to be dealt with before.
do $$
begin
  if exists (select from intake.waiting) then
    raise exception 'messages wait that the version before has sealed: deal with them first (mingzhang intake list)';
  end if;
end
$$;

alter table intake.waiting add column owner uuid not null,
  add constraint waiting_owner unique (owner);

comment on column intake.waiting.owner is 'Whose data key opens the message: nobody''s but its own.';

create index sealed_link_payload on vault.sealed_link (stream) where kind = 'payload';

create view intake.listed as
  select number, topic, partition, "offset",
    case when wrapped is null then 'ERASED' else fault end as fault, places, sender, arrived_at
  from intake.waiting left join vault.data_key using (owner);

comment on view intake.listed is
  'What waits and why, without any of it. A message whose key is gone tells of somebody who was erased.';

-- Whoever takes messages may end the key of a message, and nobody else's.
create function intake.done_with(one bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with done as (
    delete from intake.waiting where number = one returning owner
  ), links as (
    delete from vault.sealed_link using done
      where kind = 'payload' and stream = 'payload/' || done.owner
  )
  delete from vault.data_key using done where data_key.owner = done.owner
$$;

revoke all on function intake.done_with from public;

-- A role for each process, with the rights of its part and no others (ledger.store.roles); whoever migrates
-- may take them. What a copy's processes need is granted in copies alone (mirror.let_in): in the database of
-- a ledger nobody adds entries but by appending, and read models are the owner's.
create or replace function pg_temp.role_made(name text) returns boolean language plpgsql as $$
begin
  if not exists (select from pg_roles where rolname = name) then
    begin
      execute format('create role %I nologin', name);
    exception
      when duplicate_object or unique_violation then
        null; -- another database of the same server was migrated at the same moment
      when insufficient_privilege then
        return false; -- the operator makes the role and grants by hand
    end;
  end if;
  begin
    execute format('grant %I to %I', name, current_user);
  exception when others then
    null; -- a superuser needs none, and who may not grant takes what the operator grants
  end;
  return true;
end
$$;

create function mirror.let_in() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
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
    grant select on mirror.origin, mirror.progress, mirror.arrived, mirror.alarm to mingzhang_projector;
    grant update (source) on mirror.origin to mingzhang_projector;
    grant update on mirror.progress to mingzhang_projector;
    grant insert, delete on mirror.arrived to mingzhang_projector;
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

comment on function mirror.let_in is
  'In a copy: lets the projector keep entries and doors read what there is; run by the owner.';

revoke all on function mirror.let_in from public;

do $$
begin
  -- Whoever starts sees that nothing is to be migrated.
  grant select on public.mingzhang_migration to public;
  if not (pg_temp.role_made('mingzhang_reader') and pg_temp.role_made('mingzhang_relay')
      and pg_temp.role_made('mingzhang_projector') and pg_temp.role_made('mingzhang_intake')) then
    raise notice 'roles were not made: the connecting role may not create roles';
    return;
  end if;
  grant usage on schema intake to mingzhang_reader;
  grant select on intake.source, intake.progress, intake.outcome, intake.listed to mingzhang_reader;

  revoke all on all tables in schema intake from mingzhang_intake;
  grant usage on schema ledger, vault, intake, security to mingzhang_intake;
  grant select, insert on ledger.entry, ledger.idempotency to mingzhang_intake;
  grant select, update on ledger.head to mingzhang_intake;
  grant execute on function ledger.append to mingzhang_intake;
  grant insert on vault.sealed, vault.restricted, vault.sealed_fact, vault.sealed_link to mingzhang_intake;
  grant select on vault.restricted to mingzhang_intake;
  grant select, insert on vault.data_key to mingzhang_intake;
  grant select on security.sender to mingzhang_intake;
  grant select, insert, update on intake.source, intake.outcome, intake.waiting to mingzhang_intake;
  grant select, insert, update, delete on intake.progress to mingzhang_intake;
  grant select on intake.listed to mingzhang_intake;
  grant execute on function intake.done_with to mingzhang_intake;
end
$$;
