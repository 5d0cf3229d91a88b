"""Files of documents are brought in under their digests and taken out for a recorded purpose."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from aggregates.archive.facts import ArchiveDestroyed
from aggregates.ids import ClassId
from ledger.api import documents as routes
from ledger.application.document_check import check_documents, is_due
from ledger.clock import shanghai_date
from ledger.documents.directory import DirectoryStore
from ledger.timers.checking import check_if_due
from projections.archive import keeping
from projections.catalogue import folds
from projections.run import catch_up
from tests.ledger.class_story import Story
from tests.ledger.serving import Served, served
from tests.ledger.small_world import EAST, official

WHY = {"purpose": "核对签到表", "task": "审2026-015"}


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Where the files of this test lie."""
    return tmp_path / "documents"


@pytest.fixture
def place(database: str, papers: Path) -> Iterator[Served]:
    """A server with a document store of its own."""
    with served(database, classes=3, documents=DirectoryStore(papers)) as found:
        yield found


def paper_of(story: Story, kind: str = "TRAINEE_FORMS") -> tuple[str, bytes]:
    """Return digest and bytes of a document of a class of the small world."""
    data = f"{story.id}/{kind}".encode()
    return sha256(data).hexdigest(), data


def address(story: Story, digest: str) -> str:
    return f"/api/v1/archive/{story.id}/documents/{digest}"


def clerk(place: Served, county: str = EAST) -> Any:  # noqa: ANN401 - a client
    return place.as_("COUNTY_CLERK", county=county)


def last_entry(place: Served) -> tuple[int, str, Any]:
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select position, type, body from ledger.entry order by position desc limit 1"
        ).fetchone()
    assert row is not None
    return row[0], row[1], orjson.loads(row[2])


def fold(place: Served) -> None:
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        connection.execute("set search_path = ledger, public")
        catch_up(connection, folds())


def test_a_file_is_stored_under_the_digest_that_the_archive_names_and_is_on_record(
    place: Served,
) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    answer = clerk(place).put(address(story, digest), content=data)
    assert (answer.status_code, answer.json()["octets"]) == (201, len(data))
    _, type_, entry = last_entry(place)
    assert type_ == "archive.document-stored.v1"
    assert entry["subject"] == f"archive/{story.id}"
    assert (entry["data"]["sha256"], entry["data"]["octets"]) == (digest, len(data))
    fold(place)
    row = clerk(place).get(f"/api/v1/archive/{story.id}").json()["row"]
    assert (row["documents"], row["unstored"]) == (4, 3)


def test_a_file_brought_twice_is_on_record_once(place: Served) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    clerk(place).put(address(story, digest), content=data)
    before, *_ = last_entry(place)
    again = clerk(place).put(address(story, digest), content=data)
    assert (again.status_code, again.json()["stored"]) == (200, "before")
    assert last_entry(place)[0] == before


def test_a_file_of_another_digest_is_refused_and_nothing_is_kept(
    place: Served, papers: Path
) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    before, *_ = last_entry(place)
    answer = clerk(place).put(address(story, digest), content=data + b"x")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-input")
    assert digest in answer.json()["detail"]
    assert last_entry(place)[0] == before
    assert [one for one in papers.rglob("*") if one.is_file()] == []


def test_a_body_that_comes_in_pieces_is_taken_as_one_file(
    place: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "CHUNK_BYTES", 7)
    story = place.told.stories[1]
    digest, data = paper_of(story)
    pieces = (data[at : at + 5] for at in range(0, len(data), 5))
    assert clerk(place).put(address(story, digest), content=pieces).status_code == 201
    answer = clerk(place).get(address(story, digest), params=WHY)
    assert answer.content == data


@pytest.mark.parametrize(
    ("role", "county", "status"),
    [
        ("COUNTY_CLERK", "371526", 404),
        ("AUDITOR", "", 403),
        ("FINANCE", "371502", 403),
        (None, "", 401),
    ],
)
def test_only_whose_archive_it_is_brings_files(
    place: Served, papers: Path, role: str | None, county: str, status: int
) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    answer = place.as_(role, county=county).put(address(story, digest), content=data)
    assert answer.status_code == status
    assert not papers.exists()


def test_what_no_archive_names_is_not_taken(place: Served, papers: Path) -> None:
    story = place.told.stories[1]
    digest = sha256(b"anything").hexdigest()
    assert clerk(place).put(address(story, digest), content=b"anything").status_code == 404
    assert clerk(place).put(address(story, "xyz"), content=b"anything").status_code == 400
    assert not papers.exists()


def test_a_file_is_not_said_to_be_stored_before_it_is(place: Served) -> None:
    story = place.told.stories[1]
    digest, _ = paper_of(story)
    data = {"class_id": str(story.id), "sha256": digest, "octets": 99}
    answer = clerk(place).post("/api/v1/commands/store-archive-document", json=data)
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["where"] == "sha256"


def test_a_file_is_taken_out_only_once_that_is_on_record(place: Served) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    assert clerk(place).get(address(story, digest), params=WHY).status_code == 404
    clerk(place).put(address(story, digest), content=data)
    before, *_ = last_entry(place)
    assert clerk(place).get(address(story, digest)).status_code == 400
    assert last_entry(place)[0] == before
    answer = clerk(place).get(address(story, digest), params={"purpose": "核对签到表"})
    assert (answer.status_code, answer.content) == (200, data)
    position, type_, entry = last_entry(place)
    assert (position, type_) == (before + 1, "access.sensitive-data-accessed.v1")
    assert answer.headers["mingzhang-recorded"] == str(position)
    assert (entry["data"]["what"], entry["data"]["fields"]) == (f"archive/{story.id}", [digest])
    assert "签到" not in orjson.dumps(entry).decode()


def test_auditors_name_a_task_and_their_look_is_sealed(place: Served) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    clerk(place).put(address(story, digest), content=data)
    auditor = place.as_("AUDITOR")
    without = {"purpose": WHY["purpose"]}
    assert auditor.get(address(story, digest), params=without).status_code == 400
    assert auditor.get(address(story, digest), params=WHY).content == data
    assert last_entry(place)[1] == "sealed.recorded.v1"


def test_a_damaged_file_is_not_handed_out(place: Served, papers: Path) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    clerk(place).put(address(story, digest), content=data)
    (file,) = papers.rglob(digest)
    file.write_bytes(data[:-1] + b"?")
    before, *_ = last_entry(place)
    answer = clerk(place).get(address(story, digest), params=WHY)
    assert answer.status_code == 503
    assert last_entry(place)[0] == before


def test_a_check_names_what_is_missing_and_what_was_changed_and_mends_nothing(
    place: Served, papers: Path
) -> None:
    story = place.told.stories[1]
    kinds = ("TRAINING_PLAN", "LECTURER_FORM", "TRAINEE_FORMS")
    found = {kind: paper_of(story, kind) for kind in kinds}
    for digest, data in found.values():
        clerk(place).put(address(story, digest), content=data)
    fold(place)
    good = place.do(check_documents(place.ledger))
    assert (good.documents, good.damaged) == (3, ())  # type: ignore[attr-defined]  # a check
    gone, changed = found["TRAINING_PLAN"][0], found["LECTURER_FORM"][0]
    next(papers.rglob(gone)).unlink()
    next(papers.rglob(changed)).write_bytes(b"other")
    place.do(check_documents(place.ledger))
    _, type_, entry = last_entry(place)
    assert type_ == "system.documents-checked.v1"
    named = {one["sha256"]: one["found"] for one in entry["data"]["named"]}
    assert named == {gone: "MISSING", changed: "CHANGED"}
    assert entry["data"]["findings"][0]["rule"] == "ARC-01"
    assert entry["actorrole"] == "TIMER"
    assert next(papers.rglob(changed)).read_bytes() == b"other"
    fold(place)
    with_damage = place.do(_damage_of(place, story.id))
    assert with_damage == {gone: "MISSING", changed: "CHANGED"}


async def _damage_of(place: Served, class_id: ClassId) -> dict[str, str]:
    async with place.ledger.pool.connection() as connection:
        return (await keeping.damage(connection, [class_id]))[class_id]


def test_what_was_lost_is_brought_again_and_that_is_on_record(place: Served, papers: Path) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    clerk(place).put(address(story, digest), content=data)
    shutil.rmtree(papers)
    answer = clerk(place).put(address(story, digest), content=data)
    assert answer.status_code == 201
    assert last_entry(place)[2]["data"]["again"] is True


def test_a_check_is_due_once_a_quarter_and_only_where_something_was_stored(
    place: Served,
) -> None:
    story = place.told.stories[1]
    digest, data = paper_of(story)
    assert place.do(check_if_due(place.ledger)) is False
    clerk(place).put(address(story, digest), content=data)
    fold(place)
    assert place.do(check_if_due(place.ledger)) is True
    fold(place)
    assert place.do(check_if_due(place.ledger)) is False
    assert place.do(_due(place)) is False


async def _due(place: Served) -> bool:
    async with place.ledger.pool.connection() as connection:
        return await is_due(connection, shanghai_date(place.ledger.clock.now()))


def test_the_files_of_a_destroyed_archive_go_unless_another_archive_names_them(
    place: Served, papers: Path
) -> None:
    one, other = place.told.stories[1], place.told.stories[3]
    digest, data = paper_of(one)
    shared_digest, shared = paper_of(one, "LECTURER_FORM")
    filed = {
        "class_id": str(other.id),
        "kind": "LECTURER_FORM",
        "sha256": shared_digest,
        "medium": "BOTH",
        "paper_location": "A-1",
        "pages": 1,
    }
    answer = clerk(place).post("/api/v1/commands/file-archive-document", json=filed)
    assert answer.status_code == 201
    for name, content in ((digest, data), (shared_digest, shared)):
        assert clerk(place).put(address(one, name), content=content).status_code == 201
    _destroyed(place, one)
    fold(place)
    checked = place.do(check_documents(place.ledger))
    assert checked.removed == 1  # type: ignore[attr-defined]  # a check
    assert [file.name for file in papers.rglob("*") if file.is_file()] == [shared_digest]


def _destroyed(place: Served, story: Story) -> None:
    """Tell that an archive was destroyed, ten years before its time."""
    fact = ArchiveDestroyed(
        **story.of(),  # type: ignore[arg-type]  # the ids every fact restates
        decision_doc="销〔2034〕1号",
        list_sha256="7e" * 32,
        approvers=(official("1"), official("2")),
        by=(official("3"), official("4")),
        methods=("DELETED",),
        documents=4,
        pages=48,
        destroyed_at=story.writer.now,
    )
    story.writer.now = max(story.writer.now, place.ledger.clock.now())
    with psycopg.connect(place.conninfo) as connection:
        row = connection.execute(
            "select max(version) from ledger.entry where stream = %s", (f"archive/{story.id}",)
        ).fetchone()
    assert row is not None
    story.writer.versions[f"archive/{story.id}"] = row[0]
    story.put("archive", story.id, fact, by="COUNTY_CLERK")
    place.do(story.writer.flush())


def test_without_a_store_nothing_is_taken(database: str) -> None:
    with served(database, classes=1) as bare:
        story = bare.told.stories[1]
        digest, data = paper_of(story)
        assert clerk(bare).put(address(story, digest), content=data).status_code == 503


def test_an_institution_does_not_get_what_the_authority_wrote_about_it(place: Served) -> None:
    story = place.told.stories[3]
    digest, data = sha256(b"minutes").hexdigest(), b"minutes"
    filed = {
        "class_id": str(story.id),
        "kind": "MINUTES",
        "sha256": digest,
        "medium": "BOTH",
        "paper_location": "A-1",
        "pages": 1,
    }
    assert (
        clerk(place).post("/api/v1/commands/file-archive-document", json=filed).status_code == 201
    )
    fold(place)
    assert clerk(place).put(address(story, digest), content=data).status_code == 201
    own = place.as_("INST_HEAD", institution=place.told.institutions[EAST])
    assert own.get(address(story, digest), params=WHY).status_code == 404
    assert clerk(place).get(address(story, digest), params=WHY).content == data
