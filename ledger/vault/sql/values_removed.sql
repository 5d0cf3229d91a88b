-- Single values that tell of somebody who is erased, under keys that others' values need.
delete from vault.sealed where commitment = any(%(values)s::bytea[])
