"""What may be asked of the policy book, and the rules that answer.

Lists are published in a module of their own, imported at the end.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated

from msgspec import Meta

from aggregates.decisions import (
    Command,
    New,
    Unmet,
    World,
    command,
    flag,
    hard,
    lifecycle,
    policy_book_id,
    unmet,
)
from aggregates.facts import Code, CountyCode, Digest, Title
from aggregates.ids import ClassId, InstitutionId, OfficialId
from aggregates.law.clauses import CLAUSES
from aggregates.law.named_parameters import PARAMETERS
from aggregates.law.parameters import PRECEDENCE, UnknownParameterError, declaration, faults
from aggregates.law.workdays import calendar_faults
from aggregates.policy_book.facts import (
    Ground,
    PolicySetPublished,
    Precedence,
    Setting,
    WaiverGranted,
    WorkCalendarYearPublished,
)
from aggregates.policy_book.settings import values_of
from aggregates.policy_book.state import POLICY_BOOK
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.state import TRAINING_CLASS


@command(
    "publish-policy-set",
    zh="发布政策参数",
    en="Publish a policy set",
    kind=POLICY_BOOK,
    roles=("CITY_HR", "COUNTY_HR"),
)
class PublishPolicySet(Command):
    """An authority publishes parameters that the notice leaves to it."""

    policy_id: Code
    version: Code
    doc_no: Code
    title: Title
    precedence: Precedence
    county_code: CountyCode | None = None
    effective_from: date
    effective_to: date | None = None
    parameters: tuple[Setting, ...]
    supersedes: tuple[Code, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the publication."""
        yield New(
            POLICY_BOOK,
            policy_book_id(world.city),
            PolicySetPublished(
                policy_id=self.policy_id,
                version=self.version,
                doc_no=self.doc_no,
                title=self.title,
                precedence=self.precedence,
                county_code=self.county_code,
                effective_from=self.effective_from,
                effective_to=self.effective_to,
                parameters=self.parameters,
                supersedes=self.supersedes,
            ),
            county=self.county_code or "",
        )


@lifecycle(PublishPolicySet)
def policy_set_is_sound(c: PublishPolicySet, world: World) -> Iterator[Unmet]:
    """A version is new, names parameters that exist with values of their kind, and ends after."""
    standing = world.law.policies
    if any((one.policy_id, one.version) == (c.policy_id, c.version) for one in standing):
        yield unmet(("新的版本", "a new version"), ("该版本已发布", "published"), "version")
    unknown = set(c.supersedes) - {one.policy_id for one in standing}
    if unknown:
        yield unmet(
            ("所替代的政策已发布", "published policies to replace"),
            ("没有所列政策", "no such policy"),
            where="supersedes",
        )
    if c.effective_to is not None and c.effective_to < c.effective_from:
        yield unmet(
            (f"不早于{c.effective_from}", f"not before {c.effective_from}"),
            (str(c.effective_to), str(c.effective_to)),
            where="effective_to",
        )
    names = [one.name for one in c.parameters]
    for at, one in enumerate(c.parameters):
        if names.index(one.name) != at:
            yield unmet(
                ("参数不重复", "each parameter once"), ("重复", "again"), f"parameters[{at}]"
            )
        # Whether the authority is high enough is another question, asked under TRN-04.
        for fault in faults(values_of((one,)), PRECEDENCE[0]):
            yield unmet(
                (fault.zh, fault.en), ("不符", "it is otherwise"), where=f"parameters[{at}]"
            )


@hard("TRN-04", PublishPolicySet)
def higher_authority_goes_first(c: PublishPolicySet, world: World) -> Iterator[Unmet]:
    """Each authority sets what is its own to set: State and province go before the city."""
    if (c.precedence == "COUNTY") != (c.county_code is not None):
        yield unmet(
            ("县级政策注明县区，其他政策不注明", "a county for a county's own set, else none"),
            ("不符", "it is otherwise"),
            where="county_code",
        )
    if world.caller.role == "COUNTY_HR" and c.precedence != "COUNTY":
        yield unmet(
            ("县区只发布本县区的政策", "a county publishes its own sets only"),
            (c.precedence, c.precedence),
            where="precedence",
        )
    for at, one in enumerate(c.parameters):
        try:
            lowest = declaration(one.name).lowest
        except UnknownParameterError:
            continue
        if PRECEDENCE.index(c.precedence) > PRECEDENCE.index(lowest):
            yield unmet(
                (f"由{lowest}或更高层级设定", f"set by {lowest} or a higher authority"),
                (c.precedence, c.precedence),
                where=f"parameters[{at}]",
            )


@flag("SUP-29", PublishPolicySet)
def nothing_delegated_stays_unset(c: PublishPolicySet, world: World) -> Iterator[Unmet]:
    """The city sets what the province and the notice leave to it; what is unset is its finding."""
    if c.precedence != "CITY":
        return
    held = {name for one in world.law.policies for name in one.values}
    held |= {one.name for one in c.parameters}
    stems = {name.split(".")[0] for name in held}
    unset = [one.name for one in PARAMETERS.values() if one.per_city and one.stem not in stems]
    if unset:
        yield unmet(
            ("各项授权参数均已设定", "every delegated parameter set"),
            (f"未设定：{'、'.join(unset)}", f"unset: {', '.join(unset)}"),
            where="parameters",
        )


@command(
    "publish-work-calendar",
    zh="发布年度工作日历",
    en="Publish a year's working days",
    kind=POLICY_BOOK,
    roles=("CITY_HR", "CITY_CENTRE"),
)
class PublishWorkCalendar(Command):
    """The working days of a year, as the State Council arranged them."""

    year: Annotated[int, Meta(ge=2000, le=2200)]
    holidays: tuple[date, ...]
    makeup_workdays: tuple[date, ...]
    source_doc: Title
    source_sha256: Digest
    second_checker: OfficialId

    def facts(self, world: World) -> Iterator[New]:
        """Record the calendar."""
        yield New(
            POLICY_BOOK,
            policy_book_id(world.city),
            WorkCalendarYearPublished(
                year=self.year,
                holidays=tuple(sorted(set(self.holidays))),
                makeup_workdays=tuple(sorted(set(self.makeup_workdays))),
                source_doc=self.source_doc,
                source_sha256=self.source_sha256,
                second_checker=self.second_checker,
            ),
        )


@lifecycle(PublishWorkCalendar)
def calendar_is_sound_and_checked(c: PublishWorkCalendar, world: World) -> Iterator[Unmet]:
    """A year is published once, without contradictions, checked by a second person."""
    if world.law.calendar.knows(c.year):
        yield unmet(
            (f"尚未发布{c.year}年", f"{c.year} not published yet"),
            ("已发布，变更须另行修订", "it is; changes are amendments"),
            where="year",
        )
    if c.second_checker == world.caller.person:
        yield unmet(
            ("另一人复核", "another person to check"),
            ("与录入人相同", "the one who enters it"),
            where="second_checker",
        )
    for fault in calendar_faults(c.year, c.holidays, c.makeup_workdays):
        yield unmet(("日历无误", "a calendar without faults"), (fault.zh, fault.en))


GROUNDS: dict[str, tuple[Ground, ...]] = {
    "FIL-01": ("EMERGENCY",),
    "FIL-03": ("MEETING",),
    "FIL-10": ("STANDARD_OUTDATED", "NO_STANDARD"),
    "FIL-11": ("STANDARD_OUTDATED", "NO_STANDARD"),
    "FIL-12": ("STANDARD_OUTDATED", "NO_STANDARD"),
    "FIL-13": ("CITY_RULE",),
    "DEL-03": ("MEETING",),
    "DEL-05": ("MEETING",),
}
"""Which rules may be waived at all, and on what grounds; on-line practice (FIL-14) never."""


@command(
    "grant-waiver",
    zh="批准豁免",
    en="Grant a waiver",
    kind=POLICY_BOOK,
    roles=("COUNTY_HR", "CITY_HR"),
)
class GrantWaiver(Command):
    """One rule is waived for one class or institution, with reasons, until a day."""

    waiver_id: Code
    rule_id: Code
    ground: Ground
    class_id: ClassId | None = None
    institution_id: InstitutionId | None = None
    county_code: CountyCode | None = None
    reason: Personal[FreeText]
    approver: OfficialId
    doc_no: Code
    doc: Digest
    valid_to: date

    def facts(self, world: World) -> Iterator[New]:
        """Record the waiver."""
        yield New(
            POLICY_BOOK,
            policy_book_id(world.city),
            WaiverGranted(
                waiver_id=self.waiver_id,
                rule_id=self.rule_id,
                ground=self.ground,
                class_id=self.class_id,
                institution_id=self.institution_id,
                county_code=self.county_code,
                reason=self.reason,
                approver=self.approver,
                doc_no=self.doc_no,
                doc=self.doc,
                valid_to=self.valid_to,
            ),
            county=self.county_code or "",
            about=self.class_id,
        )


@lifecycle(GrantWaiver)
def waiver_can_be_granted(c: GrantWaiver, world: World) -> Iterator[Unmet]:
    """A waiver is new, of a rule that may be waived, for one subject, and not over already."""
    book = world.state(POLICY_BOOK, policy_book_id(world.city))
    if c.waiver_id in book.waiver_ids:
        yield unmet(("新的编号", "a new number"), ("编号已用", "it is used"), where="waiver_id")
    if c.rule_id not in GROUNDS:
        named = c.rule_id in CLAUSES
        yield unmet(
            ("可以豁免的规则", "a rule that may be waived"),
            ("该规则不可豁免", "it may not be") if named else ("没有该规则", "no such rule"),
            where="rule_id",
        )
    if (c.class_id is None) == (c.institution_id is None):
        yield unmet(
            ("一个班期或一个机构", "one class or one institution"), ("不符", "it is otherwise")
        )
    if c.valid_to < world.today:
        yield unmet(
            (f"不早于{world.today}", f"not before {world.today}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@lifecycle(GrantWaiver)
def county_waives_for_its_own_classes(c: GrantWaiver, world: World) -> Iterator[Unmet]:
    """A county waives in its own name, and not for a class that was filed with another."""
    if world.caller.role == "COUNTY_HR" and c.county_code is None:
        yield unmet(("注明县区", "the county named"), ("未填", "none"), where="county_code")
    if c.class_id is None or c.county_code is None:
        return
    county = world.state(TRAINING_CLASS, c.class_id).county
    if county not in ("", c.county_code):
        yield unmet(
            ("本县区的班期", "a class of that county"), ("其他县区", "another's"), where="class_id"
        )


def _on_lawful_ground(*rules: str) -> Callable[[GrantWaiver, World], Iterator[Unmet]]:
    """Return the rule that a waiver of ``rules`` rests on a ground that the law knows for it."""

    def ask(c: GrantWaiver, world: World) -> Iterator[Unmet]:
        del world
        if c.rule_id in rules and c.ground not in GROUNDS[c.rule_id]:
            wanted = GROUNDS[c.rule_id]
            yield unmet(
                (f"依据为{'或'.join(wanted)}", f"the ground {' or '.join(wanted)}"),
                (c.ground, c.ground),
                where="ground",
            )

    return ask


hard("FIL-01", GrantWaiver)(_on_lawful_ground("FIL-01"))
hard("FIL-03", GrantWaiver)(_on_lawful_ground("FIL-03"))
hard("FIL-12", GrantWaiver)(_on_lawful_ground("FIL-10", "FIL-11", "FIL-12"))
hard("FIL-13", GrantWaiver)(_on_lawful_ground("FIL-13"))
hard("DEL-03", GrantWaiver)(_on_lawful_ground("DEL-03"))
hard("DEL-05", GrantWaiver)(_on_lawful_ground("DEL-05"))


from aggregates.policy_book import lists  # noqa: E402 - it declares a command of its own

__all__ = ["GrantWaiver", "PublishPolicySet", "PublishWorkCalendar", "lists"]
