"""RI-17 擅自调课 and RI-18 课时不足: what was taught is not what was filed."""

from dataclasses import replace
from datetime import date

from ledger.simulation.classes import ClassPlan
from ledger.simulation.courses import SELLING, Course
from ledger.simulation.days import moment
from ledger.simulation.stage import Stage, of_class
from ledger.simulation.timetables import HOURS, Session

_ONLINE = 8
"""Half days on line: 32 of 60 hours."""


def plant(stage: Stage, brought_in: date) -> None:
    """Plant cases of both kinds into the year before, which come in on a day."""
    for variant, changed in (("one", 1), ("many", 4)):
        _unreported(stage, variant, changed, brought_in)
    _missing(stage, brought_in)
    _unbacked(stage, brought_in)
    # Half of it is theory, where the law wants six tenths of practice.
    theory = stage.course.hours // 2
    _as_filed(stage, "practice", replace(stage.course, theory=theory), 0, brought_in)
    _as_filed(stage, "online", SELLING, _ONLINE, brought_in)


def _play(stage: Stage, plan: ClassPlan, brought_in: date, *, silent: tuple[int, ...] = ()) -> None:
    """Bring a class in up to the end of its teaching; some sessions have no recording."""
    past = stage.past(moment(brought_in, 9, 10))
    lives = stage.lives(past)
    lives.file(plan)
    lives.teach(plan)
    for number in silent:
        past.drop("register-recording", session_nos=[number])
    past.replay(stage.script)


def _unreported(stage: Stage, variant: str, changed: int, brought_in: date) -> None:
    plan = stage.history(stage.on(9, 10, years_ago=1))
    plan.held = {one.number: one for one in plan.sessions}
    for session in plan.sessions[1 : 1 + changed]:
        plan.held[session.number] = _otherwise(session, plan)
    _play(stage, plan, brought_in)
    why = f"{changed} of its sessions held otherwise, not reported"
    stage.label("RI-17", variant, of_class(plan), why, planted=True)


def _otherwise(session: Session, plan: ClassPlan) -> Session:
    """Return a session held by another lecturer, or in another room, or on another evening."""
    if session.number % 3 == 0:
        return replace(session, part="EVE")
    if session.number % 3 == 1 and session.room is not None:
        return replace(session, room=replace(session.room, room_id="X01"))
    others = [one for one in plan.body.lecturers if one != session.lecturer]
    return replace(session, lecturer=others[0])


def _missing(stage: Stage, brought_in: date) -> None:
    plan = stage.history(stage.on(9, 24, years_ago=1))
    held = plan.sessions[:-2]
    plan.held = {one.number: one for one in held}
    _play(stage, plan, brought_in)
    why = f"{2 * HOURS} class hours were never taught"
    stage.label("RI-18", "missing", of_class(plan), why, planted=True)


def _unbacked(stage: Stage, brought_in: date) -> None:
    plan = stage.history(stage.on(10, 10, years_ago=1))
    _play(stage, plan, brought_in, silent=(2, 3, 4))
    stage.label(
        "RI-18", "unbacked", of_class(plan), "three sessions have no recording", planted=True
    )


def _as_filed(stage: Stage, variant: str, course: Course, online: int, brought_in: date) -> None:
    plan = stage.history(stage.on(10, 22, years_ago=1), course, online=online)
    _play(stage, plan, brought_in)
    why = "filed and taught with too little practice" if not online else "too much of it on line"
    stage.label("RI-18", variant, of_class(plan), why, planted=True)
