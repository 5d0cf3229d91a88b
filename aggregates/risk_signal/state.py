"""What the facts of a risk signal add up to."""

from dataclasses import dataclass

from aggregates.decisions import Recorded, stream
from aggregates.facts import Fact
from aggregates.ids import SignalId, derived_id
from aggregates.risk_signal.facts import RiskSignalRaised, Window
from aggregates.subject import Subject


@dataclass(frozen=True, slots=True)
class RiskSignal:
    """A doubt.

    Attributes:
        rule_id: The indicator that raised it; empty while none has.
    """

    rule_id: str = ""


def evolve(signal: RiskSignal, fact: Fact, at: Recorded) -> RiskSignal:
    """Return the signal after one more fact."""
    del at
    return RiskSignal(fact.rule_id) if isinstance(fact, RiskSignalRaised) else signal


RISK_SIGNAL = stream("risk-signal", RiskSignal(), evolve)


def signal_id(rule_id: str, subject: Subject, window: Window) -> SignalId:
    """Return the id of the one signal of an indicator about a subject in a window."""
    parts = (*subject.given, window.starts_on, window.ends_on)
    return SignalId(derived_id("risk-signal", rule_id, *parts))


JUDGE_AUTHORITY = frozenset({"RI-27", "RI-29"})
"""Indicators that judge the authority: its own staff do not see their signals."""
NAME_PERSON = frozenset({"RI-33"})
"""Indicators that name a person: only the discipline role sees their signals."""


def reader_of(rule_id: str, subject: Subject) -> str:
    """Return the role that alone may read a signal; empty where it is no sealed one.

    What ``AUDITOR`` may read, ``DISCIPLINE`` may too. A signal of RI-29 about an official shows
    a pair of persons.
    """
    if rule_id in NAME_PERSON or (rule_id == "RI-29" and subject.official_id is not None):
        return "DISCIPLINE"
    return "AUDITOR" if rule_id in JUDGE_AUTHORITY else ""
