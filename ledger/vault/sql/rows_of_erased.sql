-- Remove what lies in the vault of erased owners: of those named, or of all where none is.
with gone as (
  select owner from vault.data_key
  where destroyed_at is not null
    and (%(owners)s::uuid[] is null or owner = any(%(owners)s::uuid[]))
), sealed as (
  delete from vault.sealed v using gone where v.owner = gone.owner returning 1
), restricted as (
  delete from vault.restricted v using gone where v.owner = gone.owner returning 1
)
select (select count(*) from sealed) + (select count(*) from restricted)
