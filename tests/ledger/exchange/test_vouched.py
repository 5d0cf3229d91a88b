"""Packages of a log for which others vouch: witnesses cosign its heads, authorities stamp them."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from ledger.clock import SystemClock
from ledger.evidence.note import VerifierKey
from ledger.evidence.policy import Policy
from ledger.evidence.time_stamps import ROOTS, roots_of
from ledger.evidence.verifier.command import main
from ledger.exchange.package.building import Package, build
from ledger.exchange.package.gathering import NotSigned
from ledger.integration import storing
from ledger.integration.cosigning import Cosigning
from ledger.integration.exporting import published
from ledger.integration.stamping import Stamping
from ledger.integration.trees import WORLD
from tests.ledger.exchange.conftest import ORIGIN, World, made
from tests.ledger.exchange.test_packages import seal_anew
from tests.ledger.exchange.test_renewals import fold, grow
from tests.ledger.integration.authority import Authority, made_in
from tests.ledger.integration.witnessing import Bureau, policy_lines, policy_of_witnesses


@pytest.fixture
def own(database: str, tmp_path: Path) -> World:
    """A world of its own, whose log grows."""
    return made(database, tmp_path / "world")


def packed(world: World) -> Package:
    async def run() -> Package:
        async with world.opened() as ledger:
            return await build(ledger, world.place, world.class_id)

    return uvloop.run(run())


def vouched_for(world: World, vkey: str, url: str) -> World:
    """Return the world with a policy that wants a witness."""
    witnesses = policy_lines("all", caizheng=(vkey, url))
    files = published(world.signing.keys(), witnesses=witnesses)
    return replace(world, place=replace(world.place, published=files))


def cosign(world: World, policy: Policy) -> bool:
    def keys() -> list[VerifierKey]:
        return [one.key for one in world.signing.keys().of(WORLD)]

    with storing.connected(world.conninfo) as connection:
        return Cosigning(policy, keys, SystemClock()).round(connection)


def held_policy(world: World, folder: Path) -> str:
    held = folder / "held.tlog"
    held.write_bytes(world.place.published["policy"])
    return str(held)


def test_a_package_stands_under_the_newest_head_that_the_witnesses_cosigned(
    own: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = Bureau(tmp_path / "caizheng")
    vkey = str(bureau.memory.begin("caizheng.example/w1", post_quantum=False)[-1])
    bureau.memory.add_log(ORIGIN, str(own.signing.keys().signers[0].key))
    with bureau.serving() as url:
        world = vouched_for(own, vkey, url)
        with pytest.raises(NotSigned):
            packed(world)
        assert cosign(world, policy_of_witnesses("all", caizheng=(vkey, url)))
    size = packed(own).held.head.size
    grow(own)
    fold(own)

    package = packed(world)
    assert package.held.head.size == size < packed(own).held.head.size
    assert [one.outcome for one in package.done if "检查点签名" in one.what] == ["通过", "通过"]
    place = package.bag.write_folder(tmp_path / "out")
    held = held_policy(world, tmp_path)
    assert main([str(place), "--policy", held]) == 0
    assert "见证：caizheng" in capsys.readouterr().out
    alone = packed(own).bag.write_folder(tmp_path / "alone")
    assert main([str(alone), "--policy", held]) == 3
    assert "见证人不足法定人数" in capsys.readouterr().out


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return made_in(tmp_path / "authority")


@pytest.fixture
def stamped(own: World, authority: Authority) -> World:
    """A world whose head was stamped, and whose log grew since."""
    with authority.serving() as url, storing.connected(own.conninfo) as connection:
        stamping = Stamping([url], roots_of(authority.root), SystemClock())
        assert stamping.stamp(connection) == 0
        grow(own)
        assert stamping.stamp(connection) == 0
    grow(own)
    fold(own)
    files = {**own.place.published, ROOTS: authority.root}
    return replace(own, place=replace(own.place, published=files))


@pytest.mark.outsider("OpenSSL, RFC 3161")
def test_a_package_holds_the_first_stamp_that_covers_it_and_openssl_agrees(
    stamped: World, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = packed(stamped)
    (anchor,) = package.held.anchors
    assert package.held.kept[-1].position <= anchor.size < package.held.head.size
    place = package.bag.write_folder(tmp_path)
    assert main([str(place), "--policy", held_policy(stamped, tmp_path)]) == 0
    told = next(line for line in capsys.readouterr().out.splitlines() if "openssl ts" in line)
    words = told[told.index("openssl ts") :].split()[1:]
    roots = place / "data/proofs/anchors/roots.pem"
    assert roots.read_bytes() == authority.root
    words[words.index("ROOTS")] = str(roots)
    answer = words[words.index("-in") + 1]
    words[words.index("-in") + 1] = str(place / answer)
    assert b"OK" in authority.openssl(*words)


def test_whoever_gives_roots_has_signature_and_chain_checked_too(
    stamped: World, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = packed(stamped).bag.write_folder(tmp_path / "out")
    given = [str(place), "--policy", held_policy(stamped, tmp_path)]
    roots = tmp_path / "roots.pem"

    assert main(given) == 0
    told = capsys.readouterr().out
    assert "止于随材料而来的根证书" in told
    assert "the certificates came along" in told
    roots.write_bytes(authority.root)
    assert main([*given, "--tsa-roots", str(roots)]) == 0
    told = capsys.readouterr().out
    assert "止于所给根证书，签署者 CN=tsa" in told
    assert "revocation was not looked up" in told
    assert "[ 未验 unchecked ] 根证书" not in told
    roots.write_bytes(made_in(tmp_path / "other").root)
    assert main([*given, "--tsa-roots", str(roots)]) == 3
    assert "证书链不止于所给的根证书" in capsys.readouterr().out
    bare = [sys.executable, "-I", "-S", str(place / "data/verify/verify.py"), *given]
    ran = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "时间戳所盖无误，自述时刻" in ran.stdout
    assert "未安装 cryptography" in ran.stdout


Change = Callable[[Path], object]


def _another_checkpoint(one: Path) -> None:
    file = one.with_suffix(".checkpoint")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\n1", 1))


def _another_way(one: Path) -> None:
    one.with_suffix(".consistency").write_bytes(b"")


def _another_answer(one: Path) -> None:
    one.write_bytes(b"another")


@pytest.mark.parametrize("change", [_another_checkpoint, _another_way, _another_answer])
def test_a_stamp_of_something_else_is_found_though_the_package_is_sealed_anew(
    stamped: World, tmp_path: Path, change: Change
) -> None:
    place = packed(stamped).bag.write_folder(tmp_path)
    (one,) = (place / "data/proofs/anchors").glob("*.tsr")
    change(one)
    seal_anew(place)
    assert main([str(place), "--policy", held_policy(stamped, tmp_path)]) == 3
