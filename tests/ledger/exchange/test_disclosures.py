"""The second bag opens what entries commit to; without it, and without people, all else holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
import uvloop

from ledger.errors import Failure
from ledger.evidence.verifier.command import main
from ledger.exchange.package.building import Package, build
from ledger.exchange.package.disclosing import Disclosure, disclose
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase
from ledger.vault.errors import OpeningRefused
from ledger.vault.keys import SeededKeyring
from ledger.vault.opening import Purpose
from tests.ledger.exchange.conftest import World, made
from tests.ledger.small_world import as_role

WHY = Purpose("向审计局移交", "审2026-015")


@pytest.fixture
def own(database: str, tmp_path: Path) -> World:
    """A world of its own, for a test that erases people in it."""
    return made(database, tmp_path / "world")


def disclosed(
    world: World, role: str = "CITY_CENTRE", why: Purpose = WHY
) -> tuple[Package, Disclosure]:
    async def run() -> tuple[Package, Disclosure]:
        async with world.opened() as ledger:
            package = await build(ledger, world.place, world.class_id)
            return package, await disclose(ledger, as_role(role), why, package)

    return uvloop.run(run())


def openings(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((folder / "data/disclosure").iterdir()):
        for line in file.read_bytes().splitlines():
            yield orjson.loads(line)


def last_entry(world: World) -> dict[str, Any]:
    with psycopg.connect(world.conninfo) as connection:
        row = connection.execute(
            "select body from ledger.entry order by position desc limit 1"
        ).fetchone()
    assert row is not None
    found: dict[str, Any] = orjson.loads(row[0])
    return found


def test_values_are_opened_with_salts_and_that_is_on_record_first(
    world: World, tmp_path: Path
) -> None:
    package, second = disclosed(world)
    place = package.bag.write_folder(tmp_path)
    other = second.bag.write_folder(tmp_path)
    names = {one["value"] for one in openings(other) if one["kind"] == "name"}
    assert {"张小明", "李小明", "王小明", "赵小明"} <= names
    assert (second.erased, second.values) == (0, len(list(openings(other))))
    assert last_entry(world)["type"] == "access.sensitive-data-accessed.v1"
    assert main([str(other), "--of", str(place)]) == 0
    assert main([str(other), "--of", str(package.bag.write_zip_below(tmp_path))]) == 0


def test_nothing_in_the_package_leads_to_the_second_bag_and_no_value_stands_in_it(
    world: World, tmp_path: Path
) -> None:
    package, second = disclosed(world)
    place, other = package.bag.write_folder(tmp_path), second.bag.write_folder(tmp_path)
    held = b"".join(one.read_bytes() for one in place.rglob("*") if one.is_file())
    for file in second.bag.files:
        for digest in file.digests.values():
            if file.path.startswith("data/disclosure/") or "manifest" in file.path:
                assert digest.encode() not in held
    for one in openings(other):
        if one["kind"] in {"name", "id-number", "phone"}:
            assert one["value"].encode() not in held
            assert one["salt"].encode() not in held


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("张小明", "王大明"),
        ('"salt":"', '"salt":"A'),
        ('"commitment":"', '"commitment":"A'),
        ("{", ""),
    ],
    ids=["value", "salt", "commitment", "form"],
)
def test_an_opening_that_was_changed_is_found_though_it_is_sealed_anew(
    world: World, tmp_path: Path, old: str, new: str
) -> None:
    from tests.ledger.exchange.test_packages import seal_anew  # noqa: PLC0415 - only here

    _, second = disclosed(world)
    other = second.bag.write_folder(tmp_path)
    file = next(one for one in (other / "data/disclosure").iterdir() if "张小明" in one.read_text())
    file.write_text(file.read_text().replace(old, new, 1))
    assert main([str(other)]) == 3
    seal_anew(other)
    assert main([str(other)]) == 3


def test_an_opening_of_another_package_is_found(world: World, tmp_path: Path) -> None:
    package, second = disclosed(world)
    place, other = package.bag.write_folder(tmp_path), second.bag.write_folder(tmp_path)
    events = place / "data/representations/events/events.jsonl"
    events.write_bytes(b"{}\n")
    assert main([str(other), "--of", str(place)]) == 3


def test_what_was_erased_is_not_opened_and_the_package_is_the_same(
    own: World, tmp_path: Path
) -> None:
    before, opened = disclosed(own)
    trainee = own.told.stories[1].trainees[0]

    async def forget() -> None:
        connection = await psycopg.AsyncConnection.connect(own.conninfo, autocommit=True)
        async with connection, own.opened() as ledger:
            keys = DataKeys(SeededKeyring("test"))
            owners = [trainee.person, trainee.enrolment]
            await erase(connection, keys, owners, at=ledger.clock.now())

    uvloop.run(forget())
    after, left = disclosed(own)
    assert after.bag.seal == before.bag.seal
    assert (left.erased, left.values + left.erased) == (3, opened.values)
    other = left.bag.write_folder(tmp_path)
    assert trainee.name not in {one["value"] for one in openings(other)}
    place = after.bag.write_folder(tmp_path)
    held = tmp_path / "held.tlog"
    held.write_bytes(own.place.published["policy"])
    assert main([str(place), "--policy", str(held)]) == 0
    assert main([str(other), "--of", str(place)]) == 0


@pytest.mark.parametrize(
    ("role", "why"),
    [("SYS_ADMIN", WHY), ("CITY_CENTRE", Purpose("", "")), ("AUDITOR", Purpose("抽查档案", ""))],
    ids=["role", "purpose", "task"],
)
def test_nobody_opens_without_role_purpose_and_task(world: World, role: str, why: Purpose) -> None:
    before = last_entry(world)
    with pytest.raises(OpeningRefused) as refused:
        disclosed(world, role, why)
    assert isinstance(refused.value, Failure)
    assert last_entry(world) == before
