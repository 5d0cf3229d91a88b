"""Renewal on the model of RFC 4998: the roots of both trees stated again, signed and stamped.

The statement itself lies beside the log and in archive packages. That it was made, and after which
other one, stands in the log, so that none can be taken away and the chain not begun anew.
"""

from datetime import date

from aggregates.facts import Digest, Fact, Title, fact
from aggregates.log_heads.facts import Size


@fact("evidence.roots-renewed.v1")
class RootsRenewed(Fact):
    """Both trees were derived again from the entries, and their roots stated in one signed note.

    Attributes:
        log: The origin of the log.
        on: The day that the statement bears.
        size: The size of both trees.
        sha256_root: The root of the tree of SHA-256.
        sm3_root: The root of the tree of SM3.
        digest: SHA-256 over the statement and, behind it, its time-stamp token if it has one.
        before: The digest of the statement that this one continues; none of the first.
        time_stamped: Whether an authority stamped it (RFC 3161).
    """

    log: Title
    on: date
    size: Size
    sha256_root: Digest
    sm3_root: Digest
    digest: Digest
    before: Digest | None = None
    time_stamped: bool
