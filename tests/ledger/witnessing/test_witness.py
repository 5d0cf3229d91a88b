"""Our witness as others run it: its own process, its own directory, no database."""

import http.client
import random
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from ledger.evidence.checkpoint import Checkpoint, open_checkpoint
from ledger.evidence.hashes import SHA256
from ledger.evidence.keys import verifier_of
from ledger.evidence.note import Note, Signer, sign
from ledger.evidence.reading import hashes_of
from ledger.evidence.tree import consistency_proof
from ledger.evidence.witness import (
    REQUEST_BYTES_MAX,
    AddCheckpoint,
    Answer,
    Cosigned,
    Seen,
    Stale,
    monitoring_path,
    read_answer,
)
from ledger.integration.posting import Got, Unreachable, post
from ledger.witnessing.keeping import Memory, MemoryLost, NotALog, WitnessUnusable
from tests.ledger.evidence.logs import LOG, NOW, ORIGIN, MemoryLog, entries, signed_log
from tests.ledger.integration.witnessing import Bureau, Serving

SIZE = 600
NAME = "caizheng.example/w1"
VKEY = str(LOG.key)
KILLS = 8


class TheLog:
    """The log as it grows: one list of entries, and heads over its beginnings."""

    def __init__(self, of: Sequence[bytes]) -> None:
        self._of = list(of)

    def at(self, size: int) -> MemoryLog:
        return signed_log(self._of[:size], signers=[LOG])

    def request(self, old: int, size: int, signers: Sequence[Signer] = (LOG,)) -> bytes:
        log = self.at(size)
        proof = consistency_proof(SHA256, old, size, hashes_of(log, size)) if old <= size else []
        text = Note.parse(log.files["checkpoint"]).text
        return bytes(AddCheckpoint(old, tuple(proof), bytes(sign(text, signers, NOW))))

    def note(self, size: int) -> Note:
        return Note.parse(self.at(size).files["checkpoint"])


HONEST = TheLog(entries(SIZE))
FORGED = TheLog([b"forged", *entries(SIZE)[1:]])


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path / "home")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    memory = Memory(tmp_path / "witness")
    memory.begin(NAME)
    memory.add_log(ORIGIN, VKEY)
    return memory


def begun(bureau: Bureau) -> str:
    (key,) = bureau.memory.begin(NAME)
    bureau.memory.add_log(ORIGIN, VKEY)
    return str(key)


def send(url: str, body: bytes) -> Got:
    return post(f"{url}/add-checkpoint", body, "text/plain", seconds=10, at_most=10**6)


def cosigned(got: Got, size: int, vkey: str) -> Cosigned:
    answer = Answer(got.status, got.body.decode(), got.media)
    read = read_answer(answer, HONEST.note(size), [verifier_of(vkey)])
    assert isinstance(read, Cosigned)
    return read


def test_the_whole_of_it_as_an_operator_does_it(bureau: Bureau) -> None:
    vkeys = bureau.run("witness", "init", NAME, "--ml-dsa").stdout.split()
    assert [verifier_of(one).key.kind for one in vkeys] == [4, 6]
    bureau.run("witness", "add-log", ORIGIN, VKEY)
    running = bureau.serve()
    url = running.url
    try:
        got = send(url, HONEST.request(0, 100))
        for vkey in vkeys:
            assert len(cosigned(got, 100, vkey).lines) == 1
        assert send(url, HONEST.request(0, 250)) == Got(409, b"100\n", "text/x.tlog.size")
        assert send(url, HONEST.request(100, 250)).status == 200
        # Signed with the real key of the log, and not what was seen.
        assert send(url, FORGED.request(250, 300)).status == 422
        assert send(url, FORGED.request(250, 250)).status == 422
        assert send(url, HONEST.request(250, 200)).status == 400
        other = bytes(sign(Checkpoint("other.example", 0, SHA256.empty).text, [LOG], NOW))
        assert send(url, bytes(AddCheckpoint(0, (), other))).status == 404
        shown = _get(url, f"/{monitoring_path(ORIGIN)}")
        known = open_checkpoint(shown, [verifier_of(VKEY)])
        assert known.checkpoint.size == 250
        assert len(known.note.lines) == 3
    finally:
        running.stop()
    told = orjson.loads(bureau.run("witness", "status").stdout)
    assert told["vkeys"] == vkeys
    assert told["logs"][ORIGIN]["size"] == 250
    assert told["logs"][ORIGIN]["cosigned_at"] > 1_700_000_000


def _get(url: str, path: str) -> bytes:
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    try:
        connection.request("GET", path)
        got = connection.getresponse()
        assert got.status == 200
        return got.read()
    finally:
        connection.close()


def test_killed_at_any_moment_it_never_forgets_what_it_cosigned(bureau: Bureau) -> None:
    vkey = begun(bureau)
    chance, told = random.Random(7), 0  # noqa: S311 - a test's own dice
    running = bureau.serve()
    for _ in range(KILLS):
        told = _grow_until_cut_off(running, vkey, told, chance)
        running = bureau.serve(running.port)
        remembered = bureau.memory.remembered()[0].note
        size = Checkpoint.parse(remembered.text).size if remembered else 0
        assert size >= told  # every cosignature that left was durable before
        if told:
            assert send(running.url, FORGED.request(size, SIZE)).status == 422
        told = size
    running.stop()
    assert told > 0


def _grow_until_cut_off(running: Serving, vkey: str, told: int, chance: random.Random) -> int:
    """Grow the log until the witness is killed; return the largest size whose cosignature came."""
    old = size = told
    timer = threading.Timer(chance.uniform(0.0, 0.15), running.kill)
    while size < SIZE - 5:
        size += chance.randint(1, 2)
        try:
            got = send(running.url, HONEST.request(old, size))
        except Unreachable:
            break
        if got.status == 409:
            old = int(got.body)
            continue
        old = size
        cosigned(got, size, vkey)
        told = size
        if timer.ident is None:
            timer.start()  # on a machine that is busy the first answer takes long
    timer.join()
    return told


def test_of_many_who_ask_at_once_none_rolls_it_back(bureau: Bureau) -> None:
    vkey = begun(bureau)
    sizes = list(range(10, 200, 10))
    steps: list[tuple[int, int]] = []
    one, two = bureau.serve(), bureau.serve()  # two processes, one memory
    try:
        url, other = one.url, two.url

        def push(size: int) -> None:
            old = 0
            while True:
                got = send((url, other)[size // 10 % 2], HONEST.request(old, size))
                if got.status != 409:
                    break
                old = int(got.body)
                if old > size:
                    return
            cosigned(got, size, vkey)
            steps.append((old, size))

        threads = [threading.Thread(target=push, args=(size,)) for size in sizes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Answers come in any order; each was given from where the one before had left it.
        steps.sort()
        assert [old for old, _ in steps] == [0, *(size for _, size in steps[:-1])]
        assert steps[-1][1] == 190
        assert send(url, HONEST.request(0, SIZE)) == Got(409, b"190\n", "text/x.tlog.size")
    finally:
        one.stop()
        two.stop()


def test_several_logs_are_kept_apart(memory: Memory) -> None:
    other = type(LOG)("other.example/log", b"\7" * 32)
    memory.add_log(other.key.name, str(other.key))
    assert memory.decide(HONEST.request(0, 100), NOW).answer.status == 200
    text = Checkpoint(other.key.name, 1, SHA256.leaf(b"x")).text
    body = bytes(AddCheckpoint(0, (), bytes(sign(text, [other], NOW))))
    assert memory.decide(body, NOW).answer.status == 200
    sizes = {
        one.origin: Checkpoint.parse(one.note.text).size for one in memory.remembered() if one.note
    }
    assert sizes == {ORIGIN: 100, other.key.name: 1}


def test_a_log_that_exchanges_its_key_is_known_by_both_and_by_the_old_one_no_more(
    memory: Memory,
) -> None:
    new = type(LOG)(ORIGIN, b"\1" * 32)
    assert memory.decide(HONEST.request(0, 100, [new]), NOW).answer.status == 403
    memory.add_log(ORIGIN, str(new.key))
    assert memory.decide(HONEST.request(0, 100, [LOG, new]), NOW).answer.status == 200
    memory.drop_key(ORIGIN, LOG.key.key_id.hex())
    assert memory.decide(HONEST.request(100, 200, [LOG]), NOW).answer.status == 403
    assert memory.decide(HONEST.request(100, 200, [new]), NOW).answer.status == 200
    with pytest.raises(NotALog):
        memory.drop_key(ORIGIN, new.key.key_id.hex())  # its only one


@pytest.mark.parametrize(
    "left", [None, b"", b"no checkpoint", b"other.example\n0\n" + b"A" * 43 + b"=\n\n"]
)
def test_a_memory_that_is_lost_or_damaged_is_not_begun_anew(
    memory: Memory, tmp_path: Path, left: bytes | None
) -> None:
    memory.decide(HONEST.request(0, 100), NOW)
    path = tmp_path / "witness/seen" / monitoring_path(ORIGIN).partition("/")[0]
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    for size in (100, 200):
        with pytest.raises(MemoryLost):
            memory.decide(FORGED.request(0, size), NOW)
    memory.add_log(ORIGIN, VKEY)  # what the operator might try
    with pytest.raises(MemoryLost):
        memory.decide(FORGED.request(0, 100), NOW)


def test_what_cannot_be_kept_is_not_cosigned(memory: Memory, tmp_path: Path) -> None:
    memory.decide(HONEST.request(0, 100), NOW)
    seen = tmp_path / "witness/seen"
    path = seen / monitoring_path(ORIGIN).partition("/")[0]
    # A directory in the way of the new contents: as with a full disk, nothing can be written.
    path.with_name(path.name + ".new").mkdir()
    with pytest.raises(MemoryLost):
        memory.decide(HONEST.request(100, 200), NOW)
    path.with_name(path.name + ".new").rmdir()
    (found,) = memory.remembered()
    assert found.note is not None
    assert Checkpoint.parse(found.note.text).size == 100


def test_it_is_made_once_and_its_keys_are_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "witness"
    memory = Memory(folder)
    with pytest.raises(WitnessUnusable, match="no witness"):
        memory.cosigners()
    with pytest.raises(WitnessUnusable):
        memory.begin("a name")
    memory.begin(NAME)
    with pytest.raises(WitnessUnusable, match="kept"):
        memory.begin(NAME)
    keys = folder / "witness.keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    keys.chmod(0o644)
    with pytest.raises(WitnessUnusable, match="chmod 600"):
        memory.cosigners()
    keys.chmod(0o600)
    keys.write_text("PRIVATE+KEY+broken\n")
    with pytest.raises(WitnessUnusable, match="damaged") as refused:
        memory.cosigners()
    assert "broken" not in str(refused.value)


@pytest.mark.parametrize(
    ("origin", "vkey"), [("other.example", VKEY), (ORIGIN, "nothing"), (ORIGIN, VKEY[:-4] + "AAA=")]
)
def test_a_key_of_another_log_or_no_key_is_refused(memory: Memory, origin: str, vkey: str) -> None:
    with pytest.raises(NotALog):
        memory.add_log(origin, vkey)


def test_requests_out_of_form_are_refused_and_nothing_is_forgotten(bureau: Bureau) -> None:
    begun(bureau)
    with bureau.serving() as url:
        assert send(url, HONEST.request(0, 100)).status == 200
        for body in (b"", b"old 1\n", b"old x\n\nnote", b"\xff" * 100, b"old 0\n\n" + b"x" * 1000):
            assert send(url, body).status == 400
        assert send(url, b"x" * (REQUEST_BYTES_MAX + 1)).status == 413
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(
                b"POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nold"
            )
        got = send(url, HONEST.request(0, SIZE))
        answer = Answer(got.status, got.body.decode(), got.media)
        assert read_answer(answer, HONEST.note(SIZE), []) == Stale(100)


def test_of_a_log_that_is_new_the_empty_tree_was_seen(memory: Memory) -> None:
    decision = memory.decide(HONEST.request(0, 100), NOW)
    assert decision.before == Seen()
    assert memory.checkpoint(monitoring_path("other.example")) is None
