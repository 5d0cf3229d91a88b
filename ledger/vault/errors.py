"""What can go wrong with personal data, by what has to be done about it.

::

    Failure
    ├── OwnerErased         the person was erased: nothing more is sealed for them
    ├── OpeningRefused      no role, no purpose, or only storage is allowed
    ├── RetentionRuns       the law still asks for the data: restrict, erase later
    ├── Fault
    │   └── SealBroken      the vault holds something else than was committed to: stop, alert
    └── Misconfigured
        └── KeysUnusable    the keyring is missing, exposed, damaged or lacks a key

Their texts never hold a value or a key.
"""

from ledger.errors import Failure, Fault, Misconfigured


class KeysUnusable(Misconfigured):
    """The keyring cannot be used; nothing can be sealed or opened until it is mended."""


class SealBroken(Fault):
    """A value in the vault does not open, or is not the one that was committed to."""


class OwnerErased(Failure):
    """The owner's key was destroyed on request; to seal again, readmit them in so many words."""


class OpeningRefused(Failure):
    """The value may not be opened by this caller for this purpose."""


class RetentionRuns(Failure):
    """The data have to be stored for some time yet; they may be restricted, not erased."""
