"""The entries of a list: where each kind stands in a part, their digest, how they are parted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec

from aggregates.policy_book.facts import CatalogueVersionPublished

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "INSTITUTION": "institutions",
        "SUBSIDY_STANDARD": "standards",
        "ASSESSMENT_BODY": "bodies",
        "ONLINE_PLATFORM": "platforms",
        "OCCUPATION_ROUTE": "routes",
        "PERSON_CATEGORY": "categories",
        "CLASS_HOUR_STANDARD": "hour_standards",
        "OFFICIAL_SITE": "sites",
    }
)
"""The field that holds the entries of each kind of list."""
PART_BYTES_MAX = 48_000
"""How much of a list one entry of the log takes; an entry holds 65,535 bytes."""


def entries_of(held: object, catalogue: str) -> tuple[Any, ...]:
    """Return the entries of one kind of list that a part or command carries."""
    found: tuple[Any, ...] = getattr(held, FIELDS[catalogue])
    return found


def strangers(held: object, catalogue: str) -> tuple[str, ...]:
    """Return the names of fields that hold entries of other kinds than the list's own."""
    others = (name for kind, name in FIELDS.items() if kind != catalogue)
    return tuple(name for name in others if getattr(held, name))


def digest_of(entries: Sequence[object]) -> str:
    """Return the SHA-256 of entries: JSON, keys sorted, no white space, one array in order."""
    return sha256(msgspec.json.encode(list(entries), order="sorted")).hexdigest()


def size_of(entry: object) -> int:
    """Return how many bytes an entry takes in the log."""
    return len(msgspec.json.encode(entry)) + 1


def parted(
    blank: CatalogueVersionPublished, entries: Sequence[object]
) -> Iterator[CatalogueVersionPublished]:
    """Yield a version in parts, each small enough for one entry of the log.

    Args:
        blank: The version without its entries.
        entries: All its entries, of the version's own kind.
    """
    name = FIELDS[blank.catalogue]
    groups: list[list[object]] = [[]]
    room = PART_BYTES_MAX
    for entry in entries:
        size = size_of(entry)
        if size > room and groups[-1]:
            groups.append([])
            room = PART_BYTES_MAX
        groups[-1].append(entry)
        room -= size
    for number, group in enumerate(groups, start=1):
        changes: dict[str, Any] = {name: tuple(group), "part": number, "parts": len(groups)}
        yield replace(blank, **changes)
