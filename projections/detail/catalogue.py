"""Every part by its name, as the statements of read models and indicators call it."""

from collections.abc import Mapping
from types import MappingProxyType

from projections.detail.application import APPLICATION
from projections.detail.approval import APPROVAL
from projections.detail.archive_end import ARCHIVE_END
from projections.detail.archive_hold import ARCHIVE_HOLD
from projections.detail.archive_production import ARCHIVE_PRODUCTION
from projections.detail.archive_step import ARCHIVE_STEP
from projections.detail.assessment import ASSESSMENT
from projections.detail.certificate import CERTIFICATE
from projections.detail.claim import CLAIM
from projections.detail.claim_item import CLAIM_ITEM
from projections.detail.claim_stage import CLAIM_STAGE
from projections.detail.claim_step import CLAIM_STEP
from projections.detail.class_step import CLASS_STEP
from projections.detail.completion import COMPLETION
from projections.detail.disallowed import DISALLOWED
from projections.detail.document import DOCUMENT
from projections.detail.document_check import DOCUMENT_CHECK
from projections.detail.document_damage import DOCUMENT_DAMAGE
from projections.detail.enrolment import ENROLMENT
from projections.detail.entitlement import ENTITLEMENT
from projections.detail.filing import FILING
from projections.detail.fund_move import FUND_MOVE
from projections.detail.fund_share import FUND_SHARE
from projections.detail.inspection import INSPECTION
from projections.detail.institution import INSTITUTION
from projections.detail.link import LINK
from projections.detail.objection import OBJECTION
from projections.detail.payment import PAYMENT
from projections.detail.publicity_claim import PUBLICITY_CLAIM
from projections.detail.recording import RECORDING
from projections.detail.result import RESULT
from projections.detail.schedule_change import SCHEDULE_CHANGE
from projections.detail.session import SESSION
from projections.detail.sheet import SHEET
from projections.detail.signal import SIGNAL
from projections.detail.stored_document import STORED_DOCUMENT
from projections.detail.timetable import TIMETABLE
from projections.detail.work_calendar import WORK_CALENDAR
from projections.part import Part

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        part.name: part
        for part in (
            INSTITUTION,
            WORK_CALENDAR,
            FILING,
            TIMETABLE,
            CLASS_STEP,
            APPROVAL,
            SCHEDULE_CHANGE,
            SESSION,
            SHEET,
            RECORDING,
            COMPLETION,
            ENROLMENT,
            INSPECTION,
            ASSESSMENT,
            RESULT,
            CERTIFICATE,
            CLAIM,
            CLAIM_ITEM,
            CLAIM_STEP,
            CLAIM_STAGE,
            DISALLOWED,
            FUND_SHARE,
            PUBLICITY_CLAIM,
            OBJECTION,
            APPLICATION,
            PAYMENT,
            ENTITLEMENT,
            FUND_MOVE,
            DOCUMENT,
            STORED_DOCUMENT,
            ARCHIVE_STEP,
            ARCHIVE_HOLD,
            ARCHIVE_PRODUCTION,
            ARCHIVE_END,
            DOCUMENT_CHECK,
            DOCUMENT_DAMAGE,
            SIGNAL,
            LINK,
        )
    }
)
"""The parts in the order of the story; all of them are kept."""
