-- Whether any of these owners was erased.
select exists (
  select from vault.data_key where owner = any(%(owners)s::uuid[]) and destroyed_at is not null
)
