-- What others vouch for: witnesses who cosign the checkpoints of the tree of SHA-256, and authorities
-- that stamp the time on them (RFC 3161).

-- Of each hour the newest checkpoint that a quorum of the witnesses cosigned.
create table evidence.cosigned (
  hour   timestamptz not null,
  size   bigint      not null,
  note   bytea       not null,
  twin   bytea,
  met_at timestamptz not null,
  constraint cosigned_hour primary key (hour)
);

comment on column evidence.cosigned.twin is
  'The checkpoint of the tree of SM3 at the same size, where there was one: so both can be shown together.';

create index cosigned_newest on evidence.cosigned (size desc, met_at desc);

-- What is known of each witness: what it remembers, how it answered last. No proof: it may be lost.
create table evidence.witness (
  vkey        text collate "C" not null,
  name        text collate "C" not null,
  size        bigint  not null default 0,
  outcome     text    not null default '',
  failures    integer not null default 0,
  asked_at    timestamptz,
  cosigned_at timestamptz,
  constraint witness_key primary key (vkey),
  constraint witness_counts check (size >= 0 and failures >= 0)
);

comment on column evidence.witness.cosigned_at is 'By the clock of this machine, when the answer came.';

create table evidence.time_stamp (
  size      bigint      not null,
  authority text collate "C" not null,
  stamped_at timestamptz not null,
  note      bytea       not null,
  response  bytea       not null,
  constraint time_stamp_place primary key (size, authority)
);

comment on table evidence.time_stamp is
  'response = TimeStampResp of RFC 3161 over the text of the checkpoint note; stamped_at as it says.';

create function evidence.refuse_older() returns trigger language plpgsql as $$
begin
  if new.hour <> old.hour or new.size < old.size or new.met_at < old.met_at then
    raise exception 'evidence.cosigned only grows: update is refused' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;

create trigger append_only before delete or truncate on evidence.cosigned
  for each statement execute function evidence.refuse_change();
create trigger cosigned_grows before update on evidence.cosigned
  for each row execute function evidence.refuse_older();
create trigger append_only before update or delete or truncate on evidence.time_stamp
  for each statement execute function evidence.refuse_change();

alter table evidence.cosigned enable always trigger append_only, enable always trigger cosigned_grows;
alter table evidence.time_stamp enable always trigger append_only;

do $$
begin
  if exists (select from pg_roles where rolname = 'mingzhang_integrator') then
    grant select, insert, update on evidence.cosigned to mingzhang_integrator;
    grant select, insert on evidence.time_stamp to mingzhang_integrator;
    grant select, insert, update, delete on evidence.witness to mingzhang_integrator;
  end if;
  if exists (select from pg_roles where rolname = 'mingzhang_reader') then
    grant select on evidence.cosigned, evidence.time_stamp, evidence.witness to mingzhang_reader;
  end if;
end
$$;
