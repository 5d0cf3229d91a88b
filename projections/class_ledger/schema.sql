-- 班期台账（一表通）: one row for each class. No doubt about it stands here, only what happened.
create table model.class_ledger (
  class_id uuid not null primary key,
  filing_no text collate "C",
  county text collate "C",
  institution_id uuid,
  institution text collate "C",
  training_type text collate "C",
  occupation text collate "C",
  level text collate "C",
  plan_month text collate "C",
  filed_on date,
  approved_on date,
  started_on date,
  ended_on date,
  hours_total integer,
  hours_theory integer,
  hours_practice integer,
  hours_online integer,
  heads_filed integer,
  heads_trained integer not null,
  heads_passed integer not null,
  heads_certified integer not null,
  heads_claimed integer not null,
  heads_approved integer not null,
  heads_paid integer not null,
  inspections integer not null,
  inspections_double integer not null,
  changes integer not null,
  standard_fen bigint,
  claimed_fen bigint not null,
  approved_fen bigint not null,
  publicised_fen bigint not null,
  paid_fen bigint not null,
  recovered_fen bigint not null,
  fund text collate "C",
  publicised_from date,
  publicised_to date,
  objections integer not null,
  status text collate "C" not null
);

-- Lists are sorted by these, alone or within a county, an institution or a status; a row without
-- a value comes first, as the lists have it (paging.py).
create index class_ledger_filed on model.class_ledger (coalesce(filed_on, '-infinity'), class_id);
create index class_ledger_started on model.class_ledger (coalesce(started_on, '-infinity'), class_id);
create index class_ledger_named on model.class_ledger (coalesce(institution, ''), class_id);
create index class_ledger_numbered on model.class_ledger (coalesce(filing_no, ''), class_id);
create index class_ledger_claimed on model.class_ledger (claimed_fen, class_id);
create index class_ledger_paid on model.class_ledger (paid_fen, class_id);
create index class_ledger_county_filed on model.class_ledger (county, coalesce(filed_on, '-infinity'), class_id);
create index class_ledger_county_started on model.class_ledger (county, coalesce(started_on, '-infinity'), class_id);
create index class_ledger_county_paid on model.class_ledger (county, paid_fen, class_id);
create index class_ledger_body_filed on model.class_ledger (institution_id, coalesce(filed_on, '-infinity'), class_id);
create index class_ledger_status_filed on model.class_ledger (status, coalesce(filed_on, '-infinity'), class_id);
