"""The log's word about itself at one size: the heads of all its streams, the roots of its trees.

Such a fact is an entry like any other, so a signed head of the log vouches for it. From then on an
answer can be shown to be complete, and neither tree can be rewritten without the other.
"""

from typing import Annotated

from msgspec import Meta

from aggregates.facts import Count, Digest, Fact, fact

Size = Annotated[int, Meta(ge=1, le=2**53)]
"""How many entries a log has."""


@fact("evidence.stream-heads.v1")
class StreamHeadsLogged(Fact):
    """At this size there were so many streams, and this is the root over their last entries.

    Attributes:
        size: The size of the log: entries up to this position count.
        streams: How many streams there were.
        root: The root over their heads, sorted by name.
    """

    size: Size
    streams: Count
    root: Digest


@fact("evidence.sm3-root.v1")
class Sm3RootLogged(Fact):
    """The roots of both trees at one size; the entry stands in both, and binds each to the other.

    Attributes:
        size: The size of both trees.
        root: The root of the tree of SM3, in lower-case hexadecimal.
        sha256_root: The root of the tree of SHA-256.
    """

    size: Size
    root: Digest
    sha256_root: Digest
