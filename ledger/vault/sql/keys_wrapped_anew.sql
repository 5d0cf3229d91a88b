update vault.data_key k set wrapped = w.wrapped
from unnest(%(owners)s::uuid[], %(wrapped)s::bytea[]) as w (owner, wrapped)
where k.owner = w.owner and k.wrapped is not null
