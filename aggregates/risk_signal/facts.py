"""A doubt and everything needed to raise it again: rule, version, parameters, evidence."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from aggregates.facts import Code, CountyCode, Fact, fact, record
from aggregates.ids import SignalId
from aggregates.subject import Subject

Severity = Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
Position = Annotated[int, Meta(ge=1, le=2**53)]
"""A place in the log."""
RuleId = Annotated[str, Meta(pattern="^RI-[0-9]{2}$")]


@record
class Measure:
    """A named number, word or truth value: a parameter, or what an indicator found."""

    name: Code
    value: int | bool | Code


@record
class Window:
    """The days that an indicator looked at; an end that is not given is open."""

    starts_on: date | None = None
    ends_on: date | None = None


@fact("risk-signal.raised.v1")
class RiskSignalRaised(Fact):
    """An indicator found something doubtful.

    Attributes:
        rule_id: The indicator.
        rule_version: The version of its definition.
        params: The parameters it ran with.
        subject: What the doubt is about.
        window: The days it looked at.
        position: The last position of the log that it had read.
        evidence: The positions of the entries that it rests on.
        values: What it found, ratios in basis points.
        severity: How grave it would be, were it true.
    """

    signal_id: SignalId
    rule_id: RuleId
    rule_version: Code
    params: tuple[Measure, ...]
    subject: Subject
    county_code: CountyCode | None = None
    window: Window
    position: Position
    evidence: tuple[Position, ...]
    values: tuple[Measure, ...]
    severity: Severity
