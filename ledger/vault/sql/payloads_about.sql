-- The owners of payloads that tell of somebody: "payload/<owner>", linked from whom they tell of.
select distinct split_part(stream, '/', 2)::uuid
from vault.sealed_link
where kind = 'payload' and id = any(%(about)s::uuid[])
