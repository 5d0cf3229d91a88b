"""History from before the ledger: recorded as it was, whatever the ledger knows of it."""

from datetime import date
from uuid import UUID

import pytest

from aggregates.access.commands import EraseSubject
from aggregates.decisions import Command, Granted, Recorded
from aggregates.facts import decode, encode
from aggregates.ids import ClassId, InstitutionId, PersonId
from aggregates.institution.commands import FileInstitutionInCounty, RegisterInstitution
from aggregates.institution.listing import ListInstitution
from aggregates.institution.sanctions import LiftSuspension, SuspendInstitution
from aggregates.institution.selection import ApplyForSelection
from aggregates.institution.sites import RegisterSite, VerifySite
from aggregates.instructor.commands import EngageInstructor
from aggregates.law.catalogues import SubsidyStandard
from aggregates.monthly_plan.commands import (
    AggregateMonthlyPlans,
    PublishMonthlyPlan,
    SubmitMonthlyPlan,
    plan_id,
)
from aggregates.policy_book.commands import GrantWaiver, PublishPolicySet, PublishWorkCalendar
from aggregates.policy_book.facts import Setting
from aggregates.policy_book.lists import PublishCatalogueVersion
from aggregates.project.commands import RegisterProject
from aggregates.sealed import Personal
from tests.aggregates.harness import COUNTY, SOMEBODY, given, moment
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    LECTURERS,
    SCHOOL,
    commitment,
    evaluate,
    premises,
    registration,
)

DAY = date(2020, 3, 1)
LAWLESS: tuple[Command, ...] = (
    RegisterInstitution(**registration(licence_no=None)),
    RegisterSite(**premises(fire_proof=None, rooms=())),
    ApplyForSelection(institution_id=SCHOOL, category="专项", occupations=()),
    evaluate(conditions=(), materials=(), instructor_ids=LECTURERS),
    ListInstitution(
        institution_id=SCHOOL,
        catalogue_version="2020-1",
        category="创业",
        occupations=(),
        valid_from=DAY,
        valid_to=date(2019, 1, 1),
    ),
    FileInstitutionInCounty(
        institution_id=SCHOOL,
        county_code=COUNTY,
        valid_from=DAY,
        responsible_org="HR",
        mutual_selection_doc=DOC,
    ),
    VerifySite(
        institution_id=SCHOOL,
        site_id="S9",
        county_code=COUNTY,
        purpose="ROUTINE",
        class_id=ClassId(UUID(int=1)),
        verifiers=(),
        verified_at=moment("2030-01-01"),
        result="PASS",
    ),
    SuspendInstitution(
        institution_id=SCHOOL,
        decision_no="1号",
        decision_doc=DOC,
        valid_from=DAY,
        scope="COUNTY",
        running_classes_continue=False,
        negative_items=(),
        decided_by=SOMEBODY,
    ),
    LiftSuspension(institution_id=SCHOOL, suspension_no="2号", decision_doc=DOC, lifted_on=DAY),
    EngageInstructor(
        instructor_id=LECTURERS[0], institution_id=SCHOOL, employment="FULL", valid_from=DAY
    ),
    RegisterProject(
        family="LOCAL_INDUSTRY",
        buyer="人社局",
        supplier_id=InstitutionId(UUID(int=2)),
        heads=0,
        amount_fen=0,
        fund="OTHER",
        valid_from=DAY,
        valid_to=date(2019, 1, 1),
    ),
    SubmitMonthlyPlan(institution_id=SCHOOL, county_code=COUNTY, month="2020-03", items=()),
    AggregateMonthlyPlans(
        county_code=COUNTY, month="2020-03", plan_ids=(plan_id(SCHOOL, COUNTY, "2020-03"),)
    ),
    PublishMonthlyPlan(
        level="COUNTY",
        county_code=COUNTY,
        month="2020-03",
        channel="WEBSITE",
        url="https://example.org/3",
        content_sha256=DOC,
    ),
    PublishPolicySet(
        policy_id="旧",
        version="1",
        doc_no="旧文",
        title="旧文",
        precedence="COUNTY",
        effective_from=DAY,
        parameters=(Setting(name="annual_cap", value=9), Setting(name="nonsense", value="x")),
        supersedes=("更旧",),
    ),
    PublishWorkCalendar(
        year=2018,
        holidays=(DAY,),
        makeup_workdays=(DAY,),
        source_doc="旧文",
        source_sha256=DOC,
        second_checker=SOMEBODY,
    ),
    PublishCatalogueVersion(
        catalogue="SUBSIDY_STANDARD",
        version="旧",
        effective_from=DAY,
        standards=tuple(
            SubsidyStandard(
                occupation=COOK.code,
                level="5",
                training_type="PROJECT",
                kind="TRAINING",
                amount_fen=0,
            )
            for _ in range(2)
        ),
    ),
    GrantWaiver(
        waiver_id="旧",
        rule_id="FIL-14",
        ground="MEETING",
        reason=Personal(commitment(7)),
        approver=SOMEBODY,
        doc_no="旧文",
        doc=DOC,
        valid_to=DAY,
    ),
    EraseSubject(person_id=PersonId(UUID(int=3)), approvers=(), basis="旧文"),
)


@pytest.mark.parametrize("command", LAWLESS, ids=lambda one: one.DECLARATION.name)
def test_what_broke_every_rule_is_recorded_onto_nothing_with_its_findings(
    command: Command,
) -> None:
    answer = given().when(
        command, now="2024-03-01", role="MIGRATION", channel="migration", as_facts=True
    )
    assert isinstance(answer.answer, Granted)
    first, *_ = answer.granted()
    assert first.fact.findings
    assert first.fact.findings == answer.answer.findings
    recorded = Recorded(moment("2024-03-01"), SOMEBODY, "migration", 1)
    state = first.kind.empty
    for new in answer.granted():
        again = decode(new.fact.TYPE, encode(new.fact))
        state = new.kind.evolve(state, again, recorded)
    assert state is not None
