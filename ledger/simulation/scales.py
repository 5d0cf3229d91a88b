"""How large a world is, and how often things go as they should not.

Sizes and rates are those of the benchmark: a county has 150 classes a year with 45 heads each,
a city 1,100 classes, a city at its peak 3,000.
"""

from dataclasses import dataclass, fields
from typing import Final

from aggregates.language import Message
from ledger.errors import Misconfigured

COUNTIES: Final = (
    ("371502", "东昌府区"),
    ("371503", "茌平区"),
    ("371581", "临清市"),
    ("371521", "阳谷县"),
    ("371522", "莘县"),
    ("371524", "东阿县"),
    ("371525", "冠县"),
    ("371526", "高唐县"),
)
CITY: Final = "371500"
LAST_YEAR: Final = 2025
"""The last simulated year: what people do in a demonstration comes after it."""
FIRST_YEAR: Final = 2022
"""The first year that can be simulated: training from its first day on falls under 72号."""
NOTICE_YEAR: Final = 2024
"""The first year wholly under 17号. What the notice forbids is planted from it on; classes of the
years before live by the law of their own day, most of which asked for less."""
YEARS_MAX: Final = LAST_YEAR - FIRST_YEAR + 1


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a world.

    Attributes:
        name: Its name on the command line.
        counties: How many counties.
        classes: Classes a county and year.
        heads: Heads of a class on average.
        bodies: Training bodies of a county.
        employers: Employers of a county that train their own staff.
        rounds: How many cases of each kind of irregularity are planted, a county and year.
        planted: How many heads the classes have that are made to be irregular, or to look so.
        face_share_bp: Classes whose sheets bear the scores of face terminals.
    """

    name: str
    counties: int
    classes: int
    heads: int
    bodies: int
    employers: int
    rounds: int
    planted: int
    face_share_bp: int = 2_000


SCALES: Final = {
    one.name: one
    for one in (
        Scale("class", 1, 4, 9, 1, 1, 1, 2),
        Scale("county", 1, 150, 45, 12, 3, 2, 12),
        Scale("city", 8, 137, 45, 11, 3, 2, 12),
        Scale("peak", 8, 375, 45, 25, 6, 3, 12),
    )
}


def sized(name: str, years: int) -> Scale:
    """Return a scale by its name, for some years.

    Raises:
        Misconfigured: there is none of that name, or so many years are not to be had.
    """
    if not 1 <= years <= YEARS_MAX:
        raise Misconfigured(
            Message(f"不能模拟{years}年", f"{years} years cannot be simulated"),
            mend=Message(
                f"1至{YEARS_MAX}年，均止于{LAST_YEAR}年：此前的培训不适用所模拟的规定",
                f"1 to {YEARS_MAX} years that end with {LAST_YEAR}: the law that is simulated does"
                f" not reach back before {FIRST_YEAR}",
            ),
        )
    try:
        return SCALES[name]
    except KeyError:
        known = "、".join(SCALES)
        raise Misconfigured(
            Message(f"没有规模{name}", f"no scale is named {name}"),
            mend=Message(f"可用：{known}", f"known: {', '.join(SCALES)}"),
        ) from None


@dataclass(frozen=True, slots=True)
class Rates:
    """How often things happen, in ten-thousandths.

    Attributes:
        late_filing: Filings that come too late, for each class.
        returned_filing: Filings given back once for correction.
        rejected_filing: Filings that the bureau does not agree to.
        schedule_change: Changes of the timetable, for each session.
        late_notice: Those of which the trainees are told too late (DEL-02).
        ineligible: Heads who turn out not to be entitled.
        withdrawn: Heads who leave.
        failed: Candidates who fail.
        retaken: Those of them who pass the retake.
        returned_claim: Claims given back once.
        unproven: Persons who claim where they are registered and forget to prove it.
        refused_claim: Claims refused.
        absent: Heads absent from a session.
        late_to_class: Heads late for a session.
    """

    late_filing: int = 100
    returned_filing: int = 600
    rejected_filing: int = 100
    schedule_change: int = 300
    late_notice: int = 1_500
    ineligible: int = 100
    withdrawn: int = 120
    failed: int = 350
    retaken: int = 6_000
    returned_claim: int = 800
    unproven: int = 600
    refused_claim: int = 100
    absent: int = 250
    late_to_class: int = 150


RATES: Final = Rates()
SMOOTH: Final = Rates(*([0] * len(fields(Rates))))
"""Nothing goes otherwise than planned: for classes that are made for one purpose."""
