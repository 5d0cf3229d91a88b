"""Tells the small world: institutions, classes at every stage, doubts, books."""

from dataclasses import dataclass, field
from uuid import UUID

from aggregates.ids import InstitutionId, derived_id
from aggregates.institution.facts import InstitutionRegistered
from aggregates.institution.parts import BasicAccount
from aggregates.sealed import Account, Name, Phone, PlainText
from ledger.application.running import Ledger
from tests.ledger import after_story, money_story
from tests.ledger.class_story import Story
from tests.ledger.small_world import EAST, NORTH, Writer, fold

BODIES = (
    (EAST, "启航职业培训学校", "91371502MA3N00001X"),
    (NORTH, "惠民职业培训学校", "91371526MA3N00002A"),
)


@dataclass
class Told:
    """What was told.

    Attributes:
        stories: The classes by their number.
        institutions: The institutions by their county.
    """

    stories: dict[int, Story] = field(default_factory=dict)
    institutions: dict[str, InstitutionId] = field(default_factory=dict)

    def of(self, number: int) -> UUID:
        """Return the id of a class."""
        return self.stories[number].id


async def tell(ledger: Ledger, conninfo: str, *, classes: int = 6) -> Told:
    """Write the world and fold it.

    Class 1 is paid, archived and doubted; 2 is paid with an objection; 3 is claimed, 4 assessed,
    5 running, 6 returned; the numbers beyond go round again. Even ones are in the north.
    """
    told, writer = Told(), Writer(ledger)
    for county, name, uscc in BODIES:
        told.institutions[county] = _register(writer, county, name, uscc)
    after_story.budget(writer, 500_000_000, 120_000_000)
    for number in range(1, classes + 1):
        county = EAST if number % 2 else NORTH
        story = Story(writer, number, told.institutions[county], county)
        live(story, (number - 1) % 6 + 1)
        told.stories[number] = story
    await writer.flush()
    first = told.stories[1]
    after_story.doubt(first, "RI-17", "HIGH", (8, 9))
    after_story.doubt(first, "RI-27", "CRITICAL", (10,), sealed_for="AUDITOR")
    await writer.flush()
    fold(conninfo)
    return told


def live(story: Story, end: int) -> None:
    """Bring a class to one of six ends."""
    story.file()
    if end == 6:
        story.return_filing()
        after_story.refusal(story)
        return
    story.approve()
    story.enrol()
    story.teach()
    if end == 5:
        return
    story.assess()
    if end == 4:
        return
    money_story.submit_claim(story)
    if end == 3:
        after_story.archive(story, whole=False)
        return
    money_story.review(story)
    money_story.publish(story, objected=end == 2)
    money_story.pay(story)
    if end == 1:
        after_story.archive(story, whole=True)


def _register(writer: Writer, county: str, name: str, uscc: str) -> InstitutionId:
    one = InstitutionId(derived_id("institution", county))
    registered = InstitutionRegistered(
        institution_id=one,
        uscc=uscc,
        name=name,
        kind="TRAINING_ORG",
        legal_rep=writer.personal(Name, "钱守信"),
        county_code=county,
        address="某路1号",
        contact=writer.personal(PlainText, "李主任"),
        phone=writer.matchable(Phone, "15400001111"),
        basic_account=BasicAccount(
            bank="某某银行",
            account=writer.matchable(Account, "SIM6200000000001"),
            holder=writer.personal(PlainText, name),
        ),
    )
    writer.put("institution", one, registered, county=county)
    return one
