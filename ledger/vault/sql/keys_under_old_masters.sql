select count(*) from vault.data_key
where wrapped is not null and substring(wrapped from 1 for %(bytes)s) <> %(current)s
