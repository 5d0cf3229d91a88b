"""What may be asked of archives once papers lie in them: store their files, produce them."""

from collections.abc import Iterator
from datetime import date, timedelta

from aggregates.archive.facts import (
    ArchiveDocumentStored,
    ArchiveProduced,
    DigestsMade,
    Octets,
    Recipient,
)
from aggregates.archive.state import ARCHIVE
from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Digest
from aggregates.ids import ClassId
from aggregates.sealed import FreeText, Personal
from aggregates.training_class.reach import class_is_known, whose
from aggregates.training_class.state import TRAINING_CLASS

OPEN_TO: frozenset[Recipient] = frozenset({"AUDIT", "DISCIPLINE", "JUDICIAL", "ARCHIVES"})
"""Who may be handed personal values in clear."""


@command(
    "store-archive-document",
    zh="材料原件入库",
    en="Store a document's file",
    kind=ARCHIVE,
    roles=("INST_CLERK", "INST_HEAD", "EMPLOYER", "COUNTY_CLERK", "COUNTY_REVIEWER", "CITY_CENTRE"),
)
class StoreArchiveDocument(Command):
    """The file of a document lies in the store, and it is the one of this digest.

    ``PUT /api/v1/archive/{class_id}/documents/{sha256}`` puts it there and gives this command. The
    ledger looks for the file before it records anything, and says itself how long it is.

    Attributes:
        octets: Its length in bytes.
    """

    class_id: ClassId
    sha256: Digest
    octets: Octets = 0

    def facts(self, world: World) -> Iterator[New]:
        """Record the file."""
        institution_id, county = whose(self.class_id, world)
        training = world.state(TRAINING_CLASS, self.class_id)
        fact = ArchiveDocumentStored(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            sha256=self.sha256,
            octets=self.octets,
            again=self.sha256 in world.state(ARCHIVE, self.class_id).stored,
            stored_by=world.caller.person,
        )
        yield New(
            ARCHIVE,
            self.class_id,
            fact,
            county=training.county,
            about=self.class_id,
            regime=training.regime,
        )


@command(
    "produce-archive",
    zh="提供档案",
    en="Produce an archive",
    kind=ARCHIVE,
    roles=(
        "INST_CLERK",
        "INST_HEAD",
        "EMPLOYER",
        "COUNTY_CLERK",
        "COUNTY_HR",
        "CITY_CENTRE",
        "CITY_HR",
    ),
)
class ProduceArchive(Command):
    """An archive is handed to whoever may ask for it: auditors, inspectors, courts, archives.

    Attributes:
        to: The code of the body that it is handed to.
        recipient: What kind of body that is.
        purpose: What it was asked for.
        request_doc: The document by which it was asked for.
        items: Digests of the documents that are handed over; none where it is the whole package.
        package_sha256: Digest of the package that is handed over.
        personal: Whether personal values go along in clear.
    """

    class_id: ClassId
    to: Code
    recipient: Recipient
    purpose: Personal[FreeText]
    request_doc: Code
    requested_on: date
    items: DigestsMade = ()
    package_sha256: Digest | None = None
    personal: bool = False

    def facts(self, world: World) -> Iterator[New]:
        """Record to whom, by whose request, and whether that was in time."""
        institution_id, county = whose(self.class_id, world)
        training = world.state(TRAINING_CLASS, self.class_id)
        fact = ArchiveProduced(
            class_id=self.class_id,
            institution_id=institution_id,
            county_code=county,
            to=self.to,
            recipient=self.recipient,
            purpose=self.purpose,
            request_doc=self.request_doc,
            requested_on=self.requested_on,
            due_on=due_on(self, world),
            produced_at=world.now,
            items=self.items,
            package_sha256=self.package_sha256,
            personal=self.personal,
            produced_by=world.caller.person,
        )
        yield New(
            ARCHIVE,
            self.class_id,
            fact,
            county=training.county,
            about=self.class_id,
            regime=training.regime,
        )


def due_on(c: ProduceArchive, world: World) -> date | None:
    """Return the last day on which an archive is produced in time, None where none is set."""
    county = world.state(TRAINING_CLASS, c.class_id).county
    days = world.law.parameter("sla_archive_produce_days", world.today, county=county)
    return None if days is None else c.requested_on + timedelta(days=days)


@lifecycle(StoreArchiveDocument, ProduceArchive)
def archive_is_there(c: StoreArchiveDocument | ProduceArchive, world: World) -> Iterator[Unmet]:
    """A class that was filed has an archive until it is destroyed."""
    yield from class_is_known(c.class_id, world)
    if world.state(ARCHIVE, c.class_id).destroyed_on is not None:
        yield unmet(("未销毁的档案", "an archive that is there"), ("已销毁", "it was destroyed"))


@lifecycle(StoreArchiveDocument)
def file_belongs_to_the_archive(c: StoreArchiveDocument, world: World) -> Iterator[Unmet]:
    """Only what the archive names is stored for it, so that nobody fills the store unseen."""
    named = {one.sha256 for one in world.state(ARCHIVE, c.class_id).documents}
    if c.sha256 not in named:
        yield unmet(
            ("已归档材料的摘要", "the digest of a document that was filed"),
            ("没有这份材料", "no such document"),
            "sha256",
        )


@lifecycle(ProduceArchive)
def only_what_is_there_is_produced(c: ProduceArchive, world: World) -> Iterator[Unmet]:
    """What is handed over lies in the archive, and was asked for before."""
    named = {one.sha256 for one in world.state(ARCHIVE, c.class_id).documents}
    for at, one in enumerate(c.items):
        if one not in named:
            yield unmet(
                ("档案中的材料", "a document of the archive"),
                ("没有这份材料", "no such document"),
                f"items[{at}]",
            )
    if c.requested_on > world.today:
        yield unmet(
            (f"不晚于{world.today}", f"no later than {world.today}"),
            (f"{c.requested_on}", f"{c.requested_on}"),
            "requested_on",
        )


@hard("ARC-03", ProduceArchive)
def personal_values_go_to_few(c: ProduceArchive, world: World) -> Iterator[Unmet]:
    """Personal values in clear are handed to auditors, inspectors, courts and archives alone."""
    del world
    if c.personal and c.recipient not in OPEN_TO:
        yield unmet(
            (
                "审计、纪检监察、司法机关或综合档案馆",
                "an auditor, an inspector, a court or a public archive",
            ),
            (c.recipient, c.recipient),
            "recipient",
        )


@flag("ARC-05", ProduceArchive)
def archive_is_produced_in_time(c: ProduceArchive, world: World) -> Iterator[Unmet]:
    """An archive is produced within the days that the city has set, if any."""
    due = due_on(c, world)
    if due is not None and world.today > due:
        yield unmet(
            (f"不晚于{due}提供", f"produced by {due}"),
            (f"{world.today}提供", f"produced on {world.today}"),
        )
