"""A person is erased: whatever was handed out stays valid, and so does what is handed out now."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from aggregates.decisions import Caller
from aggregates.ids import OfficialId, derived_id
from ledger.application.answers import Ask, Recorded
from ledger.application.founding import found
from ledger.evidence.hashes import SHA256
from ledger.evidence.policy import Policy
from ledger.evidence.receipt import Receipt
from ledger.integration.exporting import export_log, published
from ledger.integration.log_keys import policy_of
from ledger.integration.signing import FileSigner
from ledger.integration.trees import TREES
from ledger.integration.verifying import held_of, verify_export, verify_live
from tests.ledger.api.exhibiting import WHY, offline, says, settle
from tests.ledger.api.test_exhibits import judged, of_class
from tests.ledger.application.test_erasing import LATER
from tests.ledger.integration.signing import KEYS, note_of, place_in
from tests.ledger.serving import Served, served
from tests.ledger.store.making import one, rows

SECURITY = Caller(person=OfficialId(derived_id("account", "security")), role="SEC_ADMIN")
OWNED = "select count(*) from vault.sealed where owner = %s"


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    return place_in(tmp_path / "home").signer()


@pytest.fixture
def log(database: str, signer: FileSigner) -> Iterator[Served]:
    with served(database, classes=1, keys=KEYS) as server:
        server.do(found(server.ledger))
        settle(server, signer)
        yield server


async def erased(log: Served, person: UUID) -> object:
    data = {
        "person_id": str(person),
        "approvers": [str(derived_id("account", who)) for who in "ab"],
        "basis": "B-1",
    }
    return await log.ledger.door.act(Ask("erase-subject", data, at=LATER), SECURITY)


def test_every_proof_stays_valid_after_somebody_is_erased(
    log: Served, signer: FileSigner, tmp_path: Path
) -> None:
    person = log.told.stories[1].trainees[0].person
    held = {tree.name: note_of(log.conninfo, tree) for tree in TREES}
    before = of_class(log)
    trail = log.as_("AUDITOR").get(f"/api/v1/trail/person/{person}/exhibit", params=WHY).content
    entry = next(row for row in rows(log.conninfo) if str(person) in row.stream)
    address = f"/api/v1/receipts/{entry.position}"
    receipt = log.as_("AUDITOR").get(address).content
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        export_log(connection, tmp_path / "log", published(KEYS))
    assert one(log.conninfo, OWNED, person) > 0

    assert isinstance(log.do(erased(log, person)), Recorded)
    settle(log, signer)

    assert one(log.conninfo, OWNED, person) == 0
    for tree in TREES:
        policy = policy_of(KEYS, tree)
        kept = held_of(held[tree.name], policy, is_enough=False)
        assert verify_live(log.conninfo, policy, kept, tree).wrong is None
        assert verify_export(tmp_path / "log", policy, kept, tree).wrong is None
    for data in (before, trail, of_class(log)):
        assert offline(tmp_path, data)[0] == 0
        assert judged(log, data) == ""
    leaf = SHA256.leaf(entry.body.encode())
    for proof in (receipt, log.as_("AUDITOR").get(address).content):
        Receipt.parse(proof).check(leaf, Policy.parse(published(KEYS)["policy"]))
    now = {one["index"]: one["body"] for one in says(of_class(log))["entries"]}
    assert all(now[one["index"]] == one["body"] for one in says(before)["entries"])
