"""How well the indicators did on a world: what was planted and found, missed, or wrongly doubted.

This is the one place that sees labels and signals together; the ledger never does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from aggregates.subject import Subject
from ledger.simulation.script import Label
from projections.risk.raising import Signal

_KINDS: Final = (("class", "class_id"), ("person", "person_id"), ("claim", "claim_id"))
Doubted = tuple[str, str, str]
"""Rule, kind of subject and id."""


@dataclass(slots=True)
class Judged:
    """What one indicator did.

    Attributes:
        planted: Cases planted.
        lookalikes: Lawful cases that look like it.
        found: Planted cases with a signal.
        missed: Planted cases without one.
        wrong: Look-alikes with a signal, and subjects with one that nobody planted.
    """

    planted: int = 0
    lookalikes: int = 0
    found: int = 0
    missed: list[Label] = field(default_factory=list)
    wrong: list[Doubted] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether every planted case was found and nothing else."""
        return not self.missed and not self.wrong

    def told(self) -> dict[str, int]:
        """Return the figures as JSON."""
        return {
            "planted": self.planted,
            "found": self.found,
            "missed": len(self.missed),
            "lookalikes": self.lookalikes,
            "wrong": len(self.wrong),
        }


def judge(labels: Sequence[Label], signals: Iterable[Signal]) -> dict[str, Judged]:
    """Compare signals with labels, indicator by indicator.

    Args:
        labels: All that was planted.
        signals: All that the indicators found.
    """
    doubted = {(one.rule_id, *_subject(one.subject)) for one in signals}
    judged: dict[str, Judged] = {}
    meant: set[Doubted] = set()
    for label in labels:
        one = judged.setdefault(label.rule, Judged())
        subjects = {(label.rule, *subject) for subject in label.subjects}
        if not label.planted:
            one.lookalikes += 1
            continue
        one.planted += 1
        meant |= subjects
        if subjects & doubted:
            one.found += 1
        else:
            one.missed.append(label)
    for wrong in sorted(doubted - meant):
        judged.setdefault(wrong[0], Judged()).wrong.append(wrong)
    return dict(sorted(judged.items()))


def _subject(subject: Subject) -> tuple[str, str]:
    for kind, name in _KINDS:
        one = getattr(subject, name)
        if one is not None:
            return kind, str(one)
    raise LookupError("a signal is about a class, a person or a claim")
