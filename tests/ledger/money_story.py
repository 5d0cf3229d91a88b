"""From claim to payment: what becomes of a class that was taught, as facts."""

from datetime import UTC, datetime, timedelta

from aggregates.entitlement.facts import EntitlementReserved, EntitlementUsed
from aggregates.ids import PaymentId, PublicityId, derived_id
from aggregates.payment.facts import DisbursementOrdered, DisbursementPaid, OrderLine
from aggregates.publicity.facts import (
    BatchClaim,
    ObjectionLodged,
    Objector,
    PublicityClosed,
    PublicityStarted,
    Target,
)
from aggregates.sealed import Account, FreeText, Name, Personal, PlainText
from aggregates.subsidy_claim.facts import (
    ClaimAccepted,
    ClaimInitialReviewed,
    ClaimStageReached,
    ClaimSubmitted,
    FundSourceAssigned,
    MeetingResolved,
)
from aggregates.subsidy_claim.parts import Attendance, ClaimItem, FundShare, PayeeAccount
from aggregates.training_class.facts import ClaimFiled
from tests.ledger.class_story import STANDARD_FEN, Story, Trainee
from tests.ledger.small_world import digest, official, on


def submit_claim(story: Story) -> None:
    story.writer.now = max(story.writer.now, on(story.start + timedelta(days=40)))
    items = tuple(
        ClaimItem(
            item_no=n,
            person_id=one.person,
            enrolment_id=one.enrolment,
            cert_no=f"S{story.number:04d}{n - 1:02d}",
            kind="TRAINING",
            amount_fen=STANDARD_FEN,
        )
        for n, one in enumerate(story.trainees, 1)
    )
    submitted = ClaimSubmitted(
        claim_id=story.claim,
        mode="AGENCY",
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        applicant_institution_id=story.institution,
        occupation="4-10-01-05",
        level="5",
        items=items,
        heads=story.heads,
        amount_fen=story.amount,
        payee=PayeeAccount(
            type="BASIC",
            account=story.writer.matchable(Account, "SIM6200000000001"),
            holder=story.writer.personal(PlainText, "某某学校"),
        ),
        package_sha256=digest(story.claim),
        submitted_at=story.writer.now,
    )
    story.put("subsidy-claim", story.claim, submitted, channel="outer")
    known = ClaimFiled(
        claim_id=story.claim,
        mode="AGENCY",
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
    )
    story.put("training-class", story.id, known, channel="outer")
    accepted = ClaimAccepted(
        claim_id=story.claim,
        mode="AGENCY",
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        occupation="4-10-01-05",
        level="5",
        heads=story.heads,
        amount_fen=story.amount,
        accepted_by=official("COUNTY_CLERK"),
        accepted_at=story.writer.now,
        package_sha256=digest(story.claim),
        submitted_on=story.start + timedelta(days=40),
        policy_version="17号/1",
    )
    story.put("subsidy-claim", story.claim, accepted, by="COUNTY_CLERK")
    for n, one in enumerate(story.trainees, 1):
        _reserve(story, one, n)


def _reserve(story: Story, one: Trainee, n: int) -> None:
    reserved = EntitlementReserved(
        person_id=one.person,
        claim_id=story.claim,
        item_no=n,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        enrolment_id=one.enrolment,
        kind="TRAINING",
        occupation="4-10-01-05",
        level="5",
        certified_on=story.start + timedelta(days=25),
        year=2024,
        amount_fen=STANDARD_FEN,
        basis="CALENDAR",
        window="ROLLING_12M",
    )
    story.put("entitlement", one.person, reserved, by="COUNTY_CLERK")


def review(story: Story) -> None:
    numbers = tuple(range(1, story.heads + 1))
    assigned = FundSourceAssigned(
        claim_id=story.claim,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        funds=(
            FundShare(fund="EMPLOYMENT", items=numbers, heads=story.heads, amount_fen=story.amount),
        ),
        balances=(),
        assigned_by=official("COUNTY_CLERK"),
    )
    story.put("subsidy-claim", story.claim, assigned, by="COUNTY_CLERK")
    reviewed = ClaimInitialReviewed(
        claim_id=story.claim,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        reviewer=official("COUNTY_CLERK"),
        result="PASS",
        heads=story.heads,
        amount_fen=story.amount,
    )
    story.put("subsidy-claim", story.claim, reviewed, by="COUNTY_CLERK")
    resolved = MeetingResolved(
        claim_id=story.claim,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        meeting="PARTY_GROUP",
        held_on=story.start + timedelta(days=50),
        minutes_no=f"党组〔2024〕{story.number}号",
        attendance=Attendance(attendees=(official("COUNTY_HR"),)),
        decision="APPROVE",
        heads=story.heads,
        amount_fen=story.amount,
        doc_sha256=digest(story.claim, "minutes"),
    )
    story.put("subsidy-claim", story.claim, resolved, by="COUNTY_HR")


def publish(story: Story, *, objected: bool) -> None:
    one = PublicityId(derived_id("publicity", story.number))
    on_list = BatchClaim(
        claim_id=story.claim,
        class_id=story.id,
        institution_id=story.institution,
        heads=story.heads,
        amount_fen=story.amount,
    )
    started = PublicityStarted(
        publicity_id=one,
        county_code=story.county,
        claims=(on_list,),
        heads=story.heads,
        amount_fen=story.amount,
        persons_shown=True,
        list_sha256=digest(one),
        url="https://hrss.example.cn/gs/1",
        published_at=story.writer.now,
        closes_at=story.writer.now + timedelta(days=7),
        last_day=story.start + timedelta(days=58),
        contact=story.writer.personal(PlainText, "监督科"),
        calendar_version="2024/1",
        calendar_status="FINAL",
        started_by=official("COUNTY_HR"),
    )
    story.put("publicity", one, started, by="COUNTY_HR")
    numbers = tuple(range(1, story.heads + 1))
    shown = ClaimStageReached(
        claim_id=story.claim,
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        stage="IN_PUBLICITY",
        items=numbers,
        heads=story.heads,
        amount_fen=story.amount,
        publicity_id=one,
    )
    story.put("subsidy-claim", story.claim, shown, by="COUNTY_HR")
    if objected:
        _object(story, one)
    closed = PublicityClosed(
        publicity_id=one,
        county_code=story.county,
        closed_at=story.writer.now,
        claims=(on_list,),
        heads=story.heads,
        amount_fen=story.amount,
        closed_by=official("COUNTY_HR"),
    )
    story.put("publicity", one, closed, by="COUNTY_HR")


def _object(story: Story, publicity: PublicityId) -> None:
    contact: Personal[PlainText] = story.writer.personal(PlainText, "15400000000")
    lodged = ObjectionLodged(
        publicity_id=publicity,
        county_code=story.county,
        objection_no="1",
        target=Target(claim_id=story.claim),
        class_ids=(story.id,),
        content=story.writer.personal(FreeText, "名单里有人没有参加培训"),
        objector=Objector(
            kind="NAMED",
            name=story.writer.personal(Name, "孙大力"),
            contact=contact,
        ),
        channel="WEBSITE",
        lodged_at=story.writer.now,
        in_window=True,
    )
    story.put("publicity", publicity, lodged, by="PUBLIC", channel="outer")


def pay(story: Story) -> None:
    story.writer.now = max(story.writer.now, on(story.start + timedelta(days=70)))
    one = PaymentId(derived_id("payment", story.number))
    line = OrderLine(
        claim_id=story.claim,
        class_id=story.id,
        institution_id=story.institution,
        items=tuple(range(1, story.heads + 1)),
        heads=story.heads,
        amount_fen=story.amount,
    )
    ordered = DisbursementOrdered(
        payment_id=one,
        order_no=f"D{story.number}",
        county_code=story.county,
        fund="EMPLOYMENT",
        year=2024,
        mode="AGENCY",
        payee_institution_id=story.institution,
        account_type="BASIC",
        account=story.writer.matchable(Account, "SIM6200000000001"),
        holder=story.writer.personal(PlainText, "某某学校"),
        lines=(line,),
        heads=story.heads,
        amount_fen=story.amount,
        ordered_by=official("FINANCE"),
    )
    story.put("payment", one, ordered, by="FINANCE")
    paid_on = story.start + timedelta(days=70)
    paid = DisbursementPaid(
        payment_id=one,
        order_no=f"D{story.number}",
        publicity_id=PublicityId(derived_id("publicity", story.number)),
        county_code=story.county,
        fund="EMPLOYMENT",
        year=2024,
        payee_institution_id=story.institution,
        bank_ref=f"BANK{story.number}",
        paid_at=datetime(2024, paid_on.month, paid_on.day, 3, tzinfo=UTC),
        paid_on=paid_on,
        lines=(line,),
        heads=story.heads,
        amount_fen=story.amount,
        confirmed_by=official("FINANCE"),
    )
    story.put("payment", one, paid, by="FINANCE")
    for n, trainee in enumerate(story.trainees, 1):
        used = EntitlementUsed(
            person_id=trainee.person,
            claim_id=story.claim,
            item_no=n,
            class_id=story.id,
            county_code=story.county,
            kind="TRAINING",
            amount_fen=STANDARD_FEN,
            paid_on=paid_on,
            payment_id=one,
        )
        story.put("entitlement", trainee.person, used, by="FINANCE")
