-- The next data keys in order of their owners, locked until they are wrapped anew or given up.
select owner, wrapped from vault.data_key
where owner > %(after)s and wrapped is not null
order by owner limit %(limit)s
for update
