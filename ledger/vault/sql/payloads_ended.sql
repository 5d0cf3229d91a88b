-- End the payloads that tell of somebody who was erased before they reached the vault.
update vault.data_key as k set wrapped = null, destroyed_at = gone.destroyed_at
from vault.sealed_link as l join vault.data_key as gone on gone.owner = l.id
where l.kind = 'payload' and gone.destroyed_at is not null
  and k.owner = split_part(l.stream, '/', 2)::uuid and k.destroyed_at is null
