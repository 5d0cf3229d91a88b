delete from vault.sealed_link where kind = %(kind)s and id = %(person)s
