update vault.data_key set wrapped = %(wrapped)s, destroyed_at = null
where owner = %(owner)s and destroyed_at is not null
