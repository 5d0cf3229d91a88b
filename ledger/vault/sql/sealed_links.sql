-- The streams of sealed facts that refer to a thing, as far as a role may read them.
select l.stream
from vault.sealed_link l join vault.sealed_fact f using (stream)
where l.kind = %(kind)s and l.id = %(id)s and f.reader = %(reader)s
order by l.stream
