"""What a new policy book starts with: the notice's parameters and the known working days."""

from aggregates.facts import Fact
from aggregates.ids import OfficialId
from aggregates.law.named_parameters import PARAMETERS
from aggregates.law.parameters import NOTICE
from aggregates.law.regimes import NOTICE_DATE
from aggregates.law.seed_calendar import seed_years
from aggregates.policy_book.facts import PolicySetPublished, Setting, WorkCalendarYearPublished
from aggregates.policy_book.settings import setting


def initial_facts(second_checker: OfficialId) -> tuple[Fact, ...]:
    """Return the first facts of a policy book, in order.

    The parameters of 17号 with their defaults, then the calendars of 2019 to 2026. What the
    notice leaves to the city stays unset until the city sets it.

    Args:
        second_checker: Who stands for the comparison of the calendars with the notices.
    """
    notice = PolicySetPublished(
        policy_id=NOTICE,
        version=NOTICE_DATE.isoformat(),
        doc_no="聊人社字〔2023〕17号",
        title="关于进一步规范职业技能培训工作的通知",
        precedence="CITY",
        effective_from=NOTICE_DATE,
        parameters=default_settings(),
    )
    return (notice, *calendars(second_checker))


def default_settings() -> tuple[Setting, ...]:
    """Return every parameter that a city may set and that has a default, in order of the table."""
    found: list[Setting] = []
    for one in PARAMETERS.values():
        if one.lowest not in ("CITY", "COUNTY"):
            continue
        keys = (one.keys or tuple(one.defaults)) if one.is_family else ("",)
        for key in keys:
            value = one.default_for(key)
            if value is not None:
                found.append(setting(f"{one.stem}.{key}" if key else one.name, value))
    return tuple(found)


def calendars(second_checker: OfficialId) -> tuple[WorkCalendarYearPublished, ...]:
    """Return the calendars that are known, ascending."""
    return tuple(
        WorkCalendarYearPublished(
            year=one.year,
            holidays=tuple(sorted(one.holidays)),
            makeup_workdays=tuple(sorted(one.makeup_workdays)),
            source_doc=one.source_doc,
            source_sha256=one.source_sha256,
            second_checker=second_checker,
        )
        for one in seed_years()
    )
