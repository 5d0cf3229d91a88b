"""What a benchmark found: figures by repetition, their ratios, and the goal they are held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from aggregates.language import Message


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach.

    Attributes:
        number: Its number among the speed goals.
        name: What is measured.
        limit: The figure to reach.
        least: Whether more is better (``>=``), else less is (``<=``).
        unit: What the compared figure is: ``× P8``, ``× A0``, ``µs``, ``ms``.
    """

    number: int
    name: Message
    limit: float
    least: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Result:
    """One goal, measured.

    Attributes:
        goal: The goal.
        figures: The compared figure of each repetition.
        ours: Our own figure of each repetition, in ``ours_unit``.
        anchor: The anchor's figure of each repetition; empty where the goal has none.
        ours_unit: The unit of both.
    """

    goal: Goal
    figures: Sequence[float]
    ours: Sequence[float]
    anchor: Sequence[float]
    ours_unit: str

    @property
    def reached(self) -> bool:
        """Whether the median reaches the goal."""
        found = median(self.figures)
        return found >= self.goal.limit if self.goal.least else found <= self.goal.limit

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "goal": self.goal.number,
            "name": self.goal.name.en,
            "unit": self.goal.unit,
            "limit": self.goal.limit,
            "better": "more" if self.goal.least else "less",
            "median": round(median(self.figures), 4),
            "min": round(min(self.figures), 4),
            "max": round(max(self.figures), 4),
            "reached": self.reached,
            "ours": [round(one, 3) for one in self.ours],
            "anchor": [round(one, 3) for one in self.anchor],
            "figures_unit": self.ours_unit,
        }

    def as_row(self) -> list[str]:
        """Return the result as a row of a table."""
        sign = "≥" if self.goal.least else "≤"
        anchor = f"{median(self.anchor):,.1f}" if self.anchor else ""
        return [
            str(self.goal.number),
            self.goal.name.zh,
            f"{median(self.figures):.2f} {self.goal.unit}",
            f"{min(self.figures):.2f}–{max(self.figures):.2f}",
            f"{sign} {self.goal.limit:g}",
            "✓" if self.reached else "✗",
            f"{median(self.ours):,.1f} {self.ours_unit}",
            anchor,
        ]


COLUMNS = (
    ("goal", Message("目标", "goal")),
    ("name", Message("项目", "what")),
    ("median", Message("中位数", "median")),
    ("spread", Message("范围", "spread")),
    ("limit", Message("要求", "limit")),
    ("reached", Message("达到", "reached")),
    ("ours", Message("本系统", "ours")),
    ("anchor", Message("基准", "anchor")),
)


def ratios(ours: Sequence[float], anchor: Sequence[float]) -> list[float]:
    """Return ours by anchor, repetition by repetition."""
    return [mine / other for mine, other in zip(ours, anchor, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
