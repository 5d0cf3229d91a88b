"""How evidence fails.

    Unproven            what was given proves nothing
    ├── Malformed       the bytes are not of the form that they claim
    └── Refuted         the form is right, but a signature, a hash or a rule says no

Messages say what was expected. They never quote an entry, which is not ours to show.
"""


class Unproven(ValueError):  # noqa: N818 - the word says what follows from it
    """What was given does not prove what it was given for."""


class Malformed(Unproven):
    """Bytes are not of the form that they claim to have."""


class Refuted(Unproven):
    """A signature does not verify, a root is another one, a quorum is not met."""
