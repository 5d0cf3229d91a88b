-- The people whose erasure is recorded and not carried out yet.
select id from vault.sealed_link where kind = %(kind)s order by id
