-- Values that rules and folds need. Those of erased owners are deleted, so none has to be left out.
select commitment, salt, value
from vault.restricted
where commitment = any(%(commitments)s::bytea[])
