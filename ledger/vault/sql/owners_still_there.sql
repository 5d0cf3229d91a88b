select count(*) from vault.data_key
where owner = any(%(owners)s::uuid[]) and destroyed_at is null
