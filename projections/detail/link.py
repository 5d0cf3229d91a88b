"""What every entry refers to: its own stream, whoever said it, and each reference of its fact."""

from collections.abc import Iterator

from aggregates.facts import links
from aggregates.ids import LINK_KINDS, STREAM_KINDS
from projections.part import Part, Read, Row

TOKENS = ("account", "phone")
"""What a fact refers to by a matching token instead of an id."""
CODES = {
    kind: code
    for code, kind in zip(
        "abcdefghijklmnopqrstuvwxyz",
        sorted({*LINK_KINDS.values(), *STREAM_KINDS.values(), *TOKENS}),
        strict=False,
    )
}
"""One letter for each kind of thing, since there are several rows an entry."""


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each thing that the entry refers to."""
    # A UUID computes its hash in Python, its number does not.
    found = {(CODES[kind], one.int): one for kind, one in links(read.fact)}
    own = STREAM_KINDS.get(read.prefix)
    if own is not None:
        one = read.id
        found[CODES[own], one.int] = one
    actor = read.actor
    if actor is not None:
        found[CODES["official"], actor.int] = actor
    on = read.recorded_on
    for (code, _), one in found.items():
        yield on, code, one


LINK = Part(
    name="link",
    columns={"kind": 'text collate "C" not null', "id": "uuid not null"},
    facts=(),
    rows=rows,
    primary="kind, id, position",
)
