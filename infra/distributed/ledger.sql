-- Run once, when the ledger's database is made. The ledger owns it; relay and alerts read entries and keep how
-- far they have come; back-ups read everything. None of the latter can write anything else.
create role mingzhang login createrole;
alter database mingzhang owner to mingzhang;
create role mingzhang_relay nologin;
create role "mingzhang-relay" login in role mingzhang_relay;
create role "mingzhang-backup" login in role pg_read_all_data;
