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
    found = dict.fromkeys(links(read.fact))
    own = STREAM_KINDS.get(read.prefix)
    if own is not None:
        found[own, read.id] = None
    actor = read.actor
    if actor is not None:
        found["official", actor] = None
    on = read.recorded_on
    for kind, one in found:
        yield on, CODES[kind], one


LINK = Part(
    name="link",
    columns={"kind": 'text collate "C" not null', "id": "uuid not null"},
    facts=(),
    rows=rows,
    primary="kind, id, position",
)
