"""What an archive must hold, and what it lacks (DB37 7.2.3, 17号 六)."""

from collections.abc import Iterable
from typing import get_args

from aggregates.archive.facts import (
    ChecklistRow,
    ConditionalKind,
    DocumentKind,
    Part,
    RequiredKind,
)
from aggregates.archive.state import Archive

REQUIRED: tuple[RequiredKind, ...] = get_args(RequiredKind)
CONDITIONAL: tuple[ConditionalKind, ...] = get_args(ConditionalKind)
LATER: frozenset[DocumentKind] = frozenset({"FOLLOW_UP_RECORDS"})
"""What comes into being only after the training part was checked: visits after months."""
TAUGHT_INDEX: tuple[DocumentKind, ...] = (
    "FILING_FORM",
    "TIMETABLE",
    "ATTENDANCE",
    "RECORDING_INDEX",
)
"""What a file of a class that was taught holds besides (档案目录)."""
PAID_INDEX: tuple[DocumentKind, ...] = (
    "CERTIFICATE_SCAN",
    "CLAIM",
    "REVIEW",
    "AUDIT_REPORT",
    "MINUTES",
    "PUBLICITY_LIST",
    "PAYMENT_VOUCHER",
)
"""What it holds besides once a claim of it was paid."""
KIND_ZH: dict[DocumentKind, str] = {
    "TRAINING_PLAN": "培训计划",
    "LECTURER_FORM": "培训讲师登记表",
    "TRAINEE_FORMS": "培训对象登记表及证明资料",
    "SATISFACTION_SURVEY": "培训满意度调查表",
    "ASSESSMENT_RECORDS": "考核原始材料及登记表",
    "COMPLAINT_RECORDS": "投诉处理表",
    "FOLLOW_UP_RECORDS": "回访登记表",
    "FILING_FORM": "备案表",
    "TIMETABLE": "课程表",
    "ATTENDANCE": "考勤",
    "RECORDING_INDEX": "录像索引",
    "CERTIFICATE_SCAN": "证书扫描件",
    "AGENCY_AGREEMENT": "代领协议",
    "CLAIM": "申领材料",
    "REVIEW": "审核材料",
    "AUDIT_REPORT": "审核报告",
    "MINUTES": "会议纪要",
    "PUBLICITY_LIST": "公示截图",
    "PAYMENT_VOUCHER": "拨付凭证",
    "OTHER": "其他",
}


def checklist(
    one: Archive, part: Part, occurred: Iterable[ConditionalKind], *, born_digital: bool
) -> tuple[ChecklistRow, ...]:
    """Return the list of DB37 7.2.3 as an archive meets it.

    Args:
        one: The archive.
        part: The part: what comes later is not asked of the training part.
        occurred: The conditional records that there are: assessments, complaints, visits.
        born_digital: Whether the electronic form alone will do (``archive_born_digital``).
    """
    there = frozenset(occurred)
    rows = []
    for kind in (*REQUIRED, *CONDITIONAL):
        documents = one.of_kind(kind)
        late = part == "TRAINING" and kind in LATER
        required = not late and (kind in REQUIRED or kind in there)
        both = bool(documents) and in_both_media(one, kind, born_digital=born_digital)
        rows.append(
            ChecklistRow(
                kind=kind,
                required=required,
                documents=len(documents),
                both_media=both,
                ok=both or not required,
            )
        )
    return tuple(rows)


def in_both_media(one: Archive, kind: DocumentKind, *, born_digital: bool) -> bool:
    """Say whether each document of a kind is there on paper and electronically (ARC-06)."""
    media: dict[str, set[str]] = {}
    for document in one.of_kind(kind):
        media.setdefault(document.sha256, set()).add(document.medium)
    asked = {"ELECTRONIC"} if born_digital else {"ELECTRONIC", "PAPER"}
    return all("BOTH" in held or asked <= held for held in media.values())


def absent(rows: Iterable[ChecklistRow]) -> tuple[DocumentKind, ...]:
    """Return the required kinds of which there is no document."""
    return tuple(row.kind for row in rows if row.required and not row.documents)


def one_medium(rows: Iterable[ChecklistRow]) -> tuple[DocumentKind, ...]:
    """Return the required kinds that lack a medium."""
    return tuple(row.kind for row in rows if row.required and row.documents and not row.both_media)


def not_indexed(one: Archive, *, paid: bool) -> tuple[DocumentKind, ...]:
    """Return the stage documents that the file of a class should hold and does not (ARC-07)."""
    asked = (*TAUGHT_INDEX, *PAID_INDEX) if paid else TAUGHT_INDEX
    return tuple(kind for kind in asked if not one.of_kind(kind))


def told(kinds: Iterable[DocumentKind]) -> tuple[str, str]:
    """Return kinds of document as text in both languages."""
    held = tuple(kinds)
    return "、".join(KIND_ZH[kind] for kind in held), ", ".join(held)
