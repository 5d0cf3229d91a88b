-- Sealed values with the key that opens them; those of an erased owner are not there any more.
select s.commitment, s.owner, s.kind, s.secret, k.wrapped, k.restricted_until
from vault.sealed s join vault.data_key k on k.owner = s.owner
where s.commitment = any(%(commitments)s::bytea[]) and k.wrapped is not null
