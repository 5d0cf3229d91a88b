-- Messages from devices, platforms, assessment bodies and banks: who may send, how far each topic was
-- read, and what waits for a person.

create table security.sender (
  id          uuid        not null,
  kind        text        not null,
  label       text        not null,
  public_key  bytea       not null,
  role        text        not null,
  org         text        not null default '',
  county      text        not null default '',
  institution uuid,
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  revoked_at  timestamptz,
  constraint sender_id primary key (id),
  constraint sender_key_is_ed25519 check (octet_length(public_key) = 32)
);

comment on table security.sender is
  'Who signs messages from outside, with which Ed25519 key, and as whom its commands are given. No secret is in here.';

create schema intake;

create table intake.source (
  topic      text collate "C" not null,
  cluster    text    not null,
  topic_id   text    not null,
  partitions integer not null,
  constraint source_topic primary key (topic)
);

comment on table intake.source is
  'The topic that the offsets are of: one of the same name that was made anew is another one.';

create table intake.progress (
  topic       text collate "C" not null,
  partition   integer not null,
  next_offset bigint  not null,
  ends_at     bigint  not null default 0,
  taken_at    timestamptz,
  constraint progress_place primary key (topic, partition)
);

comment on table intake.progress is
  'All before next_offset is decided or waits in intake.waiting; ends_at = where the partition was last heard to end.';

create table intake.waiting (
  number     bigint generated always as identity,
  message_id uuid    not null,
  topic      text collate "C" not null,
  partition  integer not null,
  "offset"   bigint  not null,
  scope      bytea   not null,
  sender     uuid,
  fault      text    not null default '',
  places     text[]  not null default '{}',
  sealed     bytea   not null,
  digest     bytea   not null,
  arrived_at timestamptz not null default clock_timestamp(),
  constraint waiting_number primary key (number),
  constraint waiting_message unique (message_id),
  constraint waiting_scope_is_digest check (octet_length(scope) = 32),
  constraint waiting_digest_is_keyed check (octet_length(digest) = 32)
);

create index waiting_scope on intake.waiting (scope, number);

comment on table intake.waiting is
  'Messages that could not be decided (fault) and those of the same sender and key behind them (no fault), their bytes sealed. scope = keyed digest of topic, sender and key.';

-- mingzhang_intake appends as the writer does, seals as the vault does, and keeps what is in here.
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

revoke all on schema intake from public;

do $$
begin
  if not pg_temp.role_made('mingzhang_intake') then
    raise notice 'roles were not made: the connecting role may not create roles';
    return;
  end if;
  grant usage on schema intake, security to mingzhang_intake;
  grant select on security.sender to mingzhang_intake;
  grant select, insert, update, delete on all tables in schema intake to mingzhang_intake;
end
$$;
