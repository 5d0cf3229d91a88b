"""A claim with all that the law asks about it: class, certificates, people, what they got before.

Everything is read at once, so that deciding about 300 items takes a few round trips, not 1,200.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from aggregates.certificate.state import CERTIFICATE, Certificate, certificate_of
from aggregates.decisions import Stream, Unread, World
from aggregates.enrolment.state import ENROLMENT, Enrolment
from aggregates.entitlement.state import ENTITLEMENT, Entitlement
from aggregates.ids import ClaimId, ClassId, InstitutionId, PersonId
from aggregates.law.deadlines import ClaimMode, Deadline, claim_deadline, local_date
from aggregates.subsidy_claim.parts import ClaimDoc, ClaimItem, PlaceBasis
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM
from aggregates.trainee.state import TRAINEE, Trainee
from aggregates.training_class.form import RosterRow, Scheme
from aggregates.training_class.state import TRAINING_CLASS, TrainingClass

T = TypeVar("T")
NO_CERTIFICATE = Certificate()


@dataclass(frozen=True, slots=True)
class Head:
    """One item with what its rules look at.

    Attributes:
        row: The item.
        amount_fen: What is left of it.
        enrolment: The enrolment that it names.
        certificate: The certificate that it names; an empty one for none.
        trainee: The person, as other registers show them.
        entitlement: What the person was granted so far.
        roster: The person's row on the roster of the class, if there is one.
    """

    row: ClaimItem
    amount_fen: int
    enrolment: Enrolment
    certificate: Certificate
    trainee: Trainee
    entitlement: Entitlement
    roster: RosterRow | None

    @property
    def number(self) -> int:
        """The item's number."""
        return self.row.item_no


@dataclass(frozen=True, slots=True)
class Asked:
    """What a claim asks for, before or after it was submitted.

    Attributes:
        claim_id: The claim; None before it has an id.
        items: The items with what is left of each, in fen.
        submitted_on: The local date of the first submission.
    """

    claim_id: ClaimId | None
    mode: ClaimMode
    class_id: ClassId
    county: str
    place_basis: PlaceBasis | None
    person_id: PersonId | None
    applicant_id: InstitutionId | None
    occupation: str
    level: str
    items: tuple[tuple[ClaimItem, int], ...]
    docs: tuple[ClaimDoc, ...]
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """A claim with the class and the heads that it is about.

    Attributes:
        own: The same heads by person.
    """

    asked: Asked
    training: TrainingClass
    heads: tuple[Head, ...]
    own: Mapping[PersonId, tuple[Head, ...]]

    def of_person(self, person_id: PersonId, kind: str) -> tuple[Head, ...]:
        """Return a person's items of a kind."""
        return tuple(one for one in self.own.get(person_id, ()) if one.row.kind == kind)

    def only(self, numbers: Container[int]) -> "Case":
        """Return the case of some of the items alone."""
        return made(self.asked, self.training, [h for h in self.heads if h.number in numbers])

    def of_kind(self, kind: str) -> tuple[Head, ...]:
        """Return the items of a kind."""
        return tuple(one for one in self.heads if one.row.kind == kind)

    @property
    def scheme(self) -> Scheme | None:
        """The scheme of an enterprise's training, if it is one.

        Apprenticeship training is of its scheme whether or not the filing says so once more.
        """
        filing = self.training.filing
        if filing is not None and filing.training_type == "APPRENTICESHIP":
            return "APPRENTICESHIP"
        return None if filing is None else filing.scheme

    @property
    def starts_on(self) -> date:
        """The first day of the class; the submission's where history does not say."""
        return self.training.starts_on or self.asked.submitted_on

    @property
    def ends_on(self) -> date:
        """The last day of the class, likewise."""
        return self.training.ends_on or self.starts_on

    def counts_on(self, head: Head) -> date:
        """Return the day on which the limits count an item: its certificate's (C-07)."""
        return head.certificate.issued_on or self.asked.submitted_on


def asked_of(claim_id: ClaimId, world: World) -> Asked:
    """Return what the live items of a submitted claim ask for."""
    one = world.state(SUBSIDY_CLAIM, claim_id)
    return Asked(
        claim_id=claim_id,
        mode=one.mode,
        class_id=one.class_id or ClassId(UUID(int=0)),
        county=one.county,
        place_basis=one.place_basis,
        person_id=one.person_id,
        applicant_id=one.applicant_id,
        occupation=one.occupation,
        level=one.level,
        items=tuple((item.row, item.amount_fen) for item in one.live()),
        docs=one.docs,
        submitted_on=one.submitted_on or world.today,
    )


def case_of(asked: Asked, world: World) -> Case:
    """Gather everything about a claim.

    Raises:
        Unread: all that is lacking, at once.
    """
    rows = [row for row, _ in asked.items]
    papers = [None if row.cert_no is None else certificate_of(row.cert_no) for row in rows]
    people = [row.person_id for row in rows]
    classes, enrolments, certificates, trainees, entitlements = _read(
        world,
        (TRAINING_CLASS, [asked.class_id]),
        (ENROLMENT, [row.enrolment_id for row in rows]),
        (CERTIFICATE, [paper for paper in papers if paper is not None]),
        (TRAINEE, people),
        (ENTITLEMENT, people),
    )
    training: TrainingClass = classes[asked.class_id]
    heads = [
        Head(
            row=row,
            amount_fen=amount,
            enrolment=enrolments[row.enrolment_id],
            certificate=NO_CERTIFICATE if paper is None else certificates[paper],
            trainee=trainees[row.person_id],
            entitlement=entitlements[row.person_id],
            roster=training.roster.get(row.person_id),
        )
        for (row, amount), paper in zip(asked.items, papers, strict=True)
    ]
    return made(asked, training, heads)


def made(asked: Asked, training: TrainingClass, heads: Sequence[Head]) -> Case:
    """Return the case of a claim, its heads filed by person."""
    own: dict[PersonId, list[Head]] = {}
    for head in heads:
        own.setdefault(head.row.person_id, []).append(head)
    filed = {person: tuple(held) for person, held in own.items()}
    return Case(asked, training, tuple(heads), MappingProxyType(filed))


def _read(world: World, *reads: tuple[Stream[Any], Sequence[UUID]]) -> list[dict[UUID, Any]]:
    """Return the states of several kinds of stream, asking for all that is lacking at once."""
    return gathered(partial(world.states, kind, ids) for kind, ids in reads)


def gathered(readings: Iterable[Callable[[], T]]) -> list[T]:
    """Return what several readings find, asking for all that they lack at once.

    Raises:
        Unread: what any of them lacks.
    """
    found: list[T] = []
    lacking: set[str] = set()
    for reading in readings:
        try:
            found.append(reading())
        except Unread as unread:
            lacking |= unread.wanted
    if lacking:
        raise Unread(lacking)
    return found


def clock_start(head: Head, case: Case, world: World) -> date | None:
    """Return the day from which an item's claim period runs; None where there is none yet."""
    basis = world.law.parameter("claim_clock_start", world.today, county=case.asked.county)
    if basis == "DELIVERED":
        handed = head.certificate.delivered_at
        return None if handed is None else local_date(handed)
    return head.certificate.issued_on


def deadline_of(head: Head, case: Case, world: World) -> Deadline | None:
    """Return until when an item could be claimed; None without a certificate to count from."""
    start = clock_start(head, case, world)
    if start is None:
        return None
    return claim_deadline(case.asked.mode, start, world.law, county=case.asked.county)


def earliest(case: Case, world: World) -> Deadline | None:
    """Return the first deadline among the items of a claim; None where the law sets none."""
    found = [deadline_of(head, case, world) for head in case.heads]
    bounded = [one for one in found if one is not None and one.last is not None]
    return min(bounded, key=lambda one: one.last or date.max, default=None)
