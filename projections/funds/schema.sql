-- The books of each fund of each county and year, in fen.
create table model.funds (
  fund_account_id uuid not null primary key,
  county text collate "C" not null,
  fund text collate "C" not null,
  year integer not null,
  allocated_fen bigint not null,
  reserved_fen bigint not null,
  released_fen bigint not null,
  paid_fen bigint not null,
  balance_fen bigint not null
);
