"""A package shows that the streams of its class are whole, as the log itself has said."""

from pathlib import Path

import orjson
import psycopg
import pytest
import uvloop

from ledger.clock import SystemClock
from ledger.evidence.verifier.command import main
from ledger.exchange.package.building import Package, build
from ledger.integration.catching_up import catch_up
from ledger.integration.heads import gather
from ledger.timers.heads import say_heads
from tests.ledger.exchange.conftest import World, made
from tests.ledger.exchange.test_packages import seal_anew
from tests.ledger.small_world import fold


@pytest.fixture
def own(database: str, tmp_path: Path) -> World:
    """A world of its own, whose log names its heads."""
    return made(database, tmp_path / "world")


def name_heads(world: World) -> None:
    """Let the log name the heads of its streams, and have that signed."""
    with psycopg.connect(world.conninfo, autocommit=True) as connection:
        gather(connection)

    async def say() -> bool:
        connection = await psycopg.AsyncConnection.connect(world.conninfo, autocommit=True)
        async with connection, world.opened() as ledger:
            return await say_heads(ledger, connection)

    assert uvloop.run(say())
    catch_up(world.conninfo, world.signing, SystemClock())
    fold(world.conninfo)


def packed(world: World, size: int | None = None) -> Package:
    async def run() -> Package:
        async with world.opened() as ledger:
            return await build(ledger, world.place, world.class_id, size=size)

    return uvloop.run(run())


def outcome(package: Package) -> str:
    (one,) = (one for one in package.done if one.what == "班期流、档案流无遗漏")
    return one.outcome


def test_streams_are_shown_to_be_whole_once_the_log_has_named_their_heads(
    own: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(packed(own)) == "未检测"
    name_heads(own)
    package = packed(own)
    assert outcome(package) == "通过"
    place = package.bag.write_folder(tmp_path)
    held = tmp_path / "held.tlog"
    held.write_bytes(own.place.published["policy"])
    capsys.readouterr()
    assert main([str(place), "--policy", str(held)]) == 0
    told = capsys.readouterr().out
    assert "个流至日志 126 条时均无遗漏" in told
    heads = orjson.loads((place / "data/proofs/exhibit.json").read_bytes())["heads"]["streams"]
    versions = {one["stream"]: one["version"] for one in heads}
    assert versions[f"training-class/{own.class_id}"] == 20
    assert versions[f"archive/{own.class_id}"] == 6


def test_an_entry_that_is_left_out_is_found_though_all_is_sealed_anew(
    own: World, tmp_path: Path
) -> None:
    name_heads(own)
    place = packed(own).bag.write_folder(tmp_path)
    held = tmp_path / "held.tlog"
    held.write_bytes(own.place.published["policy"])
    exhibit, twin = (place / f"data/proofs/{name}.json" for name in ("exhibit", "exhibit.sm3"))
    events = place / "data/representations/events/events.jsonl"
    for file in (exhibit, twin):
        says = orjson.loads(file.read_bytes())
        says["entries"] = [
            one for one in says["entries"] if '"archive.checked.v1"' not in one["body"]
        ]
        file.write_bytes(orjson.dumps(says))
    lines = [one for one in events.read_bytes().splitlines() if b'"archive.checked.v1"' not in one]
    events.write_bytes(b"".join(one + b"\n" for one in lines))
    seal_anew(place)
    assert main([str(place), "--policy", str(held)]) == 3


def test_a_package_is_the_same_though_the_log_has_named_its_heads_again(own: World) -> None:
    name_heads(own)
    before = packed(own)
    size = before.held.head.size
    # Of each hour the newest head is kept: the next one is of another hour.
    with psycopg.connect(own.conninfo, autocommit=True) as connection:
        connection.execute("alter table evidence.checkpoint disable trigger user")
        connection.execute("update evidence.checkpoint set hour = hour - interval '1 hour'")
        connection.execute("alter table evidence.checkpoint enable trigger user")
    name_heads(own)
    after = packed(own)
    assert after.held.word is not None
    assert before.held.word is not None
    assert after.held.word.position > before.held.word.position
    again = packed(own, size)
    assert again.bag.seal == before.bag.seal
