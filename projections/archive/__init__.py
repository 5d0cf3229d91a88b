"""一期一档: the archive of each class (17号 六, DB37 7.2.3), its checklist and how long it is kept.

Answers: "what does the archive of this class hold, what is missing, may it be destroyed?".
"""

from aggregates.language import Message
from projections.detail.archive_end import ARCHIVE_END
from projections.detail.archive_hold import ARCHIVE_HOLD
from projections.detail.archive_production import ARCHIVE_PRODUCTION
from projections.detail.archive_step import ARCHIVE_STEP
from projections.detail.class_step import CLASS_STEP
from projections.detail.document import DOCUMENT
from projections.detail.filing import FILING
from projections.detail.payment import PAYMENT
from projections.detail.stored_document import STORED_DOCUMENT
from projections.model import ReadModel

ARCHIVE = ReadModel(
    name="archive",
    title=Message("一期一档", "the archive of each class"),
    key="class_id",
    parts=(
        FILING,
        CLASS_STEP,
        PAYMENT,
        DOCUMENT,
        STORED_DOCUMENT,
        ARCHIVE_STEP,
        ARCHIVE_HOLD,
        ARCHIVE_PRODUCTION,
        ARCHIVE_END,
    ),
)
