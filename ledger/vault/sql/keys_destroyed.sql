-- Destroy data keys and leave tombstones, also for owners who never had a key. Owners who are
-- erased already, and those whose data have to be stored still, stay as they are.
insert into vault.data_key as k (owner, wrapped, destroyed_at)
  select distinct owner, null::bytea, %(at)s::timestamptz
  from unnest(%(owners)s::uuid[]) as w (owner)
  order by owner
  on conflict (owner) do update
    set wrapped = null, destroyed_at = excluded.destroyed_at, restricted_until = null
    where k.destroyed_at is null
      and (k.restricted_until is null or k.restricted_until <= %(on)s)
  returning owner
