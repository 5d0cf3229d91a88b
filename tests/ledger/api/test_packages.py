"""A package is taken over HTTP by whoever may see the archive, once that is on record."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from ledger.clock import SystemClock
from ledger.documents.directory import DirectoryStore
from ledger.evidence.verifier.command import main
from ledger.integration.catching_up import catch_up
from ledger.integration.log_keys import LogKeys
from ledger.integration.place import SigningPlace
from tests.ledger.serving import Served, served
from tests.ledger.small_world import EAST, fold

WHY = {"purpose": "向审计局提供", "task": "审2026-015"}
KEYS = LogKeys.derived("simulation/test", "test")


@pytest.fixture(scope="module")
def place(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a log that is signed for."""
    folder = tmp_path_factory.mktemp("home")
    store = DirectoryStore(folder / "documents")
    with served(shared_database, classes=3, keys=KEYS, documents=store) as found:
        signing = SigningPlace.below(folder)
        signing.prepare(KEYS)
        catch_up(shared_database, signing, SystemClock())
        yield found


def address(place: Served, number: int = 1) -> str:
    return f"/api/v1/archive/{place.told.of(number)}/package"


def last_entry(place: Served) -> tuple[int, Any]:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select position, body from ledger.entry order by position desc limit 1"
        ).fetchone()
    assert row is not None
    return row[0], orjson.loads(row[1])


def test_the_package_that_is_taken_is_verified_and_the_taking_is_on_record(
    place: Served, tmp_path: Path
) -> None:
    before, _ = last_entry(place)
    answer = place.as_("COUNTY_HR", county=EAST).get(address(place), params=WHY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    position, entry = last_entry(place)
    assert (position, entry["type"]) == (before + 1, "access.sensitive-data-accessed.v1")
    assert (entry["data"]["fields"], entry["actorrole"]) == (["package"], "COUNTY_HR")
    file, policy = tmp_path / "package.zip", tmp_path / "policy"
    file.write_bytes(answer.content)
    policy.write_bytes(place.as_(None).get("/log/policy").content)
    assert main([str(file), "--policy", str(policy)]) == 0
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        (name,) = {one.split("/")[0] for one in held.namelist()}
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.zip"'


def test_the_same_head_gives_the_same_bytes_to_everybody(place: Served) -> None:
    one = place.as_("COUNTY_HR", county=EAST).get(address(place), params=WHY)
    size = {"size": one.headers["mingzhang-checkpoint"]}
    other = place.as_("AUDITOR").get(address(place), params=WHY | size)
    assert other.content == one.content
    assert other.headers["mingzhang-seal"] == one.headers["mingzhang-seal"]
    assert last_entry(place)[1]["type"] == "sealed.recorded.v1"


@pytest.mark.parametrize(
    ("role", "county", "status"),
    [("COUNTY_HR", "371526", 404), ("FINANCE", EAST, 403), ("SYS_ADMIN", "", 403), (None, "", 401)],
)
def test_nobody_takes_what_is_not_within_reach(
    place: Served, role: str | None, county: str, status: int
) -> None:
    before, _ = last_entry(place)
    answer = place.as_(role, county=county).get(address(place), params=WHY)
    assert answer.status_code == status
    assert last_entry(place)[0] == before


def test_nothing_is_taken_without_a_purpose(place: Served) -> None:
    before, _ = last_entry(place)
    assert place.as_("COUNTY_HR", county=EAST).get(address(place)).status_code == 400
    without = {"purpose": WHY["purpose"]}
    assert place.as_("AUDITOR").get(address(place), params=without).status_code == 400
    assert last_entry(place)[0] == before


def test_what_is_not_sealed_is_not_packed_and_not_recorded_as_taken(place: Served) -> None:
    before, _ = last_entry(place)
    answer = place.as_("COUNTY_HR", county=EAST).get(address(place, 3), params=WHY)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-ready")
    assert "封存" in answer.json()["detail"]
    of_no_head = place.as_("COUNTY_HR", county=EAST).get(address(place), params=WHY | {"size": "7"})
    assert of_no_head.status_code == 409
    assert last_entry(place)[0] == before


def test_the_page_leads_to_the_package_and_to_files_with_the_purpose(place: Served) -> None:
    client = place.as_("AUDITOR")
    page = client.get(f"/archive/{place.told.of(1)}", headers={"accept": "text/html"})
    assert "下载档案包" in page.text
    led = client.get(f"/archive/{place.told.of(1)}/package", params=WHY)
    assert led.status_code == 303
    assert led.headers["location"].startswith(f"{address(place)}?purpose=")
    gone = client.get(f"/archive/{place.told.of(1)}/file", params=WHY | {"digest": "../x"})
    assert gone.headers["location"] == f"/archive/{place.told.of(1)}"
    open_one = client.get(f"/archive/{place.told.of(3)}", headers={"accept": "text/html"})
    assert "下载档案包" not in open_one.text


@pytest.mark.parametrize(
    ("due", "count"), [("unstored", 2), ("damaged", 0), ("held", 0), ("over", 0)]
)
def test_the_list_can_be_asked_for_what_is_due(place: Served, due: str, count: int) -> None:
    client = place.as_("CITY_HR")
    answer = client.get("/api/v1/archive", params={"due": due})
    assert (answer.status_code, len(answer.json()["rows"])) == (200, count)
    page = client.get("/archive", params={"due": due}, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert client.get("/api/v1/archive", params={"due": "anything"}).status_code == 400


def test_an_institution_learns_neither_of_holds_nor_of_who_asked_for_its_archive(
    place: Served,
) -> None:
    one = place.told.of(1)
    office = place.as_("COUNTY_HR", county=EAST)
    held = {"class_id": str(one), "hold_no": "H-7", "reason": "某案需要"}
    assert office.post("/api/v1/commands/extend-retention", json=held).status_code == 201
    produced = {
        "class_id": str(one),
        "to": "市纪委监委",
        "recipient": "DISCIPLINE",
        "purpose": "核查",
        "request_doc": "函1号",
        "requested_on": "2024-05-06",
    }
    assert office.post("/api/v1/commands/produce-archive", json=produced).status_code == 201
    fold(place.conninfo)
    own = place.as_("INST_HEAD", institution=place.told.institutions[EAST])
    seen = []
    for path in (
        *(f"/archive/{one}", "/archive", f"/classes/{one}"),
        *(f"/api/v1/archive/{one}", "/api/v1/archive", f"/api/v1/classes/{one}/timeline"),
        "/api/v1/archive?format=csv",
    ):
        form = "*/*" if path.startswith("/api/") else "text/html"
        answer = own.get(path, headers={"accept": form})
        assert answer.status_code == 200
        seen.append(answer.text)
    for text in seen:
        for word in ("H-7", "市纪委监委", "retention-extended", "archive.produced", "提供档案"):
            assert word not in text
    assert own.get("/api/v1/archive", params={"due": "held"}).status_code == 400
    assert own.get(address(place), params=WHY).status_code == 403
    whole = office.get(f"/archive/{one}", headers={"accept": "text/html"}).text
    assert "H-7" in whole
    assert "市纪委监委" in whole
    assert len(office.get("/api/v1/archive", params={"due": "held"}).json()["rows"]) == 1
