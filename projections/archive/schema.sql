-- 一期一档: the archive of each class, what it holds and lacks, and until when it is kept.
create table model.archive (
  class_id uuid not null primary key,
  filing_no text collate "C",
  institution_id uuid,
  county text collate "C",
  documents integer not null,
  pages integer not null,
  present text[] not null,
  required text[] not null,
  missing text[] not null,
  training_checked_on date,
  final_checked_on date,
  sealed_on date,
  manifest_sha256 text collate "C",
  retention_from date,
  retention_to date,
  unstored integer not null,
  holds text[] not null,
  held_until date,
  produced integer not null,
  approvers integer not null,
  destroyed_on date,
  state text collate "C" not null
);
create index archive_numbered on model.archive (coalesce(filing_no, ''), class_id);
create index archive_county_numbered on model.archive (county, coalesce(filing_no, ''), class_id);
create index archive_state_numbered on model.archive (state, coalesce(filing_no, ''), class_id);
