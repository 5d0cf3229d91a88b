select stream from vault.sealed_link where kind = %(kind)s and id = %(person)s order by stream
