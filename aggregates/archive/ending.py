"""How archives end: held back, released, and at last destroyed by two decisions and two hands."""

from collections.abc import Iterator
from datetime import date

from aggregates.archive.facts import (
    ArchiveDestroyed,
    ArchiveDestructionApproved,
    HoldReleased,
    Method,
    RetentionExtended,
)
from aggregates.archive.retention import kept_until, retention_is_over
from aggregates.archive.state import ARCHIVE
from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.facts import Code, Digest, Fact
from aggregates.ids import ClassId, OfficialId
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.reach import class_is_known, whose
from aggregates.training_class.state import TRAINING_CLASS

APPROVERS = 2
"""How many approve a destruction, each a different person, each by an own command."""


@command(
    "extend-retention",
    zh="延长档案保存期",
    en="Keep an archive longer",
    kind=ARCHIVE,
    roles=("COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class ExtendRetention(Command):
    """An archive is needed longer: nobody may destroy it until the hold is over or released.

    Attributes:
        hold_no: The number of the hold; giving it again restates its end.
        held_until: The last day of the hold; without one it lasts until it is released.
        reason: Which inquiry it is: to be read by few.
    """

    class_id: ClassId
    hold_no: Code
    held_until: date | None = None
    reason: Personal[FreeText]

    def facts(self, world: World) -> Iterator[New]:
        """Record the hold."""
        institution_id, county = whose(self.class_id, world)
        fact = RetentionExtended(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            hold_no=self.hold_no,
            held_until=self.held_until,
            reason=self.reason,
            extended_by=world.caller.person,
        )
        yield _of(self.class_id, fact, world)


@command(
    "release-hold",
    zh="解除延长保存",
    en="Release a hold",
    kind=ARCHIVE,
    roles=("COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class ReleaseHold(Command):
    """A hold ends.

    Attributes:
        basis: The document by which it ends.
    """

    class_id: ClassId
    hold_no: Code
    basis: Code

    def facts(self, world: World) -> Iterator[New]:
        """Record its end."""
        institution_id, county = whose(self.class_id, world)
        fact = HoldReleased(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            hold_no=self.hold_no,
            basis=self.basis,
            released_by=world.caller.person,
        )
        yield _of(self.class_id, fact, world)


@command(
    "approve-destruction",
    zh="批准销毁档案",
    en="Approve a destruction",
    kind=ARCHIVE,
    roles=("COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class ApproveDestruction(Command):
    """One of the two who have to approve that an archive be destroyed does so.

    Attributes:
        decision_doc: The decision that it rests on.
        list_sha256: Digest of the list of all archives that are to be destroyed by it.
    """

    class_id: ClassId
    decision_doc: Code
    list_sha256: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record who approved so far; another decision begins anew."""
        institution_id, county = whose(self.class_id, world)
        before = world.state(ARCHIVE, self.class_id).approval
        same = before is not None and (before.decision_doc, before.list_sha256) == (
            self.decision_doc,
            self.list_sha256,
        )
        approvers = (*(before.approvers if before is not None and same else ()), _who(world))
        fact = ArchiveDestructionApproved(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            decision_doc=self.decision_doc,
            list_sha256=self.list_sha256,
            retention_to=kept_until(self.class_id, world) or world.today,
            approvers=approvers,
            complete=len(set(approvers)) >= APPROVERS,
        )
        yield _of(self.class_id, fact, world)


@command(
    "destroy-archive",
    zh="销毁档案",
    en="Destroy an archive",
    kind=ARCHIVE,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE"),
)
class DestroyArchive(Command):
    """An archive is destroyed, by one person before the eyes of another.

    The files of its documents are removed from the store, unless another archive names them too.

    Attributes:
        list_sha256: Digest of the list that was approved.
        supervisor: Who sees to it.
        methods: How paper and files are destroyed.
    """

    class_id: ClassId
    list_sha256: Digest
    supervisor: OfficialId
    methods: tuple[Method, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record the destruction."""
        institution_id, county = whose(self.class_id, world)
        one = world.state(ARCHIVE, self.class_id)
        fact = ArchiveDestroyed(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            decision_doc="" if one.approval is None else one.approval.decision_doc,
            list_sha256=self.list_sha256,
            approvers=() if one.approval is None else one.approval.approvers,
            by=(_who(world), self.supervisor),
            methods=self.methods,
            documents=len(one.documents),
            pages=sum(document.pages for document in one.documents),
            destroyed_at=world.now,
        )
        yield _of(self.class_id, fact, world)


def _who(world: World) -> OfficialId:
    return world.caller.person


def _of(class_id: ClassId, fact: Fact, world: World) -> New:
    training = world.state(TRAINING_CLASS, class_id)
    return New(
        ARCHIVE, class_id, fact, county=training.county, about=class_id, regime=training.regime
    )


Ending = ExtendRetention | ReleaseHold | ApproveDestruction | DestroyArchive


@lifecycle(ExtendRetention, ReleaseHold, ApproveDestruction, DestroyArchive)
def archive_is_not_destroyed(c: Ending, world: World) -> Iterator[Unmet]:
    """A class that was filed has an archive until it is destroyed."""
    yield from class_is_known(c.class_id, world)
    if world.state(ARCHIVE, c.class_id).destroyed_on is not None:
        yield unmet(("未销毁的档案", "an archive that is there"), ("已销毁", "it was destroyed"))


@lifecycle(ExtendRetention)
def hold_ends_later(c: ExtendRetention, world: World) -> Iterator[Unmet]:
    """A hold that has an end ends after today."""
    if c.held_until is not None and c.held_until <= world.today:
        yield unmet(
            (f"晚于{world.today}", f"later than {world.today}"),
            (f"{c.held_until}", f"{c.held_until}"),
            "held_until",
        )


@lifecycle(ReleaseHold)
def hold_is_there(c: ReleaseHold, world: World) -> Iterator[Unmet]:
    """Only a hold that is there can be released."""
    if c.hold_no not in world.state(ARCHIVE, c.class_id).holds:
        yield unmet(("未解除的延长要求", "a hold that runs"), ("没有", "none"), "hold_no")


@hard("ARC-01", ApproveDestruction, DestroyArchive)
def nothing_keeps_it(c: ApproveDestruction | DestroyArchive, world: World) -> Iterator[Unmet]:
    """No archive is destroyed, nor its destruction approved, while law or hold keeps it."""
    yield from retention_is_over(c.class_id, world)


@hard("ARC-01", ApproveDestruction)
def each_approver_is_another(c: ApproveDestruction, world: World) -> Iterator[Unmet]:
    """It takes two different people to approve one destruction."""
    before = world.state(ARCHIVE, c.class_id).approval
    if before is None or before.list_sha256 != c.list_sha256:
        return
    if _who(world) in before.approvers and before.decision_doc == c.decision_doc:
        yield unmet(("另一名批准人", "another approver"), ("本人已批准", "you approved already"))


@hard("ARC-01", DestroyArchive)
def destruction_was_approved(c: DestroyArchive, world: World) -> Iterator[Unmet]:
    """Two people approved this very list, by a decision."""
    approval = world.state(ARCHIVE, c.class_id).approval
    if approval is None or not approval.complete:
        found = 0 if approval is None else len(approval.approvers)
        yield unmet(("两名不同的批准人", "two different approvers"), (f"{found}名", str(found)))
    elif approval.list_sha256 != c.list_sha256:
        yield unmet(
            ("已批准的销毁清册", "the list that was approved"),
            ("另一份清册", "another list"),
            "list_sha256",
        )


@hard("ARC-01", DestroyArchive)
def two_others_do_it(c: DestroyArchive, world: World) -> Iterator[Unmet]:
    """One destroys and another sees to it, and neither of them approved it."""
    approval = world.state(ARCHIVE, c.class_id).approval
    approvers = () if approval is None else approval.approvers
    if c.supervisor == _who(world):
        yield unmet(
            ("另一人监销", "somebody else who sees to it"),
            ("销毁人本人", "who destroys it"),
            "supervisor",
        )
    for person, where in ((_who(world), ""), (c.supervisor, "supervisor")):
        if person in approvers:
            yield unmet(
                ("批准人以外的人", "somebody who did not approve it"),
                ("批准人", "an approver"),
                where,
            )
