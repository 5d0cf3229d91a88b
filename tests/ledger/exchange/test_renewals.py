"""Renewals state the roots of both trees again, each after the other, and packages hold them."""

import hashlib
import shutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvloop

from ledger.clock import SHANGHAI, SystemClock
from ledger.evidence.note import Note
from ledger.evidence.time_stamps import asked_for, roots_of
from ledger.evidence.verifier.command import main
from ledger.exchange.package.building import Package, build
from ledger.exchange.renewing import (
    AlreadyRenewed,
    Broken,
    NotStamped,
    Stamp,
    record_renewals,
    renew,
    renewals_in,
    stamped_by,
)
from ledger.integration.catching_up import catch_up
from tests.ledger.exchange.conftest import ORIGIN, World, made
from tests.ledger.exchange.test_packages import seal_anew
from tests.ledger.integration.authority import made_in
from tests.ledger.small_world import as_role

FIRST = datetime(2031, 11, 27, 9, tzinfo=SHANGHAI)
SECOND = FIRST + timedelta(days=365)


@pytest.fixture(scope="module")
def stamp(tmp_path_factory: pytest.TempPathFactory) -> Stamp:
    """What an authority makes of a statement."""
    authority = made_in(tmp_path_factory.mktemp("tsa") / "authority")
    return lambda statement: authority.stamp(asked_for(statement.decode()).body)


@pytest.fixture
def own(database: str, tmp_path: Path) -> World:
    """A world of its own, whose log grows."""
    return made(database, tmp_path / "world")


def folder_of(world: World) -> Path:
    return world.signing.memory.parent / "renewals"


def grow(world: World) -> None:
    """Let the log grow by a look, and have it signed."""
    from ledger.application.access import record_access  # noqa: PLC0415 - only here
    from ledger.vault.opening import Purpose  # noqa: PLC0415 - only here

    async def run() -> None:
        async with world.opened() as ledger:
            await record_access(
                ledger,
                as_role("AUDITOR"),
                what="trail",
                fields=("trail",),
                purpose=Purpose("年度抽查", "审1"),
            )

    uvloop.run(run())
    catch_up(world.conninfo, world.signing, SystemClock())


def packed(world: World) -> Package:
    async def run() -> Package:
        place = replace(world.place, renewals=renewals_in(folder_of(world)))
        async with world.opened() as ledger:
            return await build(ledger, place, world.class_id)

    return uvloop.run(run())


def fold(world: World) -> None:
    from tests.ledger.small_world import fold as folded  # noqa: PLC0415 - only here

    folded(world.conninfo)


def renewed_twice(world: World, stamp: Stamp) -> Package:
    keys = world.signing.keys()
    renew(world.conninfo, keys, folder_of(world), FIRST, stamp)
    grow(world)
    renew(world.conninfo, keys, folder_of(world), SECOND)
    grow(world)
    fold(world)
    return packed(world)


def test_a_renewal_states_both_roots_and_what_came_before(own: World, stamp: Stamp) -> None:
    keys = own.signing.keys()
    first = renew(own.conninfo, keys, folder_of(own), FIRST, stamp)
    lines = Note.parse(first.statement).text.splitlines()
    assert lines[:2] == ["simulation/test/renewal", "on 2031-11-27"]
    assert [line.split()[0] for line in lines[2:]] == ["sha256", "sm3", "before"]
    assert lines[-1] == "before none"
    assert first.token is not None
    grow(own)
    second = renew(own.conninfo, keys, folder_of(own), SECOND)
    both = hashlib.sha256(first.statement + (first.token or b"")).hexdigest()
    assert Note.parse(second.statement).text.splitlines()[-1] == f"before sha256:{both}"
    assert second.token is None
    assert second.head.size > first.head.size
    assert renewals_in(folder_of(own)) == [first, second]


def recorded(world: World) -> int | None:
    async def run() -> int | None:
        async with world.opened() as ledger:
            return await record_renewals(ledger, ORIGIN, renewals_in(folder_of(world)))

    return uvloop.run(run())


def words(world: World) -> list[dict[str, Any]]:
    """What the log says of renewals."""
    asked = (
        "select position, body::jsonb->'data' from ledger.entry"
        " where type = 'evidence.roots-renewed.v1' order by position"
    )
    with psycopg.connect(world.conninfo) as connection:
        return [data | {"position": at} for at, data in connection.execute(asked).fetchall()]


def test_every_renewal_is_a_fact_of_the_log_once_and_in_its_order(own: World, stamp: Stamp) -> None:
    keys = own.signing.keys()
    first = renew(own.conninfo, keys, folder_of(own), FIRST, stamp)
    # Interrupted before it was recorded, and given again on the day of the second.
    grow(own)
    second = renew(own.conninfo, keys, folder_of(own), SECOND)
    position = recorded(own)
    one, other = words(own)
    assert (one["before"], other["before"]) == (None, one["digest"])
    assert (one["time_stamped"], other["time_stamped"]) == (True, False)
    assert [one["on"], other["on"]] == ["2031-11-27", "2032-11-26"]
    assert other["position"] == position
    for told, made_ in ((one, first), (other, second)):
        whole = made_.statement + (made_.token or b"")
        assert told["digest"] == hashlib.sha256(whole).hexdigest()
        assert (told["size"], told["sha256_root"]) == (made_.head.size, made_.head.root.hex())
        line = f"sm3 {told['size']} {b64encode(bytes.fromhex(told['sm3_root'])).decode()}"
        assert line in Note.parse(made_.statement).text.splitlines()
    assert recorded(own) is None
    assert len(words(own)) == 2


def test_a_chain_that_was_begun_anew_does_not_continue_what_is_on_record(own: World) -> None:
    renew(own.conninfo, own.signing.keys(), folder_of(own), FIRST)
    assert recorded(own)
    shutil.rmtree(folder_of(own))
    grow(own)
    renew(own.conninfo, own.signing.keys(), folder_of(own), SECOND)
    with pytest.raises(Broken, match="does not continue"):
        recorded(own)
    assert len(words(own)) == 1


def test_one_renewal_a_day_and_none_of_a_log_that_is_not_as_it_was(own: World) -> None:
    keys = own.signing.keys()
    renew(own.conninfo, keys, folder_of(own), FIRST)
    with pytest.raises(AlreadyRenewed):
        renew(own.conninfo, keys, folder_of(own), FIRST)
    with psycopg.connect(own.conninfo, autocommit=True) as connection:
        connection.execute("alter table ledger.entry disable trigger all")
        connection.execute("update ledger.entry set body = body || ' ' where position = 9")
    with pytest.raises(Broken) as told:
        renew(own.conninfo, keys, folder_of(own), SECOND)
    assert "9" in told.value.message.zh
    assert len(renewals_in(folder_of(own))) == 1


def test_a_package_holds_the_chain_of_renewals_and_is_a_new_version(
    own: World, stamp: Stamp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = renewed_twice(own, stamp)
    assert package.bag.name.endswith("_v3")
    place = package.bag.write_folder(tmp_path)
    names = sorted(
        str(one.relative_to(place / "data/proofs/renewals"))
        for one in (place / "data/proofs/renewals").rglob("*")
        if one.is_file()
    )
    assert names == [
        "2031-11-27/consistency.txt",
        "2031-11-27/statement.note",
        "2031-11-27/statement.tsr",
        "2032-11-26/consistency.txt",
        "2032-11-26/statement.note",
    ]
    held = tmp_path / "held.tlog"
    held.write_bytes(own.place.published["policy"])
    assert main([str(place), "--policy", str(held)]) == 0
    told = capsys.readouterr().out
    assert "2 次续期前后相接" in told
    assert "openssl ts -verify" in told


@pytest.mark.outsider("OpenSSL, RFC 3161")
def test_an_authority_stamps_a_renewal_and_openssl_agrees(own: World, tmp_path: Path) -> None:
    authority = made_in(tmp_path / "authority")
    roots, keys = roots_of(authority.root), own.signing.keys()
    nobody = "http://127.0.0.1:1"
    with authority.serving() as url:
        asked = partial(stamped_by, [nobody, url], roots)
        made = renew(own.conninfo, keys, folder_of(own), FIRST, asked)
    folder = folder_of(own) / "2031-11-27"
    assert made.token is not None
    assert authority.holds(folder / "statement.tsr", folder / "statement.note")
    with pytest.raises(NotStamped):
        renew(own.conninfo, keys, folder_of(own), SECOND, partial(stamped_by, [nobody], roots))
    assert renewals_in(folder_of(own)) == [made]


Change = Callable[[Path], object]


def _swap(place: Path) -> None:
    one, other = (place / f"{day}/statement.note" for day in ("2031-11-27", "2032-11-26"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _drop_first(place: Path) -> None:
    for one in (place / "2031-11-27").iterdir():
        one.unlink()


def _other_root(place: Path) -> None:
    file = place / "2032-11-26/statement.note"
    file.write_bytes(file.read_bytes().replace(b"\nsha256 ", b"\nsha256 1", 1))


def _no_proof(place: Path) -> None:
    (place / "2031-11-27/consistency.txt").write_bytes(b"")


def _other_token(place: Path) -> None:
    (place / "2031-11-27/statement.tsr").write_bytes(b"another")


@pytest.mark.parametrize("change", [_swap, _drop_first, _other_root, _no_proof, _other_token])
def test_a_chain_of_renewals_that_was_touched_is_found_though_it_is_sealed_anew(
    own: World, stamp: Stamp, tmp_path: Path, change: Change
) -> None:
    place = renewed_twice(own, stamp).bag.write_folder(tmp_path)
    change(place / "data/proofs/renewals")
    seal_anew(place)
    held = tmp_path / "held.tlog"
    held.write_bytes(own.place.published["policy"])
    assert main([str(place), "--policy", str(held)]) == 3
