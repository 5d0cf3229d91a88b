-- Whether the data of any of these owners have to be stored on a day.
select exists (
  select from vault.data_key
  where owner = any(%(owners)s::uuid[]) and destroyed_at is null and restricted_until > %(on)s
)
