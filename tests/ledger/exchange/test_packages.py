"""A package holds all of a class, is the same whoever builds it, and is verified by others."""

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import orjson
import psycopg
import pytest
import uvloop
from psycopg.rows import scalar_row

from ledger.application.asking import NotFound
from ledger.evidence.verifier.command import main
from ledger.exchange.package.bag import PlaceTaken
from ledger.exchange.package.building import NoKeys, Package, Place, build
from ledger.exchange.package.gathering import NotComplete, NotSigned
from ledger.vault.data_keys import DataKeys
from ledger.vault.erasing import erase
from ledger.vault.keys import SeededKeyring
from tests.ledger.exchange.conftest import World
from tests.ledger.exchange.pdf import faults_of_pdf

LEFT_OUT = ("access.", "risk-signal.", "sealed.")


def built(world: World, *, size: int | None = None, class_id: UUID | None = None) -> Package:
    async def run() -> Package:
        async with world.opened() as ledger:
            return await build(ledger, world.place, class_id or world.class_id, size=size)

    return uvloop.run(run())


@pytest.fixture(scope="module")
def package(world: World) -> Package:
    return built(world)


@pytest.fixture
def folder(package: Package, tmp_path: Path) -> Path:
    return package.bag.write_folder(tmp_path)


def policy_of(world: World, folder: Path) -> Path:
    place = folder / "held.tlog"
    place.write_bytes(world.place.published["policy"])
    return place


def zipped(package: Package) -> bytes:
    out = io.BytesIO()
    package.bag.write_zip(out)
    return out.getvalue()


def test_the_same_class_under_the_same_head_gives_the_same_bytes(
    world: World, package: Package, tmp_path: Path
) -> None:
    again = built(world, size=package.held.head.size)

    assert again.bag.seal == package.bag.seal
    assert zipped(again) == zipped(package)
    place = package.bag.write_folder(tmp_path)
    with zipfile.ZipFile(io.BytesIO(zipped(package))) as held:
        names = [one.filename for one in held.infolist()]
        assert {one.compress_type for one in held.infolist()} == {zipfile.ZIP_STORED}
        for name in names:
            assert held.read(name) == (tmp_path / name).read_bytes()
    assert len(names) == sum(one.is_file() for one in place.rglob("*"))


def test_the_name_says_class_day_of_closure_and_version(package: Package) -> None:
    held = package.held
    assert package.bag.name == f"CLASS-{held.class_id}_{held.closed_on:%Y%m%d}_v1"


def test_the_entries_are_those_of_the_log_byte_for_byte_and_none_of_the_class_lacks(
    world: World, folder: Path
) -> None:
    lines = (folder / "data/representations/events/events.jsonl").read_bytes().splitlines()
    with psycopg.connect(world.conninfo, row_factory=scalar_row) as connection:
        cursor = connection.execute(
            "select body from ledger.entry where strpos(body, %s) > 0 order by position",
            (str(world.class_id),),
        )
        wanted = {
            body.encode() for body in cursor if not orjson.loads(body)["type"].startswith(LEFT_OUT)
        }
    assert wanted == set(lines)
    assert sum(b"trainee.identity-verified.v1" in one for one in lines) == 4
    positions = [int(one["账位 position"]) for one in _csv(folder, "events/events.csv")]
    assert positions == sorted(positions)


def _csv(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / "data/representations" / name).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_doubts_looks_and_sealed_facts_stay_out_of_it(folder: Path) -> None:
    everything = b"".join(
        one.read_bytes() for one in folder.rglob("*") if one.is_file() and one.suffix != ".pdf"
    )
    for word in (b"risk-signal", b"RI-17", b"sealed.recorded", b"access."):
        assert word not in everything


def test_the_documents_lie_in_it_under_their_digests_and_the_list_says_which_lack(
    folder: Path,
) -> None:
    media = sorted((folder / "data/representations/media").iterdir())
    assert [sha256(one.read_bytes()).hexdigest() for one in media] == [one.name for one in media]
    rows = _csv(folder, "documents.csv")
    there = {row["SHA-256"] for row in rows if row["原件 file"].startswith("representations/")}
    assert there == {one.name for one in media}
    assert [row["原件 file"] for row in rows if row["SHA-256"] not in there] == [
        "未入库 not stored"
    ]


def test_the_four_properties_are_looked_at_and_what_lacks_is_told(folder: Path) -> None:
    says = orjson.loads((folder / "data/metadata/sixing-report.json").read_bytes())
    assert {one["of"] for one in says["checks"]} == {"真实性", "完整性", "可用性", "安全性"}
    bad = [one["what"] for one in says["checks"] if one["outcome"] == "不通过"]
    assert (bad, says["passed"]) == (["电子件原件均在包内"], False)
    assert any(one["outcome"] == "未检测" and "病毒" in one["what"] for one in says["checks"])


def xml_of(folder: Path, name: str) -> ET.Element:
    text = (folder / f"data/metadata/{name}.xml").read_bytes()
    return ET.fromstring(text)  # noqa: S314 - our own file


def test_the_metadata_names_every_file_with_its_digest(folder: Path) -> None:
    premis = xml_of(folder, "premis")
    space = {"p": "http://www.loc.gov/premis/v3"}
    for one in premis.findall("p:object", space):
        name = one.findtext("p:objectIdentifier/p:objectIdentifierValue", "", space)
        data = (folder / name).read_bytes()
        fixity = one.findall("p:objectCharacteristics/p:fixity/p:messageDigest", space)
        assert fixity[0].text == sha256(data).hexdigest()
    eep = xml_of(folder, "eep")
    named = {one.text for one in eep.iter("摘要")}
    events = (folder / "data/representations/events/events.jsonl").read_bytes()
    assert sha256(events).hexdigest() in named
    assert len(list(eep.iter("电子签名"))) == 3
    da46 = xml_of(folder, "da46")
    assert "中式烹调师" in (da46.findtext("内容描述/题名") or "")


@pytest.mark.outsider("bagit")
def test_bagits_own_validator_accepts_it(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stderr


@pytest.mark.outsider("veraPDF")
def test_the_report_is_pdf_a(folder: Path) -> None:
    assert faults_of_pdf(folder / "data/representations/report/class.pdf") == []


@pytest.mark.parametrize("form", ["bag", "payload", "zip"])
def test_python_alone_verifies_it(
    world: World, package: Package, folder: Path, tmp_path: Path, form: str
) -> None:
    place = package.bag.write_zip_below(tmp_path / "zipped") if form == "zip" else folder
    verifier = folder / "data/verify/verify.py"
    what, within = (".", place / "data") if form == "payload" else (str(place), tmp_path)
    held = policy_of(world, tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(verifier), what, "--policy", str(held)],
        capture_output=True,
        text=True,
        check=False,
        cwd=within,
        env={},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "63 条条目均在日志中" in done.stdout
    assert "3 份材料原件与条目所载摘要相符" in done.stdout
    assert done.stdout.count("检查点：simulation/test") == 2


def test_the_vectors_show_whether_a_verifier_works(folder: Path) -> None:
    place = folder / "data/verify/testvectors"

    def run(what: str, policy: str) -> int:
        return main([str(place / what), "--policy", str(place / policy)])

    assert run("good.json", "policy.tlog") == 0
    assert run("changed.json", "policy.tlog") == 3
    assert run("good.json", "another.tlog") == 3


def test_every_file_that_is_changed_gone_or_new_is_found(
    world: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = str(policy_of(world, tmp_path))
    assert main([str(folder), "--policy", held]) == 0
    found: dict[str, list[int]] = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        data, name = file.read_bytes(), str(file.relative_to(folder))
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        changed = main([str(folder), "--policy", held])
        file.unlink()
        gone = main([str(folder), "--policy", held])
        file.write_bytes(data)
        found[name] = [changed, gone]
    (folder / "data/more.txt").write_text("more")
    assert main([str(folder), "--policy", held]) == 3
    capsys.readouterr()
    assert {name for name, codes in found.items() if codes != [3, 3]} == set()


Change = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("representations/events/events.jsonl", lambda data: data.replace(b"4800", b"9900")),
        ("representations/events/events.jsonl", lambda data: data.partition(b"\n")[2]),
        ("proofs/exhibit.json", lambda data: data.replace(b'"heads\\":4', b'"heads\\":5')),
        ("proofs/exhibit.json", lambda data: data.replace(b'"index": 5', b'"index": 4')),
        ("proofs/checkpoint", lambda data: data.replace(b"126", b"127")),
        ("proofs/exhibit.sm3.json", lambda data: data.replace(b'"index": 5', b'"index": 4')),
        ("proofs/checkpoint.sm3", lambda data: data.replace(b"126", b"127")),
        ("proofs/receipts/66.tlog-proof", lambda data: data.replace(b"index 66", b"index 65")),
    ],
    ids=["event", "event gone", "proof", "place", "head", "twin", "twin head", "receipt"],
)
def test_what_is_changed_and_sealed_anew_is_found(
    world: World, folder: Path, tmp_path: Path, name: str, change: Change
) -> None:
    file = folder / "data" / name
    before = file.read_bytes()
    after = change(before)
    assert after != before
    file.write_bytes(after)
    seal_anew(folder)
    assert main([str(folder), "--policy", str(policy_of(world, tmp_path))]) == 3


def test_another_document_in_place_of_one_is_found_though_it_is_sealed_anew(
    world: World, folder: Path, tmp_path: Path
) -> None:
    media = next((folder / "data/representations/media").iterdir())
    media.write_bytes(b"another")
    seal_anew(folder)
    held = str(policy_of(world, tmp_path))
    assert main([str(folder), "--policy", held]) == 3
    media.unlink()
    media.with_name(sha256(b"another").hexdigest()).write_bytes(b"another")
    seal_anew(folder)
    assert main([str(folder), "--policy", held]) == 3


def test_a_package_of_another_log_is_found_by_whoever_holds_the_policy(
    world: World, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.tlog"
    other.write_bytes((folder / "data/verify/testvectors/policy.tlog").read_bytes())
    assert main([str(folder), "--policy", str(other)]) == 3
    assert world.place.published["policy"] != other.read_bytes()


def seal_anew(folder: Path) -> None:
    """Make the manifests fit what lies there, as whoever forges a package would."""
    for old in folder.glob("*manifest-sm3.txt"):
        old.unlink()
    payload = sorted(one for one in (folder / "data").rglob("*") if one.is_file())
    _manifest(folder, "manifest-sha256.txt", payload)
    tags = [folder / name for name in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt")]
    _manifest(folder, "tagmanifest-sha256.txt", tags)


def _manifest(folder: Path, name: str, files: list[Path]) -> None:
    lines = (
        f"{sha256(one.read_bytes()).hexdigest()}  {one.relative_to(folder)}\n" for one in files
    )
    (folder / name).write_text("".join(lines))


def test_a_package_is_the_same_after_its_people_were_erased(world: World, package: Package) -> None:
    async def forget() -> int:
        owners: list[UUID] = [one.person for one in world.told.stories[1].trainees]
        owners += [one.enrolment for one in world.told.stories[1].trainees]
        connection = await psycopg.AsyncConnection.connect(world.conninfo, autocommit=True)
        async with connection, world.opened() as ledger:
            keys = DataKeys(SeededKeyring("test"))
            return await erase(connection, keys, owners, at=ledger.clock.now())

    assert uvloop.run(forget()) == 8
    assert built(world, size=package.held.head.size).bag.seal == package.bag.seal


def test_only_what_is_sealed_closed_and_signed_for_is_packed(world: World) -> None:
    with pytest.raises(NotSigned):
        built(world, size=7)
    with pytest.raises(NotComplete):
        built(world, class_id=world.told.of(2))
    with pytest.raises(NotFound):
        built(world, class_id=world.told.stories[1].claim)


def test_nothing_is_packed_of_a_log_that_nobody_signs(world: World) -> None:
    with pytest.raises(NoKeys):
        built(replace(world, place=Place(world.place.documents, {})))


def test_a_package_is_not_written_over_another(package: Package, tmp_path: Path) -> None:
    package.bag.write_folder(tmp_path)
    with pytest.raises(PlaceTaken):
        package.bag.write_folder(tmp_path)
    package.bag.write_zip_below(tmp_path)
    with pytest.raises(PlaceTaken):
        package.bag.write_zip_below(tmp_path)
