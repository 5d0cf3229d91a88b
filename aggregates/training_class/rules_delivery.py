"""What is told of sessions, sheets and recordings that do not fit: findings, never refusals."""

from collections.abc import Callable, Iterator
from functools import wraps

from aggregates.decisions import Unmet, World, flag, unmet
from aggregates.institution.state import INSTITUTION
from aggregates.instructor.state import INSTRUCTOR
from aggregates.law.clauses import clause
from aggregates.law.deadlines import local_date
from aggregates.law.regimes import binds
from aggregates.training_class.delivery import (
    Delivery,
    RecordSession,
    RegisterRecording,
    SealAttendance,
)
from aggregates.training_class.hours import percent
from aggregates.training_class.reach import whose
from aggregates.training_class.state import APPROVED, TRAINING_CLASS, TrainingClass, enrolment_of
from aggregates.training_class.timetable import deviations

_WHOLE_BP = 10_000
_ZH = {
    "TIME": "时间",
    "PLACE": "地点",
    "ROOM": "教室",
    "INSTRUCTOR": "授课教师",
    "HOURS": "课时",
    "COURSE": "课程",
    "KIND": "理论或实操",
    "MODE": "线上或线下",
}

DeliveryRule = Callable[[Delivery, World], Iterator[Unmet]]


def _class(c: Delivery, world: World) -> TrainingClass:
    return world.state(TRAINING_CLASS, c.class_id)


def told_of(rule_id: str, *commands: type[Delivery]) -> Callable[..., DeliveryRule]:
    """Let commands bear a finding, where its rule binds the class on the day (A6)."""

    def bear(rule: DeliveryRule) -> DeliveryRule:
        @wraps(rule)
        def asked(c: Delivery, world: World) -> Iterator[Unmet]:
            on = local_date(c.actual_start) if isinstance(c, RecordSession) else world.today
            if binds(clause(rule_id).document, _class(c, world).regime, on):
                yield from rule(c, world)

        return flag(rule_id, *commands)(asked)

    return bear


@told_of("FIL-02", RecordSession)
def session_is_of_an_approved_class(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Nothing is taught before the bureau agreed."""
    one = _class(c, world)
    if one.status not in APPROVED or one.approved_at is None:
        yield unmet(("审核同意后开班", "the bureau's consent before"), ("未同意", "none"))
    elif c.actual_start < one.approved_at:
        yield unmet(
            ("审核同意后上课", "a session after the bureau's consent"), ("在同意之前", "before it")
        )


@told_of("INS-12", RecordSession)
def body_may_go_on(c: RecordSession, world: World) -> Iterator[Unmet]:
    """A suspended body goes on with a class under way only where the decision says so."""
    one, on = _class(c, world), local_date(c.actual_start)
    occupation = "" if one.filing is None else one.filing.occupation
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    for held in own.suspensions:
        if (
            not held.running_classes_continue
            and held.stands(on)
            and held.touches(one.county, occupation)
        ):
            yield unmet(
                ("未暂停，或决定准许在训班期继续", "no suspension, or one that lets classes end"),
                (f"自{held.valid_from}起暂停（{held.decision_no}）", f"{held.decision_no} stands"),
            )


@told_of("DEL-08", RecordSession)
def session_is_held_as_planned(c: RecordSession, world: World) -> Iterator[Unmet]:
    """A session is held by the timetable after the changes that were reported in time."""
    planned = _class(c, world).timely.get(c.session_no)
    if planned is None:
        yield unmet(
            ("课程表中的课次", "a session of the timetable"),
            (f"课程表没有第{c.session_no}次", f"there is no session {c.session_no}"),
        )
        return
    found = deviations(planned, c.held(world))
    if found:
        yield unmet(
            ("与课程表一致，或已按时报备", "as in the timetable, or reported in time"),
            (f"{'、'.join(_ZH[one] for one in found)}不同", f"differs in {', '.join(found)}"),
        )


@told_of("DEL-14", RecordSession)
def session_delivers_what_was_promised(c: RecordSession, world: World) -> Iterator[Unmet]:
    """The course taught is one of the plan that was filed."""
    courses = {one.course for one in _class(c, world).timetable.values()}
    if courses and c.course not in courses:
        yield unmet(("培训计划中的课程", "a course of the plan"), ("计划外课程", "another"))


@told_of("DEL-16", RecordSession)
def teaching_keeps_pace(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Hours held keep pace with hours planned, within what the city allows."""
    one = _class(c, world)
    most = world.law.parameter("progress_deviation_max", world.today, county=one.county)
    if most is None:
        return
    today = local_date(c.actual_start)
    planned = sum(
        s.hours or 0
        for s in one.timetable.values()
        if s.starts_at is not None and local_date(s.starts_at) <= today
    )
    others = (s.hours for number, s in one.held.items() if number != c.session_no)
    held = sum(others) + c.hours
    if planned and abs(planned - held) * _WHOLE_BP > most * planned:
        yield unmet(
            (f"课时进度偏差不超过{percent(most)}", f"within {percent(most)} of the plan"),
            (f"应授{planned}课时，实授{held}课时", f"{held} hours held, {planned} planned"),
        )


@told_of("DEL-17", RecordSession)
def session_is_in_a_registered_place(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Off-line teaching takes place on a registered site of the timetable."""
    if c.mode == "ONLINE":
        return
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    planned = {one.site_id for one in _class(c, world).timely.values()}
    if c.site_id is None or own.site(c.site_id) is None:
        yield unmet(
            ("已登记的培训场所", "a registered site"), ("未登记", "it is none"), where="site_id"
        )
    elif c.site_id not in planned:
        yield unmet(
            ("备案或按时报备的场所", "a site filed, or reported in time"),
            (f"{c.site_id}", f"{c.site_id}"),
            where="site_id",
        )


@told_of("DEL-23", RecordSession)
def room_is_monitored(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Monitoring with sound and picture works in each off-line place of teaching."""
    if c.mode == "ONLINE" or c.site_id is None or c.room_id is None:
        return
    site = world.state(INSTITUTION, whose(c.class_id, world)[0]).site(c.site_id)
    if site is not None and not site.monitored(c.room_id):
        yield unmet(
            ("具备录音录像功能的在线监控", "on-line monitoring with sound and picture"),
            (f"{c.site_id}/{c.room_id}没有", f"{c.site_id}/{c.room_id} has none"),
            where="room_id",
        )


@told_of("FIL-14", RecordSession)
def only_theory_is_online(c: RecordSession, world: World) -> Iterator[Unmet]:
    """A session of practice on line does not count."""
    if c.mode == "ONLINE" and c.kind == "PRACTICE":
        yield unmet(("线上只培训理论知识", "theory alone on line"), ("线上实操课", "practice"))


@told_of("INS-20", RecordSession)
def lecturer_is_qualified(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Whoever teaches is qualified for it on that day."""
    filing = _class(c, world).filing
    if filing is None:
        return
    on = local_date(c.actual_start)
    lecturer = world.state(INSTRUCTOR, c.instructor_id)
    if not lecturer.qualified(filing.occupation, on, c.kind):
        yield unmet(
            (
                f"{on}有效的{filing.occupation}任教资格（{c.kind}）",
                f"qualified on {on} to teach {filing.occupation} ({c.kind})",
            ),
            ("没有", "it is not so"),
            where="instructor_id",
        )


@told_of("INS-27", RecordSession)
def lecturer_is_the_bodys_own(c: RecordSession, world: World) -> Iterator[Unmet]:
    """Nobody delivers for the body that was entrusted: it engages whoever teaches."""
    own, on = whose(c.class_id, world)[0], local_date(c.actual_start)
    lecturer = world.state(INSTRUCTOR, c.instructor_id)
    if lecturer.registered_on is not None and lecturer.engaged(own, on) is None:
        yield unmet(
            ("本机构聘用的讲师", "a lecturer whom the body engages"),
            ("未聘用", "it does not"),
            where="instructor_id",
        )


@told_of("DEL-04", SealAttendance)
def sheet_is_of_a_session(c: SealAttendance, world: World) -> Iterator[Unmet]:
    """A sheet is of a session that was held or planned."""
    one = _class(c, world)
    if c.session_no not in one.held and c.session_no not in one.timetable:
        yield unmet(
            ("已登记或课程表中的课次", "a session held or planned"),
            (f"没有第{c.session_no}次", f"there is no session {c.session_no}"),
            where="session_no",
        )


@told_of("DEL-09", SealAttendance)
def attendance_is_by_the_roster_and_not_low(c: SealAttendance, world: World) -> Iterator[Unmet]:
    """Those present are on the roster, and not too few where the city has set a rate."""
    one = _class(c, world)
    known = {enrolment_of(c.class_id, person) for person in one.roster}
    strangers = sum(row.enrolment_id not in known for row in c.entries) + c.unlisted_present
    if strangers:
        yield unmet(
            ("到课人员均在花名册", "everybody on the roster"),
            (f"{strangers}人不在", f"{strangers} are not"),
        )
    least = world.law.parameter("min_attendance_rate_class", world.today, county=one.county)
    if least is not None and c.entries and c.attended * _WHOLE_BP < least * len(c.entries):
        yield unmet(
            (f"到课率不低于{percent(least)}", f"attendance of {percent(least)}"),
            (f"{len(c.entries)}人中{c.attended}人", f"{c.attended} of {len(c.entries)}"),
        )


@told_of("DEL-18", SealAttendance)
def class_head_was_on_duty(c: SealAttendance, world: World) -> Iterator[Unmet]:
    """Attendance and order of each session are kept by a class head on duty."""
    held = _class(c, world).held.get(c.session_no)
    if held is not None and held.head_on_duty is None:
        yield unmet(("跟班管理的班主任", "a class head on duty"), ("没有", "nobody"))


@told_of("DEL-03", RegisterRecording)
def recording_shows_its_sessions(c: RegisterRecording, world: World) -> Iterator[Unmet]:
    """A recording is of a registered camera, and overlaps the sessions that it is said to show."""
    one = _class(c, world)
    own = world.state(INSTITUTION, whose(c.class_id, world)[0])
    cameras = {camera.camera_id for site in own.sites.values() for camera in site.cameras}
    if c.camera_id not in cameras:
        yield unmet(
            ("已登记的监控设备", "a registered camera"), ("未登记", "it is none"), where="camera_id"
        )
    for at, number in enumerate(c.session_nos):
        held = one.held.get(number)
        if held is not None and not (
            c.starts_at < held.actual_end and held.actual_start < c.ends_at
        ):
            yield unmet(
                ("与该课次时间重叠的录像", "a recording that overlaps the session"),
                (f"与第{number}次不重叠", f"none with session {number}"),
                where=f"session_nos[{at}]",
            )
