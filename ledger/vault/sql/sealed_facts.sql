-- Whole facts that a role may read, by the streams of their entries.
select f.stream, f.commitment, f.secret, k.owner, k.wrapped
from vault.sealed_fact f join vault.data_key k on k.owner = %(owner)s
where f.reader = %(reader)s and f.stream = any(%(streams)s::text[])
order by f.stream
