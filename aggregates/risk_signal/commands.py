"""What the risk engine asks to be recorded."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Code, CountyCode
from aggregates.risk_signal.facts import (
    Measure,
    Position,
    RiskSignalRaised,
    RuleId,
    Severity,
    Window,
)
from aggregates.risk_signal.state import RISK_SIGNAL, reader_of, signal_id
from aggregates.subject import Subject


@command(
    "raise-risk-signal",
    zh="生成风险疑点",
    en="Raise a risk signal",
    kind=RISK_SIGNAL,
    roles=("RISK_ENGINE",),
    sealed_for="AUDITOR",
)
class RaiseRiskSignal(Command):
    """An indicator found something doubtful; a person has to look at it."""

    rule_id: RuleId
    rule_version: Code
    params: tuple[Measure, ...] = ()
    subject: Subject
    county_code: CountyCode | None = None
    window: Window
    position: Position
    evidence: tuple[Position, ...]
    values: tuple[Measure, ...] = ()
    severity: Severity

    def facts(self, world: World) -> Iterator[New]:
        """Record the signal, sealed where it judges the authority or names a person."""
        del world
        one = signal_id(self.rule_id, self.subject, self.window)
        yield New(
            RISK_SIGNAL,
            one,
            RiskSignalRaised(
                signal_id=one,
                rule_id=self.rule_id,
                rule_version=self.rule_version,
                params=self.params,
                subject=self.subject,
                county_code=self.county_code,
                window=self.window,
                position=self.position,
                evidence=self.evidence,
                values=self.values,
                severity=self.severity,
            ),
            county=self.county_code or "",
            about=self.subject.story,
            sealed_for=reader_of(self.rule_id, self.subject),
        )


@lifecycle(RaiseRiskSignal)
def raised_by_the_engine_once(c: RaiseRiskSignal, world: World) -> Iterator[Unmet]:
    """Only the engine raises a signal, about one thing, with evidence, once for a window."""
    if world.channel != "risk":
        yield unmet(
            ("由风险引擎生成", "raised by the risk engine"), ("其他渠道", "another channel")
        )
    if len(c.subject.given) != 1:
        yield unmet(
            ("恰好一个对象", "exactly one subject"),
            (f"{len(c.subject.given)}个", str(len(c.subject.given))),
            where="subject",
        )
    if not c.evidence or max(c.evidence) > c.position:
        yield unmet(
            ("证据记录，且均在所读位置以内", "evidence within what was read"),
            ("缺少或超出", "none, or beyond it"),
            where="evidence",
        )
    # A sealed signal has no stream of this name: whether it was raised, only its readers know.
    sealed = bool(reader_of(c.rule_id, c.subject))
    if not sealed and world.exists(RISK_SIGNAL, signal_id(c.rule_id, c.subject, c.window)):
        yield unmet(("尚未生成", "not raised before"), ("已生成", "raised already"))
