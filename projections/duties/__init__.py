"""职责期限: who owes what by which day, and whether it was kept (17号; SUP-24 and every duty).

Answers: "what is due, from whom, what was missed, for what has the city set no time?". Coded are
PLN-01 to PLN-03, INS-10, INS-40, DEL-02, DEL-05, CRT-03, ELG-21, CLM-11, and of the open steps
(SUP-24) the answer to a filing and the acceptance of a claim or an objection. No row reads a clock:
whether a day is over is for whoever asks.
"""

from aggregates.language import Message
from projections.detail.duty import DUTY
from projections.detail.institution import INSTITUTION
from projections.detail.missed import MISSED
from projections.detail.policy_set import POLICY_SET
from projections.detail.work_calendar import WORK_CALENDAR
from projections.model import ReadModel

DUTIES = ReadModel(
    name="duties",
    title=Message("职责期限", "duties and their days"),
    key="duty_id",
    parts=(DUTY, POLICY_SET, WORK_CALENDAR, MISSED, INSTITUTION),
    reach={
        # A new calendar or policy may move the day of every duty that is counted by it.
        "year": "select distinct duty_id from detail.duty"
        " where step = 'OPENED' and rule_id in ('PLN-01', 'PLN-02', 'CLM-11')",
        "policy": "select distinct duty_id from detail.duty where step = 'OPENED'",
        "subject_id": "select distinct duty_id from detail.duty where subject_id = any(%(ids)s)",
        "institution_id": "select distinct duty_id from detail.duty"
        " where institution_id = any(%(ids)s)",
    },
)
