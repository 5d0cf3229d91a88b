-- Run once, when the ledger's database is made.
create role mingzhang login createrole;
alter database mingzhang owner to mingzhang;
