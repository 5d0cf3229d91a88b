"""What may be asked of access: to erase a person. The rest the doors record by themselves."""

from collections.abc import Iterator

from aggregates.access.facts import SubjectErased
from aggregates.access.state import ACCESS, erasure_id
from aggregates.archive.retention import retention_is_over
from aggregates.archive.state import ARCHIVE
from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.facts import Code
from aggregates.ids import ClassId, OfficialId, PersonId
from aggregates.training_class.state import TRAINING_CLASS

APPROVERS = 2
"""How many approve an erasure, each a different person."""


@command(
    "erase-subject",
    zh="删除个人信息",
    en="Erase a person's data",
    kind=ACCESS,
    roles=("SEC_ADMIN",),
)
class EraseSubject(Command):
    """A person's key and rows are destroyed; entries and proofs stay as they are.

    Attributes:
        approvers: The two who approved it.
        basis: The document it rests on.
        class_ids: Classes of the person, whose archives are looked at; the ledger adds all that
            it knows of.
    """

    person_id: PersonId
    approvers: tuple[OfficialId, ...]
    basis: Code
    class_ids: tuple[ClassId, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the erasure; the ledger destroys key and rows with it."""
        yield New(
            ACCESS,
            erasure_id(self.person_id),
            SubjectErased(
                person_id=self.person_id,
                approvers=self.approvers,
                basis=self.basis,
                erased_at=world.now,
                class_ids=self.class_ids,
            ),
        )


@lifecycle(EraseSubject)
def not_erased_before(c: EraseSubject, world: World) -> Iterator[Unmet]:
    """A person is erased once."""
    if world.state(ACCESS, erasure_id(c.person_id)).erased_on is not None:
        yield unmet(("尚未删除", "not erased before"), ("已删除", "erased already"))


@hard("ARC-03", EraseSubject)
def approved_by_two_others(c: EraseSubject, world: World) -> Iterator[Unmet]:
    """Two different people approve, and neither is the one who carries it out."""
    found = set(c.approvers) - {world.caller.person}
    if len(found) != APPROVERS or len(c.approvers) != APPROVERS:
        yield unmet(
            ("执行人以外的两名不同批准人", "two different approvers beside who carries it out"),
            (f"{len(found)}名", str(len(found))),
            where="approvers",
        )


@hard("ARC-01", EraseSubject)
def no_archive_needs_it_any_more(c: EraseSubject, world: World) -> Iterator[Unmet]:
    """While an archive that names the person must be kept, the person's data are kept with it.

    The period runs from the later of closure and last payment, so it has not begun for a class
    that is not closed; a hold lengthens it.
    """
    # Asked for together, so that they are fetched together.
    world.states(ARCHIVE, c.class_ids)
    world.states(TRAINING_CLASS, c.class_ids)
    for at, class_id in enumerate(c.class_ids):
        yield from retention_is_over(class_id, world, f"class_ids[{at}]")
