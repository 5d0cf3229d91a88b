"""What timers, imports and operators ask to be recorded."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from aggregates.decisions import Command, New, Unmet, World, command, flag, lifecycle, unmet
from aggregates.facts import Code, Count, CountyCode, Digest, Instant
from aggregates.sealed import FreeText, Personal
from aggregates.subject import Subject
from aggregates.system.facts import (
    REJECTED_MAX,
    Damage,
    DeadlineMissed,
    DeadlineRecomputed,
    DocumentsChecked,
    ImportBatchAccepted,
    IntakeDropped,
    Offset,
    RejectedRow,
)
from aggregates.system.state import SYSTEM, missed_id, recomputed_id

_NAMED_CHARS_MAX = 60_000
_DAMAGE_CHARS = 130
_CLASS_CHARS = 40
"""How long an entry gets by a damaged file, and by each class that it names."""


@command(
    "record-missed-deadline",
    zh="记录逾期",
    en="Record a missed deadline",
    kind=SYSTEM,
    roles=("TIMER",),
)
class RecordMissedDeadline(Command):
    """A timer found that something due has not happened (SUP-24 and every duty)."""

    duty_rule_id: Code
    responsible_org: Code
    county_code: CountyCode | None = None
    due_at: Instant
    subject: Subject
    ref: Code | None = None
    calendar_version: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it once; the id follows from duty, subject and deadline."""
        del world
        yield New(
            SYSTEM,
            missed_id(self.duty_rule_id, self.subject, self.due_at, self.ref),
            DeadlineMissed(
                duty_rule_id=self.duty_rule_id,
                responsible_org=self.responsible_org,
                county_code=self.county_code,
                due_at=self.due_at,
                subject=self.subject,
                ref=self.ref,
                calendar_version=self.calendar_version,
            ),
            county=self.county_code or "",
            about=self.subject.story,
        )


@lifecycle(RecordMissedDeadline)
def missed_once_and_truly(c: RecordMissedDeadline, world: World) -> Iterator[Unmet]:
    """A deadline is missed only when it is over, once, by one thing; only a timer says so."""
    yield from _told_by_the_timer(c.subject, world)
    if world.now < c.due_at:
        yield unmet(("期限已过", "the deadline is over"), ("尚未到期", "it is not over yet"))
    one = missed_id(c.duty_rule_id, c.subject, c.due_at, c.ref)
    if world.exists(SYSTEM, one):
        yield unmet(("尚未记录", "not recorded before"), ("已记录", "recorded already"))


def _told_by_the_timer(subject: Subject, world: World) -> Iterator[Unmet]:
    if world.channel != "timer":
        yield unmet(("由定时任务记录", "recorded by the timer"), ("其他渠道", "another channel"))
    if len(subject.given) != 1:
        yield unmet(
            ("恰好一个对象", "exactly one subject"),
            (f"{len(subject.given)}个", str(len(subject.given))),
            where="subject",
        )


@command(
    "record-recomputed-deadline",
    zh="记录期限重算",
    en="Record that a deadline was counted anew",
    kind=SYSTEM,
    roles=("TIMER",),
)
class RecordRecomputedDeadline(Command):
    """A timer found that a deadline falls on another day by the calendar in force now."""

    rule_id: Code
    subject: Subject
    ref: Code | None = None
    county_code: CountyCode | None = None
    old_due_on: date
    new_due_on: date
    calendar_version: Code | None = None

    def facts(self, world: World) -> Iterator[New]:
        """Record it once; the id follows from rule, subject and both days."""
        del world
        yield New(
            SYSTEM,
            recomputed_id(self.rule_id, self.subject, self.old_due_on, self.new_due_on, self.ref),
            DeadlineRecomputed(
                rule_id=self.rule_id,
                subject=self.subject,
                ref=self.ref,
                county_code=self.county_code,
                old_due_on=self.old_due_on,
                new_due_on=self.new_due_on,
                calendar_version=self.calendar_version,
            ),
            county=self.county_code or "",
            about=self.subject.story,
        )


@lifecycle(RecordRecomputedDeadline)
def moved_once_and_truly(c: RecordRecomputedDeadline, world: World) -> Iterator[Unmet]:
    """A deadline is told anew only where its day is another one, once; only a timer says so."""
    yield from _told_by_the_timer(c.subject, world)
    if c.old_due_on == c.new_due_on:
        yield unmet(
            ("另一日", "another day"),
            (str(c.new_due_on), str(c.new_due_on)),
            where="new_due_on",
        )
    one = recomputed_id(c.rule_id, c.subject, c.old_due_on, c.new_due_on, c.ref)
    if world.exists(SYSTEM, one):
        yield unmet(("尚未记录", "not recorded before"), ("已记录", "recorded already"))


@command(
    "accept-import-batch",
    zh="登记数据导入批次",
    en="Accept an import batch",
    kind=SYSTEM,
    roles=("COUNTY_CLERK", "CITY_CENTRE", "CITY_HR", "SYS_ADMIN"),
)
class AcceptImportBatch(Command):
    """A file was brought in; its digest and what was not taken go on record (SUP-22)."""

    batch_id: UUID
    source_system: Code
    rows: Count
    rejected_rows: Count = 0
    rejected: tuple[RejectedRow, ...] = ()
    sha256: Digest
    mapping_version: Code

    def facts(self, world: World) -> Iterator[New]:
        """Record the batch."""
        del world
        yield New(
            SYSTEM,
            self.batch_id,
            ImportBatchAccepted(
                batch_id=self.batch_id,
                source_system=self.source_system,
                rows=self.rows,
                rejected_rows=self.rejected_rows,
                rejected=self.rejected[:REJECTED_MAX],
                sha256=self.sha256,
                mapping_version=self.mapping_version,
            ),
        )


@lifecycle(AcceptImportBatch)
def batch_is_new_and_adds_up(c: AcceptImportBatch, world: World) -> Iterator[Unmet]:
    """A batch is recorded once, and its numbers fit each other."""
    if world.exists(SYSTEM, c.batch_id):
        yield unmet(("新的批次", "a new batch"), ("批次已登记", "the batch is on record"))
    if not len(c.rejected) <= c.rejected_rows <= c.rows:
        yield unmet(
            (
                "未采用行数不超过总行数，并不少于所列行数",
                "rejected rows between those listed and all",
            ),
            (f"{c.rows}行中{c.rejected_rows}行", f"{c.rejected_rows} of {c.rows}"),
            where="rejected_rows",
        )


@flag("SUP-22", AcceptImportBatch)
def every_row_was_taken(c: AcceptImportBatch, world: World) -> Iterator[Unmet]:
    """What comes from the provincial system is taken whole, or the gap is a finding."""
    del world
    if c.rejected_rows:
        yield unmet(
            ("全部数据均已采用", "every row taken"),
            (f"{c.rejected_rows}行未采用", f"{c.rejected_rows} rows not taken"),
        )


@command(
    "record-document-check",
    zh="记录材料原件核对",
    en="Record a check of the document store",
    kind=SYSTEM,
    roles=("TIMER",),
)
class RecordDocumentCheck(Command):
    """A timer, or an operator, read every file of the document store again.

    Attributes:
        documents: How many files there should be.
        octets: How many bytes were read.
        damaged: Those that are not as they were stored, all of them.
    """

    begun_at: Instant
    documents: Count
    octets: Annotated[int, Meta(ge=0, le=2**53)]
    damaged: tuple[Damage, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record it whatever it found; nothing is mended by it."""
        fact = DocumentsChecked(
            begun_at=self.begun_at,
            documents=self.documents,
            octets=self.octets,
            damaged=len(self.damaged),
            named=_fitting(self.damaged),
        )
        yield New(SYSTEM, world.new_id(), fact)


def _fitting(damaged: tuple[Damage, ...]) -> tuple[Damage, ...]:
    """Return as many of the first as an entry holds beside all else."""
    left, named = _NAMED_CHARS_MAX, []
    for one in damaged:
        left -= _DAMAGE_CHARS + _CLASS_CHARS * len(one.class_ids)
        if left < 0:
            break
        named.append(one)
    return tuple(named)


@lifecycle(RecordDocumentCheck)
def only_a_timer_tells_of_it(c: RecordDocumentCheck, world: World) -> Iterator[Unmet]:
    """Who says what was found is the program that looked."""
    if world.channel != "timer":
        yield unmet(("由定时任务记录", "recorded by the timer"), ("其他渠道", "another channel"))
    if len(c.damaged) > c.documents:
        yield unmet(
            (f"至多{c.documents}份", f"at most {c.documents}"),
            (f"{len(c.damaged)}份", str(len(c.damaged))),
            "damaged",
        )


@flag("ARC-01", RecordDocumentCheck)
def stored_documents_are_whole(c: RecordDocumentCheck, world: World) -> Iterator[Unmet]:
    """What is kept for ten years can still be read, and is what was stored."""
    del world
    if c.damaged:
        yield unmet(
            ("全部原件完好", "every file as it was stored"),
            (f"{len(c.damaged)}份受损", f"{len(c.damaged)} are damaged"),
        )


@command(
    "drop-intake-message",
    zh="放弃无法办理的来件",
    en="Give up a message that cannot be decided",
    kind=SYSTEM,
    roles=("SYS_ADMIN",),
)
class DropIntakeMessage(Command):
    """A message from outside that waits for somebody is given up; its sender has to send anew."""

    message_id: UUID
    topic: Code
    partition: Count
    offset: Offset
    digest: Digest
    sender_id: UUID | None = None
    county_code: CountyCode | None = None
    fault: Code
    reason: Personal[FreeText]

    @property
    def own_id(self) -> UUID:
        """The stream under whose key the reason is sealed."""
        return self.message_id

    def facts(self, world: World) -> Iterator[New]:
        """Record what was given up."""
        del world
        yield New(
            SYSTEM,
            self.message_id,
            IntakeDropped(
                message_id=self.message_id,
                topic=self.topic,
                partition=self.partition,
                offset=self.offset,
                digest=self.digest,
                sender_id=self.sender_id,
                county_code=self.county_code,
                fault=self.fault,
                reason=self.reason,
            ),
            county=self.county_code or "",
        )


@lifecycle(DropIntakeMessage)
def dropped_once(c: DropIntakeMessage, world: World) -> Iterator[Unmet]:
    """A message is given up once."""
    if world.exists(SYSTEM, c.message_id):
        yield unmet(("尚未放弃", "not given up before"), ("已放弃", "given up already"))
