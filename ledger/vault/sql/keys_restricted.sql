-- Allow storage only, until a day; an earlier day than the one set does not bring it forward.
update vault.data_key set restricted_until = greatest(restricted_until, %(until)s)
where owner = any(%(owners)s::uuid[]) and destroyed_at is null
