-- How far the log was published to each topic of Kafka, and which topic that was: one of the same name
-- that was made anew, or is cut short, is another one.

create table ledger.relay (
  topic      text collate "C" not null,
  cluster    text     not null,
  topic_id   text     not null,
  position   bigint   not null,
  ends       bigint[] not null,
  updated_at timestamptz not null default clock_timestamp(),
  constraint relay_topic primary key (topic),
  constraint relay_position check (position >= 0),
  constraint relay_ends check (cardinality(ends) > 0)
);

comment on table ledger.relay is
  'Every entry up to position was acknowledged by all replicas; ends[p + 1] = the offset after the last one acknowledged in partition p.';

-- mingzhang_relay reads entries and keeps how far it has come, and nothing else.
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
  if not pg_temp.role_made('mingzhang_relay') then
    raise notice 'roles were not made: the connecting role may not create roles';
    return;
  end if;
  grant usage on schema ledger to mingzhang_relay;
  grant select on ledger.entry, ledger.head to mingzhang_relay;
  grant select, insert, update on ledger.relay to mingzhang_relay;
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant select on ledger.relay to mingzhang_reader;
  end if;
end
$$;
