-- The data keys of these owners, made where there is none. A key that another session commits
-- while this statement runs is neither made nor seen: whoever asks repeats it for those missing.
with wanted as (
  select owner, wrapped from unnest(%(owners)s::uuid[], %(wrapped)s::bytea[]) as w (owner, wrapped)
), made as (
  insert into vault.data_key (owner, wrapped)
    select owner, wrapped from wanted
    on conflict (owner) do nothing
    returning owner, wrapped
)
select owner, wrapped from made
union all
select k.owner, k.wrapped from vault.data_key k join wanted using (owner)
