"""RI-03 重复享受 and RI-27 程序倒置: what was paid should not have been, or not so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from aggregates.decisions import Caller
from ledger.application.answers import Ask
from ledger.simulation.claims import ClaimPlan, Item
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.crafting import Past
from ledger.simulation.days import moment, plus
from ledger.simulation.offices import PUBLIC, Office
from ledger.simulation.script import Planned
from ledger.simulation.stage import Stage, of_class


class OneReviewer(Office):
    """An office in which one person reviews twice."""

    @property
    def second_reviewer(self) -> Caller:
        """The same person again."""
        return self.first_reviewer


def plant(stage: Stage, brought_in: date) -> None:
    """Plant cases of both kinds into the year before, which come in from a day on."""
    _twice(stage, brought_in)
    for number, variant in enumerate(("reviewer", "short", "order", "objection", "overpaid")):
        _reversed(stage, variant, plus(brought_in, number))


def _twice(stage: Stage, brought_in: date) -> None:
    """Two classes of one occupation and level, two months apart, with the same people in both."""
    first = stage.history(stage.on(8, 19, years_ago=1))
    people = [seat.person for seat in first.seats]
    again = stage.history(stage.on(11, 4, years_ago=1), people=people[:2])
    for hours, plan in enumerate((first, again)):
        at = moment(brought_in, 10 + hours, 15)
        paid(stage, plan, at, f"{stage.year - 1}-LS-{plan.number}")
    label_persons(stage, "history", again.seats, "paid twice within months", planted=True)


def again_as_late_data(stage: Stage, seats: Sequence[tuple[ClassPlan, Seat]], on: date) -> None:
    """Bring in, at the end of the year, that people had the same training the autumn before."""
    for plan, seat in seats:
        before = stage.history(stage.on(10, 15, years_ago=1), plan.course, people=[seat.person])
        paid(stage, before, moment(on, 10, 40), f"{stage.year - 1}-WL-{before.number}")
        label_persons(stage, "late", [seat], "an earlier subsidy came to light", planted=True)


def label_persons(
    stage: Stage, variant: str, seats: Sequence[Seat], why: str, *, planted: bool
) -> None:
    """Label each of some people."""
    for seat in seats:
        subject = ("person", str(seat.person.person_id))
        stage.label("RI-03", variant, (subject,), why, planted=planted)


def paid(stage: Stage, plan: ClassPlan, at: datetime, name: str) -> list[ClaimPlan]:
    """Bring in a class up to its payment, everything in order."""
    past, claims, meeting = lived(stage, plan, name)
    _bring_in(stage, past, at, meeting)
    return claims


def lived(
    stage: Stage, plan: ClassPlan, name: str, office: Office | None = None
) -> tuple[Past, list[ClaimPlan], date]:
    """Let a class be lived up to its payment; return its past, its claims and the meeting's day."""
    past = Past()
    lives = stage.lives(past, office)
    lives.file(plan)
    lives.teach(plan)
    lives.certify(plan)
    claims = lives.claim(plan)
    return past, claims, lives.pay(name, claims)


def _bring_in(stage: Stage, past: Past, at: datetime, meeting: date, *, later: int = 8) -> None:
    past.moments = stage.past(at, meeting, later=later).moments
    past.replay(stage.script)


def _reversed(stage: Stage, variant: str, brought_in: date) -> None:
    plan = stage.history(stage.on(9, 3, years_ago=1))
    office = OneReviewer(stage.office.county) if variant == "reviewer" else None
    name = f"{stage.year - 1}-DZ-{plan.number}"
    past, claims, meeting = lived(stage, plan, name, office)
    at = moment(brought_in, 14, 5)
    if variant == "order":
        _move(past, "resolve-meeting", to=max(one.at for one in past.planned))
    elif variant == "objection":
        _object(past, claims[0])
    elif variant == "overpaid":
        _add_item(stage, past, claims[0], meeting)
    _bring_in(stage, past, at, meeting, later=3 if variant == "short" else 8)
    subjects = (*((("claim", str(one.claim_id))) for one in claims), *of_class(plan))
    stage.label("RI-27", variant, subjects, _WHY[variant], planted=True)


_WHY = {
    "reviewer": "one person reviewed twice",
    "short": "public for three working days",
    "order": "the meeting resolved after the payment",
    "objection": "applied for with an objection open",
    "overpaid": "an item was added after the meeting",
}


def _move(past: Past, command: str, to: datetime) -> None:
    """Let a command have been given after a moment."""
    moved: list[Planned] = []
    for one in past.planned:
        if one.ask.command == command:
            ask = Ask(command, one.ask.data, at=to + timedelta(minutes=1))
            moved.append(Planned(ask, one.caller))
        else:
            moved.append(one)
    past.planned = moved


def _object(past: Past, claim: ClaimPlan) -> None:
    published = next(one for one in past.planned if one.ask.command == "start-publicity")
    data = {
        "publicity_id": published.ask.data["publicity_id"],
        "objection_no": "1",
        "target": {"claim_id": claim.claim_id},
        "content": "名单中有人未参训（模拟）",
        "objector": {"kind": "ANONYMOUS"},
        "channel": "LETTER",
    }
    past.ask(published.at + timedelta(days=1), PUBLIC, "lodge-objection", data)


def _add_item(stage: Stage, past: Past, claim: ClaimPlan, meeting: date) -> None:
    """Hand the claim in again after the meeting, with one more item."""
    last = claim.items[-1]
    more = Item(last.number + 1, last.seat, "LIVING_ALLOWANCE", last.amount_fen, last.fund)
    form = next(one for one in past.planned if one.ask.command == "submit-claim")
    again = {
        "claim_id": claim.claim_id,
        "items": [one.row() for one in (*claim.items, more)],
        "payee": form.ask.data["payee"],
        "docs": form.ask.data["docs"],
        "package_sha256": stage.naming.digest("package", claim.key, "again"),
    }
    past.ask(moment(meeting, 17, 5), form.caller, "resubmit-claim", again)
    past.planned = [_with_more(one, more.amount_fen) for one in past.planned]


def _with_more(one: Planned, more_fen: int) -> Planned:
    """Let orders and payments be for one item more."""
    if one.ask.command not in ("order-disbursement", "confirm-payment"):
        return one
    data = {**one.ask.data, "amount_fen": one.ask.data["amount_fen"] + more_fen}
    return replace(one, ask=replace(one.ask, data=data))
