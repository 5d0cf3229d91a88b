"""Stories of one class, step by step: listed, filed, approved, running, taught.

Every step is what the commands themselves grant, so a story is never what could not happen.
Others take up a story where they need it: ``given(*a_taught_class(), law=LAW)``.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from aggregates.decisions import Command, Recorded
from aggregates.institution.facts import InstitutionFiledInCounty, InstitutionSiteVerified
from aggregates.institution.state import INSTITUTION
from aggregates.law.in_force import Law
from aggregates.training_class.commands import (
    CompleteTeaching,
)
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    Outcome,
    given,
    happened,
    moment,
    official,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
    evaluated,
    listed,
    registered,
    site,
    staff,
)
from tests.aggregates.training_class.samples import (
    APPROVED_ON,
    APPROVER,
    CLASS,
    COUNTY_BUREAU,
    END,
    FILED_ON,
    FILER,
    HEAD,
    HEADS,
    INSPECTORS,
    LAW,
    SESSIONS,
    START,
    approve,
    enrol,
    record_session,
    register_recording,
    roster,
    seal_sheet,
    session_times,
    sheet_rows,
    start,
    submit,
    trainees,
)


def told(
    story: tuple[Happened, ...],
    command: Command,
    now: str,
    *,
    under: Law = LAW,
    **how: Any,  # noqa: ANN401 - who asks, and by which way
) -> tuple[Happened, ...]:
    """Return a story with what a command granted."""
    answer: Outcome = given(*story, law=under).when(command, now=now, **how)
    by, channel = how.get("by", official(0)), how.get("channel", "inner")
    record = Recorded(moment(now), by, channel)
    return (
        *story,
        *(Happened(new.kind, new.id, new.fact, record) for new in answer.granted()),
    )


def verified(
    purpose: Any = "FIRST_TASK_PRE",  # noqa: ANN401 - one of the purposes
    when: str = "2023-08-20",
    **changes: Any,  # noqa: ANN401 - fields of the fact
) -> Happened:
    """Say that the school's site was visited and found fit."""
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "verification_id": UUID(int=0x5173),
        "site_id": "S1",
        "county_code": COUNTY,
        "purpose": purpose,
        "occupations": (COOK,),
        "verifiers": INSPECTORS,
        "verified_at": moment(when),
        "result": "PASS",
        **changes,
    }
    return happened(when, INSTITUTION, SCHOOL, InstitutionSiteVerified(**fields))


def filed_in_county(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the fact
    """Say that the school was filed with the county."""
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "county_code": COUNTY,
        "valid_from": date(2023, 8, 10),
        "responsible_org": COUNTY_BUREAU,
        "mutual_selection_doc": DOC,
        **changes,
    }
    return happened("2023-08-10", INSTITUTION, SCHOOL, InstitutionFiledInCounty(**fields))


@cache
def a_listed_institution() -> tuple[Happened, ...]:
    """Tell of a school: registered, listed, filed with the county, its site visited."""
    return (
        registered(),
        site(),
        *staff("FULL", "PART"),
        evaluated(),
        listed(),
        filed_in_county(),
        verified(),
    )


@cache
def a_filed_class(heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a class that was filed in time."""
    story = (*a_listed_institution(), *trainees(heads))
    return told(story, submit(roster=roster(heads)), FILED_ON, by=FILER)


@cache
def an_approved_class(heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a class that the bureau agreed to."""
    return told(a_filed_class(heads), approve(), APPROVED_ON, by=APPROVER)


@cache
def a_running_class(heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a class whose heads are enrolled and which has started."""
    story = an_approved_class(heads)
    for number in range(heads):
        story = told(story, enrol(number), "2024-02-26")
    return told(story, start(present=heads, materials_issued=heads), f"{START} 09:00", by=HEAD)


@cache
def a_held_class(sessions: int = SESSIONS, heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a class of which so many sessions were held, with sheet and recording."""
    story = a_running_class(heads)
    for number in range(1, sessions + 1):
        now = f"{session_times(number)[1]:%Y-%m-%d %H:%M}"
        rows = sheet_rows(number, heads)
        story = told(story, record_session(number), now, by=HEAD)
        story = told(story, seal_sheet(number, entries=rows), now, by=HEAD)
        story = told(story, register_recording(number), now, by=HEAD)
    return story


@cache
def a_taught_class(heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a class whose first visit took place and whose teaching is completed."""
    visit = verified(
        "FIRST_TASK_IN_CLASS",
        "2024-03-06",
        class_id=CLASS,
        attendance_checked=True,
        delivery_checked=True,
    )
    story = (*a_held_class(SESSIONS, heads), visit)
    return told(story, CompleteTeaching(class_id=CLASS), f"{END} 17:30", by=HEAD)


def without(story: Iterable[Happened], *facts: type) -> tuple[Happened, ...]:
    """Return a story in which no fact of some kinds happened."""
    return tuple(one for one in story if not isinstance(one.fact, facts))


def ready_to_file(heads: int = HEADS) -> tuple[Happened, ...]:
    """Tell of a listed school and of trainees who were identified."""
    return (*a_listed_institution(), *trainees(heads))


def file_class(
    *more: Happened,
    under: Law = LAW,
    now: str = FILED_ON,
    as_facts: bool = False,
    **changes: Any,  # noqa: ANN401 - fields of the filing
) -> Outcome:
    """Ask to file the class, after more has happened, with other fields of the filing."""
    rows = changes.get("roster", roster())
    story = (*ready_to_file(len(rows)), *more)
    return given(*story, law=under).when(
        submit(**changes), now=now, by=FILER, role="INST_CLERK", as_facts=as_facts
    )
