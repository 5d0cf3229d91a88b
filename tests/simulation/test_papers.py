"""Documents of a world have files: most are scanned, some classes wait, one file is missing."""

import asyncio
from hashlib import sha256
from pathlib import Path

import orjson
import psycopg

from aggregates.archive.facts import DocumentKind
from ledger.documents.directory import DirectoryStore
from ledger.simulation.building import build
from ledger.simulation.papers import FILED, digest, paper, scanned
from ledger.simulation.world import World
from tests.simulation.test_building import leaves
from tests.simulation.worlds import planned

ARCHIVES = "select documents, unstored from model.archive where documents > 0"


def stored(conninfo: str) -> dict[str, int]:
    """The digests that the log says are stored, with the lengths that it knows."""
    asked = "select body from ledger.entry where type = 'archive.document-stored.v1'"
    with psycopg.connect(conninfo) as connection:
        told = [orjson.loads(body)["data"] for (body,) in connection.execute(asked)]
    return {one["sha256"]: one["octets"] for one in told}


def test_what_the_ledger_says_is_stored_lies_there_and_is_what_was_filed(
    database: str, second_database: str, world: World, tmp_path: Path
) -> None:
    store = DirectoryStore(tmp_path / "one")
    built = asyncio.run(build(database, world, documents=store))
    assert [one.told() for one in built.fed.unforeseen] == []
    held = stored(database)
    assert len(held) > 100
    for name, octets in held.items():
        data = b"".join(store.read(name))
        assert (sha256(data).hexdigest(), len(data)) == (name, octets)
        assert "模拟材料" in data.decode()
    with psycopg.connect(database) as connection:
        rows = connection.execute(ARCHIVES).fetchall()
    assert any(lacks == 0 for _, lacks in rows)
    assert any(lacks == filed for filed, lacks in rows)

    asyncio.run(build(second_database, world, documents=DirectoryStore(tmp_path / "two")))
    assert leaves(second_database) == leaves(database)


def test_a_county_has_archives_that_are_whole_that_wait_and_that_lack_one_file(
    tmp_path: Path,
) -> None:
    county = planned("county", 1, 7)
    filed: dict[str, int] = {}
    for one in county.planned:
        if one.ask.command == FILED and not one.ask.as_facts and not one.refused:
            name = str(one.ask.data["class_id"])
            filed[name] = filed.get(name, 0) + 1
    there: dict[str, int] = dict.fromkeys(filed, 0)
    for one in scanned("county:1:7", county.planned, DirectoryStore(tmp_path), county.ends_at):
        there[str(one.ask.data["class_id"])] += 1
    lacking = [all_ - there[name] for name, all_ in filed.items()]
    shares = {n: lacking.count(n) / len(lacking) for n in (0, 1)}
    assert 0.5 < shares[0] < 0.85
    assert 0.01 < shares[1] < 0.2
    assert sum(n > 1 for n in lacking) / len(lacking) > 0.1


def test_no_two_documents_are_the_same_file() -> None:
    assert digest("class:1:7", "a", "CLAIM") == sha256(paper("class:1:7", "a", "CLAIM")).hexdigest()
    kinds: tuple[DocumentKind, ...] = ("CLAIM", "MINUTES")
    names = {digest(seed, one, kind) for seed in "xy" for one in "ab" for kind in kinds}
    assert len(names) == 8
