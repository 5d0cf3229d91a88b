-- The people about whom something is recorded and not carried out yet.
select distinct id from vault.sealed_link where kind = %(kind)s order by id
