"""What may be asked once an inspection was conducted: record findings, close it."""

from collections.abc import Iterator
from typing import Literal

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import Code, Digest, Fact
from aggregates.ids import InspectionId, InstitutionId, derived_id
from aggregates.inspection.facts import InspectionClosed, InspectionFindingRecorded
from aggregates.inspection.state import INSPECTION
from aggregates.institution.state import INSTITUTION
from aggregates.law.clauses import CLAUSES, clause
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.state import TRAINING_CLASS

ON_THE_SPOT = (
    "INS-16",
    "INS-27",
    "INS-28",
    "INS-32",
    "INS-33",
    "INS-38",
    "INS-42",
    "PLN-09",
    "DEL-09",
)
"""Rules whose breach shows on the spot alone; a finding may cite any other rule as well."""
COLLEGES = frozenset({"COLLEGE", "VOCATIONAL", "TECHNICIAN"})
"""高等院校、职业院校和技工院校 (17号 四(一))."""


@command(
    "record-inspection-finding",
    zh="登记检查问题",
    en="Record a finding of an inspection",
    kind=INSPECTION,
    roles=("INSPECTOR", "COUNTY_HR", "CITY_HR"),
)
class RecordInspectionFinding(Command):
    """Inspectors state what is wrong, by an item of the negative list where one applies."""

    inspection_id: InspectionId
    code: Code
    severity: Literal["LOW", "MEDIUM", "HIGH"]
    description: Personal[FreeText]
    evidence: tuple[Digest, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the finding under the next number."""
        one = world.state(INSPECTION, self.inspection_id)
        fact = InspectionFindingRecorded(
            inspection_id=self.inspection_id,
            class_id=one.class_id,
            institution_id=_body(self.inspection_id, world),
            county_code=one.county or world.city,
            finding_no=len(one.findings) + 1,
            code=self.code,
            severity=self.severity,
            description=self.description,
            evidence=self.evidence,
            recorded_by=world.caller.person,
        )
        yield _of_inspection(self.inspection_id, fact, world)


@command(
    "close-inspection",
    zh="办结检查",
    en="Close an inspection",
    kind=INSPECTION,
    roles=("INSPECTOR", "COUNTY_HR", "CITY_HR"),
)
class CloseInspection(Command):
    """An inspection is closed with its result."""

    inspection_id: InspectionId
    result: Literal["NORMAL", "RECTIFY", "NEGATIVE_ITEM"]
    published_url: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record the result."""
        one = world.state(INSPECTION, self.inspection_id)
        fact = InspectionClosed(
            inspection_id=self.inspection_id,
            class_id=one.class_id,
            institution_id=_body(self.inspection_id, world),
            county_code=one.county or world.city,
            result=self.result,
            published_url=self.published_url,
            closed_by=world.caller.person,
        )
        yield _of_inspection(self.inspection_id, fact, world)


def _body(inspection_id: InspectionId, world: World) -> InstitutionId:
    one = world.state(INSPECTION, inspection_id)
    return one.institution_id or InstitutionId(derived_id("institution-unknown", inspection_id))


def _of_inspection(inspection_id: InspectionId, fact: Fact, world: World) -> New:
    one = world.state(INSPECTION, inspection_id)
    regime = "R3" if one.class_id is None else world.state(TRAINING_CLASS, one.class_id).regime
    return New(
        INSPECTION, inspection_id, fact, county=one.county, about=one.class_id, regime=regime
    )


Concluding = RecordInspectionFinding | CloseInspection


@lifecycle(RecordInspectionFinding, CloseInspection)
def inspection_is_open(c: Concluding, world: World) -> Iterator[Unmet]:
    """Findings and results are of an inspection that was conducted and is not closed."""
    status = world.state(INSPECTION, c.inspection_id).status
    if status != "CONDUCTED":
        yield unmet(
            ("已实施且未办结的检查", "an inspection that was conducted and is open"),
            ("已办结", "it is closed") if status else ("没有", "none"),
        )


@lifecycle(RecordInspectionFinding)
def finding_cites_the_law(c: RecordInspectionFinding, world: World) -> Iterator[Unmet]:
    """A finding names an item of the negative list, or a rule."""
    if c.code not in CLAUSES:
        yield unmet(
            ("负面清单条目或规则编号", "an item of the negative list, or a rule"),
            ("没有这个编号", "there is none of that name"),
            where="code",
        )


def _found(rule_id: str) -> None:
    """Let a finding that cites a rule say so in its entry, as any other breach is said."""

    def cited(c: RecordInspectionFinding, world: World) -> Iterator[Unmet]:
        if c.code == rule_id:
            gist = clause(rule_id).gist
            yield unmet((gist.zh, gist.en), ("检查发现不符", "the inspection found otherwise"))

    cited.__doc__ = f"A finding that cites {rule_id} is a breach of it."
    flag(rule_id, RecordInspectionFinding)(cited)


for _rule_id in ON_THE_SPOT:
    _found(_rule_id)


@flag("INS-39", RecordInspectionFinding)
def colleges_keep_training_and_financial_rules(
    c: RecordInspectionFinding, world: World
) -> Iterator[Unmet]:
    """Colleges keep the rules of training and of finance alike; the rule is about them alone."""
    body = world.state(INSTITUTION, _body(c.inspection_id, world))
    if c.code == "INS-39" and body.kind in COLLEGES:
        yield unmet(
            ("严格遵守培训规章制度和财务制度", "the rules of training and of finance kept"),
            ("检查发现不符", "the inspection found otherwise"),
        )


@lifecycle(CloseInspection)
def result_fits_the_findings(c: CloseInspection, world: World) -> Iterator[Unmet]:
    """A negative item is a finding by the negative list; without findings all is normal."""
    found = world.state(INSPECTION, c.inspection_id).findings
    if c.result == "NEGATIVE_ITEM" and not any(code.startswith("NL-") for code in found):
        yield unmet(
            ("负面清单条目的问题记录", "a finding by the negative list"),
            ("没有", "none"),
            where="result",
        )
    if c.result == "NORMAL" and found:
        yield unmet(
            ("没有问题记录", "no finding"), (f"{len(found)}条", f"{len(found)}"), where="result"
        )


@flag("SUP-09", CloseInspection)
def double_random_results_are_public(c: CloseInspection, world: World) -> Iterator[Unmet]:
    """The result of a double-random inspection is made public (双随机、一公开)."""
    one = world.state(INSPECTION, c.inspection_id)
    if one.inspection_type == "DOUBLE_RANDOM" and c.published_url is None:
        yield unmet(
            ("检查结果向社会公开", "a result made public"), ("未填", "none"), where="published_url"
        )
