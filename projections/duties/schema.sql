-- 职责期限: who owes what by which day, and what became of it. Days are judged on recorded time.
create table model.duties (
  duty_id uuid not null primary key,
  rule_id text collate "C" not null,
  subject_kind text collate "C" not null,
  subject_id uuid not null,
  ref text collate "C" not null,
  class_id uuid,
  institution_id uuid,
  county text collate "C" not null,
  owed_by text collate "C" not null,
  org text collate "C" not null,
  opened_at timestamptz not null,
  days integer,
  due_on date,
  told_on date,
  calendar_version text collate "C",
  held_days integer not null,
  kept_at timestamptz,
  ended_at timestamptz,
  missed_at timestamptz,
  missed_due_on date,
  recomputed_at timestamptz,
  state text collate "C" not null
);
create index duties_due on model.duties (coalesce(due_on, '-infinity'), duty_id);
create index duties_county_due on model.duties (county, coalesce(due_on, '-infinity'), duty_id);
create index duties_state_due on model.duties (state, coalesce(due_on, '-infinity'), duty_id);
create index duties_class on model.duties (class_id);
