-- Owners for whom the duty to store has ended.
select owner from vault.data_key
where restricted_until <= %(on)s and destroyed_at is null
order by owner
