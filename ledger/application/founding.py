"""Founding an installation: the first facts of its policy book."""

from aggregates.decisions import Caller, New, policy_book_id
from aggregates.ids import OfficialId, derived_id
from aggregates.policy_book.seed import initial_facts
from aggregates.policy_book.state import POLICY_BOOK
from ledger.application.drafting import Place
from ledger.application.running import Ledger
from ledger.store.failures import VersionConflict
from ledger.store.requests import Append

FOUNDER = OfficialId(derived_id("account", "founding"))
CHECKER = OfficialId(derived_id("account", "founding-check"))


async def found(ledger: Ledger) -> int:
    """Write the first facts of the policy book, once; return how many entries were written."""
    caller = Caller(person=FOUNDER, role="CITY_HR")
    place = Place(caller, "migration", "")
    book = policy_book_id()
    drafts = tuple(
        ledger.door.drafting.draft(New(POLICY_BOOK, book, fact), version, place).draft
        for version, fact in enumerate(initial_facts(CHECKER), start=1)
    )
    name = POLICY_BOOK.name(book)
    try:
        await ledger.log.append(Append(drafts=drafts, guards=((name, 0),)))
    except VersionConflict:
        return 0
    ledger.door.states.forget((name,))
    return len(drafts)
