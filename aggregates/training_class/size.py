"""How large a class may be (FIL-08)."""

from collections.abc import Iterator
from dataclasses import replace

from aggregates.decisions import Unmet, World, unmet
from aggregates.training_class.form import Filing

USUAL = 50
"""Heads of an employment-skill class as a rule (一般每班50人)."""
SPECIAL_DOUBTFUL = 60
"""Heads above which a special-ability class looks like one that escapes the cap (C-24)."""


def too_large(filing: Filing, heads: int, world: World, county: str) -> Iterator[Unmet]:
    """Yield that a class is too large, or larger than usual.

    The text caps employment-skill classes alone, at 60; other types have no limit unless the
    city sets one (``class_size_max.{type}``).
    """
    kind = filing.training_type
    cap = world.law.parameter(f"class_size_max.{kind}", world.today, county=county)
    if cap is not None and heads > cap:
        yield _heads(cap, heads)
    elif kind == "EMPLOYMENT_SKILL" and heads > USUAL:
        yield replace(_heads(USUAL, heads), flag=True)
    elif cap is None and heads > SPECIAL_DOUBTFUL and _escapes(filing):
        yield replace(_heads(SPECIAL_DOUBTFUL, heads), flag=True)


def _escapes(filing: Filing) -> bool:
    """Say whether a class is of the type under which an employment-skill class may hide."""
    elsewhere = filing.scheme == "IN_POST" or filing.project_id is not None
    return filing.training_type == "SPECIAL_ABILITY" and not elsewhere


def _heads(most: int, found: int) -> Unmet:
    return unmet(
        (f"每班不超过{most}人", f"at most {most} heads"),
        (f"{found}人", f"{found} heads"),
        where="roster",
    )
