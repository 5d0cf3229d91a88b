-- What each person has been granted, item by item: reserved, used, or released again.
create table model.entitlements (
  person_id uuid not null,
  claim_id uuid not null,
  item_no integer not null,
  class_id uuid not null,
  county text collate "C" not null,
  kind text collate "C" not null,
  occupation text collate "C",
  level text collate "C",
  year integer,
  certified_on date,
  reserved_fen bigint,
  used_fen bigint,
  used_on date,
  state text collate "C" not null,
  primary key (person_id, claim_id, item_no)
);
create index entitlements_claim on model.entitlements (claim_id);
