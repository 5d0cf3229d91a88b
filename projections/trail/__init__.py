"""The trail: every entry that has to do with a class, person, institution, official, account.

Answers: an inspector's "show me everything about this one". It is a part as it stands: for each
entry one row for each thing it refers to, so nothing is kept beside it.
"""

from aggregates.language import Message
from projections.detail.enrolment import ENROLMENT
from projections.detail.link import LINK
from projections.model import ReadModel

TRAIL = ReadModel(
    name="trail",
    title=Message("轨迹：与某班期、人员、机构有关的全部记录", "everything that concerns one thing"),
    key="id",
    # Which enrolments are a person's: sheets name those alone.
    parts=(LINK, ENROLMENT),
    kept=False,
    row=("kind", "id", "position"),
)
