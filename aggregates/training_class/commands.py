"""What may be asked of classes, and the rules that answer: one module for each step.

Importing this module registers them all.
"""

from aggregates.training_class import (
    rules_approval,
    rules_body,
    rules_delivery,
    rules_eligibility,
    rules_filing,
    rules_hours,
    rules_people,
)
from aggregates.training_class.approving import ApproveClassFiling, RejectClassFiling
from aggregates.training_class.closing import CloseClass, CompleteTeaching
from aggregates.training_class.delivery import RecordSession, RegisterRecording, SealAttendance
from aggregates.training_class.filing import (
    ResubmitClassFiling,
    ReturnClassFiling,
    SubmitClassFiling,
)
from aggregates.training_class.roster import ChangeRoster
from aggregates.training_class.scheduling import NotifyTraineesOfChange, ReportScheduleChange
from aggregates.training_class.starting import StartClass

RULES = (
    rules_filing,
    rules_body,
    rules_hours,
    rules_people,
    rules_approval,
    rules_eligibility,
    rules_delivery,
)
"""The modules that hold rules alone."""

__all__ = [
    "RULES",
    "ApproveClassFiling",
    "ChangeRoster",
    "CloseClass",
    "CompleteTeaching",
    "NotifyTraineesOfChange",
    "RecordSession",
    "RegisterRecording",
    "RejectClassFiling",
    "ReportScheduleChange",
    "ResubmitClassFiling",
    "ReturnClassFiling",
    "SealAttendance",
    "StartClass",
    "SubmitClassFiling",
]
