from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from ledger.application.founding import found
from ledger.evidence.audit import audit
from ledger.evidence.errors import Refuted
from ledger.evidence.hashes import SHA256
from ledger.evidence.keys import verifier_of
from ledger.evidence.policy import Policy
from ledger.evidence.promise import check_kept, open_promise
from ledger.evidence.receipt import Receipt
from ledger.evidence.tiles import Bundle, bundles_of, decode_bundle, tiles_of
from ledger.integration.exporting import published
from ledger.integration.signing import FileSigner
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind
from tests.ledger.integration.logs import grow
from tests.ledger.integration.signing import KEYS, newest, note_of, place_in, publish
from tests.ledger.serving import Served, served
from tests.ledger.small_world import EAST
from tests.ledger.store.making import one, rows


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    return place_in(tmp_path_factory.mktemp("home")).signer()


@pytest.fixture(scope="module")
def log(shared_database: str, signer: FileSigner) -> Iterator[Served]:
    """A server over a signed log of some bundles."""
    with served(shared_database, classes=2, keys=KEYS) as server:
        grow(shared_database, 600)
        publish(shared_database, signer)
        yield server


class HttpLog:
    """A ``LogReader`` over HTTP, as an auditor's tool has it."""

    def __init__(self, client: httpx2.Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def read(self, path: str) -> bytes | None:
        answer = self._client.get(f"{self._prefix}/{path}")
        assert answer.status_code in {200, 404}
        return answer.content if answer.status_code == 200 else None


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_an_auditor_audits_the_whole_log_over_http(log: Served, tree: TreeKind) -> None:
    auditor = HttpLog(log.as_("AUDITOR"), f"/log{tree.suffix}")
    policy = auditor.read("policy")
    assert policy is not None
    report = audit(auditor, Policy.parse(policy), hashing=tree.hashing)
    assert report.is_clean
    assert report.checked == newest(log.conninfo, tree).size > 600


def test_checkpoint_and_tiles_are_open_to_anybody_and_entries_are_not(log: Served) -> None:
    nobody, size = log.as_(None), newest(log.conninfo).size
    assert nobody.get("/log/checkpoint").content == note_of(log.conninfo)
    assert nobody.get("/log/sm3/checkpoint").content == note_of(log.conninfo, TWIN)
    for tile in tiles_of(size):
        assert len(nobody.get(f"/log/{tile.path}").content) == tile.width * 32
    for bundle in bundles_of(size):
        assert nobody.get(f"/log/{bundle.path}").status_code == 401
        assert log.as_("SYS_ADMIN").get(f"/log/{bundle.path}").status_code == 403
        assert log.as_("AUDITOR").get(f"/log/{bundle.path}").status_code == 200


def test_a_bundle_holds_the_entries_byte_for_byte(log: Served) -> None:
    kept = rows(log.conninfo)
    told = log.as_("DISCIPLINE").get("/log/tile/entries/001")
    assert decode_bundle(told.content) == [row.body.encode() for row in kept[256:512]]


def test_a_partial_tile_of_every_size_is_a_slice_of_what_is_there(log: Served) -> None:
    nobody = log.as_(None)
    full = nobody.get("/log/tile/0/000").content
    assert [nobody.get(f"/log/tile/0/000.p/{w}").content for w in (1, 7, 255)] == [
        full[: w * 32] for w in (1, 7, 255)
    ]
    auditor = log.as_("AUDITOR")
    assert len(decode_bundle(auditor.get("/log/tile/entries/000.p/5").content)) == 5


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/999",
        "tile/0/x001/000",
        "tile/3/000",
        "tile/0/0",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/00/000",
        "tile/64/000",
        "tile/entries/999",
        "tile/data/000",
        "checkpoint/",
        "",
        "sm4/checkpoint",
        "log.sec",
        "%2e%2e%2fapi/v1/entries",
    ],
)
def test_what_is_not_there_is_a_real_404(log: Served, path: str) -> None:
    assert log.as_("AUDITOR").get(f"/log/{path}").status_code == 404


def test_what_the_tree_does_not_hold_yet_is_not_there(log: Served, signer: FileSigner) -> None:
    auditor, size = log.as_("AUDITOR"), one(log.conninfo, "select min(size) from evidence.tree")
    bundle = next(reversed(list(bundles_of(size))))
    beyond = Bundle(bundle.number, bundle.width + 1).path
    grow(log.conninfo, 1)
    assert auditor.get(f"/log/{beyond}").status_code == 404
    publish(log.conninfo, signer)
    assert auditor.get(f"/log/{beyond}").status_code == 200


def test_caches_may_keep_tiles_for_ever_and_the_checkpoint_for_a_moment(log: Served) -> None:
    nobody = log.as_(None)
    tile, checkpoint = nobody.get("/log/tile/0/000"), nobody.get("/log/checkpoint")
    assert tile.headers["content-type"] == "application/octet-stream"
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["cache-control"] == "public, max-age=1"
    entries = log.as_("AUDITOR").get("/log/tile/entries/000")
    assert entries.headers["cache-control"].startswith("private")
    assert nobody.head("/log/tile/0/000").status_code == 200


def test_keys_and_policy_are_published_and_no_secret_is(log: Served) -> None:
    nobody = log.as_(None)
    for path in ("log.vkey", "log.vkeys", "policy", "sm3/log.vkey", "sm3/policy", "promise.vkey"):
        told = nobody.get(f"/log/{path}")
        assert told.status_code == 200
        assert "PRIVATE" not in told.text
    assert nobody.get("/log/log.vkey").text.strip() == str(KEYS.of(WORLD)[0].key)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_a_receipt_proves_its_entry_and_no_other(log: Served, tree: TreeKind) -> None:
    platform, kept = log.as_("PLATFORM"), rows(log.conninfo)
    policy = Policy.parse(log.as_(None).get(f"/log{tree.suffix}/policy").content)
    for position in (1, 2, 256, 257, 600):
        told = platform.get(f"/api/v1/receipts/{position}", params={"tree": tree.name})
        assert told.status_code == 200
        receipt = Receipt.parse(told.content)
        assert receipt.index == position - 1
        entry = kept[position - 1].body.encode()
        receipt.check(tree.hashing.leaf(entry), policy, tree.hashing)
        with pytest.raises(ValueError, match="does not lead"):
            receipt.check(tree.hashing.leaf(entry + b" "), policy, tree.hashing)


def test_a_receipt_is_found_by_stream_and_version_too(log: Served) -> None:
    row = rows(log.conninfo)[300]
    told = log.as_("PLATFORM").get(f"/api/v1/receipts/{row.stream}/{row.version}")
    assert Receipt.parse(told.content).index == 300
    assert log.as_("PLATFORM").get(f"/api/v1/receipts/{row.stream}/99999").status_code == 404


def test_a_receipt_that_is_not_ready_is_promised_and_comes_when_it_is(
    log: Served, signer: FileSigner
) -> None:
    grow(log.conninfo, 1)
    position = rows(log.conninfo)[-1].position
    client = log.as_("COUNTY_CLERK")
    early = client.get(f"/api/v1/receipts/{position}")
    assert (early.status_code, early.json()["status"]) == (202, "waiting")
    assert early.headers["retry-after"] == "1"
    assert client.get(f"/api/v1/receipts/{position}", params={"wait": 0.2}).status_code == 202
    publish(log.conninfo, signer)
    late = client.get(f"/api/v1/receipts/{position}", params={"wait": 5})
    assert late.status_code == 200
    leaf = SHA256.leaf(rows(log.conninfo)[-1].body.encode())
    Receipt.parse(late.content).check(leaf, Policy.parse(published(KEYS)["policy"]))


def test_there_is_no_receipt_of_what_was_never_written(log: Served) -> None:
    client = log.as_("COUNTY_CLERK")
    assert client.get("/api/v1/receipts/999999").status_code == 404
    assert client.get("/api/v1/receipts/0").status_code == 400
    assert log.as_(None).get("/api/v1/receipts/1").status_code == 401


def test_a_promise_in_the_answer_is_kept_by_the_receipt(log: Served, signer: FileSigner) -> None:
    log.do(found(log.ledger))  # the policy book, which every command asks
    institution = log.told.institutions[EAST]
    clerk = log.as_("INST_CLERK", institution=institution)
    data = {"institution_id": str(institution), "county_code": EAST, "items": []}

    def told(month: int, prefer: str) -> dict[str, Any]:
        answer = clerk.post(
            "/api/v1/commands/submit-monthly-plan",
            json=data | {"month": f"2031-{month:02d}"},
            headers={"prefer": prefer},
        )
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    assert "promise" not in told(1, "return=minimal")
    recorded = told(2, "return=minimal, promise")
    key = verifier_of(log.as_(None).get("/log/promise.vkey").text.strip())
    promise = open_promise(recorded["promise"].encode(), [key])
    kept = rows(log.conninfo)[recorded["last"] - 1]
    assert (promise.index, promise.leaf) == (kept.position - 1, kept.leaf)
    assert promise.received == round(kept.recorded_at.timestamp() * 1_000_000)

    publish(log.conninfo, signer)
    receipt = Receipt.parse(clerk.get(recorded["receipt"], params={"wait": 5}).content)
    receipt.check(promise.leaf, Policy.parse(published(KEYS)["policy"]))
    check_kept(promise, promise.leaf, receipt.index)
    with pytest.raises(Refuted):
        open_promise(recorded["promise"].replace("index ", "index 1").encode(), [key])
