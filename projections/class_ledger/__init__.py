"""班期台账（一表通）: what was filed, taught, passed, claimed, published and paid, class by class.

Answers: a clerk's, auditor's or inspector's "what became of this class, and of its money?".
Built from: the facts of classes, enrolments, assessments, certificates, inspections, claims,
publicity and payments. No doubt and no risk level stands in it: those are no attributes of a class.
"""

from aggregates.language import Message
from projections.detail.approval import APPROVAL
from projections.detail.assessment import ASSESSMENT
from projections.detail.certificate import CERTIFICATE
from projections.detail.claim import CLAIM
from projections.detail.claim_stage import CLAIM_STAGE
from projections.detail.claim_step import CLAIM_STEP
from projections.detail.class_step import CLASS_STEP
from projections.detail.enrolment import ENROLMENT
from projections.detail.filing import FILING
from projections.detail.fund_share import FUND_SHARE
from projections.detail.inspection import INSPECTION
from projections.detail.institution import INSTITUTION
from projections.detail.objection import OBJECTION
from projections.detail.payment import PAYMENT
from projections.detail.publicity_claim import PUBLICITY_CLAIM
from projections.detail.result import RESULT
from projections.detail.schedule_change import SCHEDULE_CHANGE
from projections.model import ReadModel

CLASS_LEDGER = ReadModel(
    name="class_ledger",
    title=Message("班期台账（一表通）", "the class ledger"),
    key="class_id",
    parts=(
        INSTITUTION,
        FILING,
        CLASS_STEP,
        APPROVAL,
        SCHEDULE_CHANGE,
        ENROLMENT,
        INSPECTION,
        ASSESSMENT,
        RESULT,
        CERTIFICATE,
        CLAIM,
        CLAIM_STEP,
        CLAIM_STAGE,
        FUND_SHARE,
        PUBLICITY_CLAIM,
        OBJECTION,
        PAYMENT,
    ),
    # An institution may be named after its classes are filed.
    reach={
        "institution_id": "select distinct class_id from detail.filing"
        " where institution_id = any(%(ids)s)"
    },
)
