"""What may be asked of publicity batches, and the rules that answer.

Importing this module registers them all.
"""

from aggregates.publicity.objecting import (
    AcceptObjection,
    DecideObjection,
    DismissObjection,
    LodgeObjection,
)
from aggregates.publicity.publishing import ClosePublicity, StartPublicity

__all__ = [
    "AcceptObjection",
    "ClosePublicity",
    "DecideObjection",
    "DismissObjection",
    "LodgeObjection",
    "StartPublicity",
]
