"""The timetable of a class: its sessions, how reports change them, how a held one compares."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from aggregates.facts import Instant
from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import SessionHeld
from aggregates.training_class.form import (
    ChangeField,
    SessionChange,
    SessionDetails,
    TimetableRow,
)

Timetable = Mapping[int, SessionDetails]
"""Sessions by number, in the order of their numbers."""
NO_SESSIONS: Timetable = MappingProxyType({})
TIME_SHIFT_ALLOWED = timedelta(minutes=15)
"""A session that begins or ends so much off its time was not moved."""

FIELDS: Mapping[ChangeField, tuple[str, ...]] = {
    "TIME": ("starts_at", "ends_at"),
    "PLACE": ("site_id",),
    "ROOM": ("room_id",),
    "INSTRUCTOR": ("instructor_id",),
    "HOURS": ("hours",),
    "COURSE": ("course",),
    "KIND": ("kind",),
    "MODE": ("mode",),
    "JOINT": ("joint_with",),
}
"""Which details of a session each kind of change concerns."""
TIME_AND_PLACE: frozenset[ChangeField] = frozenset({"TIME", "PLACE", "ROOM"})
_DETAILS = tuple(name for names in FIELDS.values() for name in names)


def details_of(row: TimetableRow) -> SessionDetails:
    """Return a row of the timetable without its number."""
    return SessionDetails(**{name: getattr(row, name) for name in _DETAILS})


def timetable_of(rows: Iterable[TimetableRow]) -> Timetable:
    """Return the timetable that rows make."""
    held = {row.session_no: details_of(row) for row in rows}
    return MappingProxyType(dict(sorted(held.items())))


def with_details(session: SessionDetails, changed: Mapping[str, object]) -> SessionDetails:
    """Return a session with some details changed."""
    held = {name: changed.get(name, getattr(session, name)) for name in _DETAILS}
    return SessionDetails(**held)  # type: ignore[arg-type]  # each value is of its own field


def applied(timetable: Timetable, items: Iterable[SessionChange]) -> Timetable:
    """Return the timetable after changes; of an altered session only what the change names."""
    held = dict(timetable)
    for item in items:
        if item.change == "CANCEL":
            held.pop(item.session_no, None)
        elif item.new is not None:
            before = held.get(item.session_no)
            if item.change == "ADD" or before is None:
                held[item.session_no] = item.new
            else:
                names = [name for one in item.fields for name in FIELDS[one]]
                new = {name: getattr(item.new, name) for name in names}
                held[item.session_no] = with_details(before, new)
    return MappingProxyType(dict(sorted(held.items())))


def differing(one: SessionDetails, other: SessionDetails) -> tuple[ChangeField, ...]:
    """Return the kinds of change that lead from one session to another."""
    return tuple(
        field
        for field, names in FIELDS.items()
        if any(getattr(one, name) != getattr(other, name) for name in names)
    )


def deviations(planned: SessionDetails, held: SessionHeld) -> tuple[ChangeField, ...]:
    """Return in what a session that was held differs from its plan (DEL-08).

    What the plan leaves open cannot be deviated from; a shift of 15 minutes is none.
    """
    found: list[ChangeField] = []
    if _shifted(planned.starts_at, held.actual_start) or _shifted(planned.ends_at, held.actual_end):
        found.append("TIME")
    for field, names in FIELDS.items():
        if field in ("TIME", "JOINT"):
            continue
        for name in names:
            wanted = getattr(planned, name)
            if wanted is not None and wanted != getattr(held, name):
                found.append(field)
    return tuple(found)


def _shifted(planned: Instant | None, actual: Instant) -> bool:
    return planned is not None and abs(actual - planned) > TIME_SHIFT_ALLOWED


def dates_told(items: Iterable[SessionChange]) -> tuple[date, ...]:
    """Return the dates of the sessions that change their time or place, or are dropped or new.

    Only of these the trainees must be told days ahead (DEL-02).
    """
    moved = (i for i in items if i.change != "ALTER" or TIME_AND_PLACE & set(i.fields))
    return dates_touched(moved)


def dates_touched(items: Iterable[SessionChange]) -> tuple[date, ...]:
    """Return the local dates of all sessions that changes touch, the old and the new ones."""
    found = {
        local_date(side.starts_at)
        for item in items
        for side in (item.old, item.new)
        if side is not None and side.starts_at is not None
    }
    return tuple(sorted(found))
