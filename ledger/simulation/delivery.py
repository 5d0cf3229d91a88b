"""From the first session to the last: held, attended, recorded, changed in time, inspected."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from ledger.simulation.chance import Chance
from ledger.simulation.classes import ClassPlan, Seat
from ledger.simulation.days import DAY, is_workday, minus, moment
from ledger.simulation.naming import Naming
from ledger.simulation.scales import RATES, Rates
from ledger.simulation.script import Script
from ledger.simulation.timetables import HOURS, Session, alternatives

_FACE_BP: Final = 3_500
"""Classes whose trainees sign in at a face terminal, with times."""
_FACE_SCORES = (9_100, 9_990)
_CHANGES = (("INSTRUCTOR", 45), ("ROOM", 15), ("TIME", 40))
_ON_LEAVE_BP: Final = 6_000
_MINUTE = timedelta(minutes=1)


class Delivery:
    """Writes how the classes of a county are taught."""

    def __init__(self, script: Script, naming: Naming, face_bp: int, rates: Rates = RATES) -> None:
        """Begin; ``face_bp`` is the share of classes whose sheets bear the terminals' scores."""
        self._script = script
        self._naming = naming
        self._face_bp = face_bp
        self._rates = rates

    def teach(self, plan: ClassPlan) -> None:
        """Write the whole of a class, from its start to the completion of its teaching.

        A class that knows already how its sessions are really held is taught so.
        """
        chance = Chance(self._naming.seed, "delivery", plan.class_id)
        if not plan.held:
            plan.held = {one.number: one for one in plan.sessions}
            for session in plan.sessions[1:]:
                if chance.happens(plan.change_bp or self._rates.schedule_change):
                    self._change(plan, session, chance)
        held = sorted(plan.held.values(), key=lambda one: one.starts_at)
        self._start(plan, held[0], chance)
        method = "FACE" if chance.happens(_FACE_BP) else "PAPER"
        scored = method == "FACE" and chance.happens(self._face_bp)
        for session in held:
            self._hold(plan, session, chance)
            self._seal(plan, session, method, chance, scored=scored)
            if not session.online:
                self._record(plan, session, chance)
        self._withdraw(plan, chance)
        plan.taught_at = held[-1].ends_at + chance.randrange(60, 110) * _MINUTE
        data = {"class_id": plan.class_id}
        self._script.ask(plan.taught_at, plan.body.caller(), "complete-teaching", data)

    def _start(self, plan: ClassPlan, first: Session, chance: Chance) -> None:
        data = {
            "class_id": plan.class_id,
            "actual_start": first.starts_at,
            "first_session_no": first.number,
            "present": len(plan.present(first)),
            "reminder_sent_at": first.starts_at - DAY,
            "materials_issued": len(plan.seats),
            "set_up_at": first.starts_at - timedelta(hours=1),
        }
        at = first.starts_at + chance.randrange(5, 20) * _MINUTE
        self._script.ask(at, plan.body.caller(), "start-class", data, channel="outer")

    def _hold(self, plan: ClassPlan, session: Session, chance: Chance) -> None:
        shift = timedelta(minutes=chance.randrange(-6, 7))
        data = {
            "class_id": plan.class_id,
            "session_no": session.number,
            "actual_start": session.starts_at + max(shift, timedelta()),
            "actual_end": session.ends_at + max(shift, timedelta()),
            "hours": HOURS,
            **session.what(),
            "joint_with": plan.joint_with,
            "head_on_duty": plan.body.class_head,
        }
        at = session.ends_at + chance.randrange(8, 25) * _MINUTE
        self._script.ask(at, plan.body.caller(), "record-session", data, channel="outer")

    def _seal(
        self, plan: ClassPlan, session: Session, method: str, chance: Chance, *, scored: bool
    ) -> None:
        face = method == "FACE" and not session.online
        rows = [
            self._row(seat, session, chance, face=face, scored=scored and face)
            for seat in plan.seats
            if not seat.gone(session.on)
        ]
        data = {
            "class_id": plan.class_id,
            "session_no": session.number,
            "entries": rows,
            "sheet_sha256": self._naming.digest("sheet", plan.class_id, session.number),
        }
        at = session.ends_at + chance.randrange(26, 40) * _MINUTE
        self._script.ask(at, plan.body.caller(), "seal-attendance", data, channel="outer")

    def _row(
        self, seat: Seat, session: Session, chance: Chance, *, face: bool, scored: bool
    ) -> dict[str, Any]:
        status = "PRESENT"
        if session.number in seat.absent:
            status = "LEAVE" if chance.happens(_ON_LEAVE_BP) else "ABSENT"
        elif session.number in seat.late:
            status = "LATE"
        row: dict[str, Any] = {
            "enrolment_id": seat.enrolment_id,
            "status": status,
            "method": "FACE" if face else "QR" if session.online else "PAPER",
        }
        if face and session.number not in seat.absent:
            late = 600 if status == "LATE" else -600
            row["in_at"] = session.starts_at + timedelta(seconds=late + chance.randrange(500))
            row["out_at"] = session.ends_at + timedelta(seconds=chance.randrange(20, 400))
            row["device_id"] = f"FT-{'S1' if session.room is None else session.room.site_id}-1"
            if scored:
                row["face_score"] = chance.randrange(*_FACE_SCORES)
        return row

    def _record(self, plan: ClassPlan, session: Session, chance: Chance) -> None:
        assert session.room is not None  # noqa: S101 - on-line sessions are not recorded
        name = f"{plan.filing_no}-{session.number:02}"
        data = {
            "class_id": plan.class_id,
            "camera_id": session.room.camera_id,
            "session_nos": [session.number],
            "starts_at": session.starts_at - 5 * _MINUTE,
            "ends_at": session.ends_at + 10 * _MINUTE,
            "storage_ref": f"NVR/{name}.mp4",
            "sha256": self._naming.digest("recording", name),
        }
        at = session.ends_at + chance.randrange(41, 55) * _MINUTE
        self._script.ask(at, plan.body.caller(), "register-recording", data, channel="outer")

    def _withdraw(self, plan: ClassPlan, chance: Chance) -> None:
        for seat in plan.seats:
            if seat.leaves_on is None:
                continue
            data = {
                "enrolment_id": seat.enrolment_id,
                "withdrawn_on": seat.leaves_on,
                "reason": chance.choice(("找到工作，退班（模拟）", "家中有事，退班（模拟）")),
            }
            # Before the first session of the day, so that no sheet misses a head of the roster.
            at = moment(seat.leaves_on, 7, chance.randrange(20, 59), chance.randrange(60))
            self._script.ask(at, plan.body.caller(), "withdraw-trainee", data, channel="outer")

    def _change(self, plan: ClassPlan, session: Session, chance: Chance) -> None:
        """Change a session lawfully: reported a working day ahead, the trainees told."""
        changed = self._changed(plan, session, chance)
        if changed is None:
            return
        new, fields = changed
        latest = minus(min(session.on, new.on), 1)
        on = minus(latest, chance.randrange(3))
        if plan.approved_at is None or on <= plan.approved_at.date():
            return
        plan.held[session.number] = new
        plan.changed.append(session.number)
        number = f"{plan.filing_no}-BG{session.number:02}"
        report = {
            "class_id": plan.class_id,
            "change_no": number,
            "sessions": [{"session_no": session.number, **fields}],
            "reason": "讲师临时有事，调整课程（模拟）",
            "written_doc": self._naming.digest("change", number),
        }
        at = moment(on, chance.randrange(9, 17), chance.randrange(60), chance.randrange(60))
        self._script.ask(at, plan.body.caller(), "report-schedule-change", report, channel="outer")
        self._notify(plan, number, at, min(session.on, new.on), chance)

    def _notify(
        self, plan: ClassPlan, number: str, reported: datetime, first: date, chance: Chance
    ) -> None:
        late = chance.happens(self._rates.late_notice)
        told = reported + chance.randrange(20, 90) * _MINUTE
        if late:
            told = max(told, moment(first - DAY, 18, chance.randrange(60)))
        on = told.date()
        data = {
            "class_id": plan.class_id,
            "change_no": number,
            "channel": "WECHAT",
            "notified_at": told,
            "count": sum(not seat.gone(on) for seat in plan.seats),
        }
        at = told + 2 * _MINUTE
        who = plan.body.caller()
        self._script.ask(at, who, "notify-trainees-of-change", data, channel="outer")

    def _changed(
        self, plan: ClassPlan, session: Session, chance: Chance
    ) -> tuple[Session, dict[str, Any]] | None:
        """Return a session as it shall be, and what of it changes; None where nothing can."""
        what = chance.weighted(_CHANGES)
        if what == "TIME":
            return self._later(plan, session)
        if what == "ROOM":
            return self._elsewhere(plan, session)
        for one in alternatives(session, plan.body):
            plan.body.take((session.on, session.part), one.instructor_id)
            return replace(session, lecturer=one), {"instructor_id": one.instructor_id}
        return None

    def _elsewhere(
        self, plan: ClassPlan, session: Session
    ) -> tuple[Session, dict[str, Any]] | None:
        """Move a session to another room that is free and holds as many."""
        room, slot = session.room, (session.on, session.part)
        if room is None:
            return None
        for other in plan.body.rooms_for(session.kind, len(plan.seats), room.site_id):
            if other != room and plan.body.take(slot, other.camera_id):
                return replace(session, room=other), {"room_id": other.room_id}
        return None

    def _later(self, plan: ClassPlan, session: Session) -> tuple[Session, dict[str, Any]] | None:
        """Move a session to the evening of its day, where lecturer and room are free."""
        room = session.room
        if room is None or session.part == "EVE" or not is_workday(session.on):
            return None
        names = (room.camera_id, session.lecturer.instructor_id)
        if not plan.body.take((session.on, "EVE"), *names):
            return None
        moved = replace(session, part="EVE")
        if moved.ends_at > moment(plan.end, 23, 59):
            return None
        return moved, {"starts_at": moved.starts_at, "ends_at": moved.ends_at}
