-- Open doubts. Each is a question to a person, never a finding, and stands in no other read model.
create table model.risk (
  signal_id uuid not null primary key,
  rule_id text collate "C" not null,
  rule_version text collate "C" not null,
  severity text collate "C" not null,
  subject_kind text collate "C" not null,
  subject_id uuid not null,
  county text collate "C",
  starts_on date,
  ends_on date,
  read_to bigint not null,
  evidence bigint[] not null,
  params text[] not null,
  found text[] not null,
  raised_at timestamptz not null,
  state text collate "C" not null
);
create index risk_subject on model.risk (subject_id);
create index risk_newest on model.risk (raised_at, signal_id);
