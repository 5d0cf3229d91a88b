"""What the log hands out is accepted, and what was tampered with refused, by code of others."""

import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner, MlDsa44Cosigner
from ledger.evidence.hashes import SHA256
from ledger.evidence.keys import SoftwareSigner, secret_text, verifier_of
from ledger.evidence.note import Note, sign
from ledger.evidence.reading import DirectoryReader, hashes_of
from ledger.evidence.receipt import Receipt
from ledger.evidence.signers import SM2_SM3, Sm2Signer
from ledger.evidence.tiles import tiles_of
from ledger.evidence.tree import consistency_proof, inclusion_proof
from ledger.evidence.witness import (
    AddCheckpoint,
    Answer,
    Cosigned,
    NotCosigned,
    Stale,
    read_answer,
)
from tests.ledger.evidence.checkers import Checker, build, tool
from tests.ledger.evidence.logs import (
    LOG,
    NOW,
    ORIGIN,
    POLICY,
    WITNESS,
    MemoryLog,
    entries,
    paths,
    put_entries,
    put_tiles,
    signed_log,
)
from tests.ledger.evidence.vectors import BIG_ROOT, big_entries

SIZE = 700
ENTRIES = entries(SIZE)
VKEY = str(LOG.key)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@pytest.fixture
def sumdb(programs: Path) -> Checker:
    return build("sumdb", programs)


@pytest.fixture
def tlog(programs: Path) -> Checker:
    return build("tlog", programs)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of the vector that crosses two levels of tiles."""
    place = tmp_path_factory.mktemp("big")
    signed_log(list(big_entries())).save(place)
    return place


def receipt_of(place: Path, index: int, size: int) -> bytes:
    reader = DirectoryReader(place)
    path = inclusion_proof(SHA256, index, size, hashes_of(reader, size))
    return bytes(Receipt(index, tuple(path), (place / "checkpoint").read_bytes(), b"more"))


@pytest.mark.outsider("golang.org/x/mod/sumdb")
def test_the_big_log_and_a_receipt_pass_the_checksum_databases_code(
    sumdb: Checker, big: Path, tmp_path: Path
) -> None:
    entry = list(big_entries())[66_000]
    (tmp_path / "entry").write_bytes(entry)
    (tmp_path / "receipt").write_bytes(receipt_of(big, 66_000, 70_000))

    told = sumdb(big, VKEY, tmp_path / "receipt", tmp_path / "entry")
    assert (told.code, told.out.strip()) == (0, f"OK 70000 {BIG_ROOT}")

    (tmp_path / "entry").write_bytes(entry + b" ")
    assert sumdb(big, VKEY, tmp_path / "receipt", tmp_path / "entry").code == 1


@pytest.mark.outsider("Tessera fsck")
def test_the_big_log_passes_tesseras_fsck(tlog: Checker, big: Path) -> None:
    assert tlog("fsck", big, VKEY).code == 0


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 700])
@pytest.mark.outsider("golang.org/x/mod/sumdb", "Tessera fsck")
def test_logs_that_fill_their_tiles_or_not_pass_both(
    sumdb: Checker, tlog: Checker, tmp_path: Path, size: int
) -> None:
    signed_log(entries(size)).save(tmp_path)

    assert sumdb(tmp_path, VKEY).code == 0
    assert tlog("fsck", tmp_path, VKEY).code == 0


def flip(path: str) -> Callable[[MemoryLog], None]:
    def change(log: MemoryLog) -> None:
        data = log.files[path]
        at = len(data) // 3
        log.files[path] = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return change


def with_entries(changed: list[bytes], up_to_level: int = -1) -> Callable[[MemoryLog], None]:
    def change(log: MemoryLog) -> None:
        put_entries(log, changed, SIZE)
        if up_to_level >= 0:
            put_tiles(log, changed, SIZE, up_to_level=up_to_level)

    return change


def without(path: str) -> Callable[[MemoryLog], None]:
    return lambda log: log.files.update({path: log.files.pop(path)[:-1]})


SWAPPED = [*ENTRIES[:300], ENTRIES[301], ENTRIES[300], *ENTRIES[302:]]
FORGED = [*ENTRIES[:300], b"forged", *ENTRIES[301:]]
TAMPERINGS = {
    **{f"byte of {path}": flip(path) for path in paths(SIZE)},
    **{f"end of {tile.path}": without(tile.path) for tile in tiles_of(SIZE)},
    "byte of the checkpoint": flip("checkpoint"),
    "entry deleted": with_entries(ENTRIES[:300] + ENTRIES[301:]),
    "entry inserted": with_entries([*ENTRIES[:300], b"new", *ENTRIES[300:]]),
    "entries swapped": with_entries(SWAPPED),
    "leaves recomputed": with_entries(FORGED, 0),
    "tree recomputed": with_entries(FORGED, 9),
}


@pytest.mark.parametrize("how", list(TAMPERINGS))
@pytest.mark.outsider("golang.org/x/mod/sumdb", "Tessera fsck")
def test_whatever_was_done_both_refuse_it(
    sumdb: Checker, tlog: Checker, tmp_path: Path, how: str
) -> None:
    log = signed_log(ENTRIES)
    TAMPERINGS[how](log)
    log.save(tmp_path)

    assert sumdb(tmp_path, VKEY).out.startswith("BAD")
    # Where a bundle has too few entries, Tessera does not report but breaks off (Go's panic, 2).
    assert tlog("fsck", tmp_path, VKEY).code in {1, 2}


@pytest.mark.outsider("transparency-dev formats")
def test_lines_of_all_kinds_verify_and_the_sm2_line_is_passed_over(
    tlog: Checker, tmp_path: Path
) -> None:
    seed = sha256(b"post-quantum").digest()
    log_pq, witness_pq = MlDsa44Cosigner(ORIGIN, seed), MlDsa44Cosigner("witness.example/w2", seed)
    sm2 = Sm2Signer.generate(ORIGIN)
    signers: list[SoftwareSigner] = [LOG, log_pq, sm2, WITNESS, witness_pq]
    known = [one for one in signers if one is not sm2]
    text = Checkpoint(ORIGIN, 8, sha256(b"root").digest()).text
    (tmp_path / "note").write_bytes(bytes(sign(text, signers, NOW)))

    told = tlog("note", tmp_path / "note", *(str(one.key) for one in known))

    assert told.code == 0
    assert told.out.split("\n")[:-1] == [f"{one.key.name} {one.key.key_id.hex()}" for one in known]
    other = (tmp_path / "note").read_bytes().replace(b"\n8\n", b"\n9\n")
    (tmp_path / "note").write_bytes(other)
    assert tlog("note", tmp_path / "note", *(str(one.key) for one in known)).code == 1


SEED = sha256(b"a witness of others").digest()


@pytest.fixture(params=[Ed25519Cosigner, MlDsa44Cosigner], ids=["ed25519", "ml-dsa-44"])
def witness(tlog: Checker, request: pytest.FixtureRequest) -> Iterator[tuple[str, SoftwareSigner]]:
    """A witness of transparency-dev that knows our log: where it listens, and its key."""
    key: SoftwareSigner = request.param("jiwei.example/w1", SEED)
    process = subprocess.Popen(
        [tlog.program, "witness", VKEY, secret_text(key)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), key
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def ask(
    where: tuple[str, SoftwareSigner], old: int, log: MemoryLog, size: int
) -> Cosigned | Stale | NotCosigned:
    """Ask a witness to cosign, as the log does."""
    url, key = where
    note = Note.parse(log.files["checkpoint"]).only([LOG.key])
    proof = consistency_proof(SHA256, old, size, hashes_of(log, size)) if old <= size else []
    body = bytes(AddCheckpoint(old, tuple(proof), bytes(note)))
    request = Request(f"{url}add-checkpoint", body, method="POST")  # noqa: S310 - our own process
    try:
        with urlopen(request, timeout=10) as got:  # noqa: S310 - likewise
            answer = Answer(got.status, got.read().decode(), got.headers["Content-Type"] or "")
    except HTTPError as got:
        with got:
            kind = got.headers["Content-Type"] or ""
            answer = Answer(got.code, got.read().decode(), kind)
    return read_answer(answer, note, [verifier_of(key.key)])


@pytest.mark.outsider("transparency-dev witness")
def test_a_witness_of_others_cosigns_growth_and_refuses_a_rewritten_history(
    witness: tuple[str, SoftwareSigner],
) -> None:
    first = ask(witness, 0, signed_log(ENTRIES[:200]), 200)
    assert isinstance(first, Cosigned)
    grown = signed_log(ENTRIES[:500])
    assert isinstance(ask(witness, 200, grown, 500), Cosigned)

    assert ask(witness, 200, signed_log(ENTRIES), SIZE) == Stale(500)
    contradiction = NotCosigned(422, is_contradiction=True)
    # Both are signed with the real key of the log.
    assert ask(witness, 500, signed_log(FORGED), SIZE) == contradiction
    assert ask(witness, 500, signed_log(ENTRIES[1:]), SIZE - 1) == contradiction
    assert ask(witness, 500, signed_log(FORGED[:500]), 500) == contradiction
    # The honest log is cosigned as if nothing had been tried.
    assert isinstance(ask(witness, 500, signed_log(ENTRIES), SIZE), Cosigned)


@pytest.mark.outsider("transparency-dev witness")
def test_what_a_witness_of_others_signed_meets_our_policy(
    witness: tuple[str, SoftwareSigner],
) -> None:
    log = signed_log(ENTRIES)
    cosigned = ask(witness, 0, log, SIZE)
    assert isinstance(cosigned, Cosigned)
    text = f"log {VKEY}\nwitness jiwei {witness[1].key}\nquorum jiwei\n"
    policy = type(POLICY).parse(text.encode())
    note = Note.parse(log.files["checkpoint"]).with_lines(cosigned.lines)

    assert set(policy.check(bytes(note)).cosigned) == {"jiwei"}


@pytest.mark.outsider("tlog-scales")
def test_a_python_reader_of_others_reads_checks_and_proves_alike(big: Path) -> None:
    reader = Checker(Path(sys.executable).with_name("tlog-tiles"))
    entry = list(big_entries())[66_000]

    told = reader("get-leaf", "-c", big, "66000")
    assert (told.code, told.out.strip()) == (0, entry.decode())
    told = reader("gen-proof", big, "66000")
    ours = receipt_of(big, 66_000, 70_000)
    without_extra = b"".join(
        line for line in ours.splitlines(keepends=True) if not line.startswith(b"extra ")
    )
    assert told.out.encode().strip() == without_extra.strip()


@pytest.mark.outsider("OpenSSL, SM2")
def test_openssl_verifies_the_sm2_line(tmp_path: Path) -> None:
    signer = Sm2Signer.generate(ORIGIN)
    text = Checkpoint(ORIGIN, 8, sha256(b"root").digest()).text
    signature = sign(text, [signer], NOW).lines[0].signature
    point = signer.key.material[len(SM2_SM3) :]
    # SubjectPublicKeyInfo of RFC 5480 with the SM2 curve, and r and s as a SEQUENCE.
    key = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + point
    encoded = b64encode(key).decode()
    (tmp_path / "key.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n"
    )
    (tmp_path / "signature").write_bytes(sequence(signature[:32], signature[32:]))
    (tmp_path / "note").write_text(text, "utf-8")
    (tmp_path / "other").write_text(text + "x", "utf-8")
    openssl = Checker(tool("openssl"))
    if "SM2" not in openssl("ecparam", "-list_curves").out:
        pytest.skip("the openssl of this machine knows no SM2")

    def verify(name: str) -> int:
        asked = ("-sm3", "-sigopt", "distid:1234567812345678", "-verify", tmp_path / "key.pem")
        return openssl("dgst", *asked, "-signature", tmp_path / "signature", tmp_path / name).code

    assert verify("note") == 0
    assert verify("other") == 1


def sequence(*numbers: bytes) -> bytes:
    """The DER of a SEQUENCE of INTEGERs."""
    parts = b""
    for number in numbers:
        value = number.lstrip(b"\0")
        value = b"\0" + value if not value or value[0] & 0x80 else value
        parts += bytes([2, len(value)]) + value
    return bytes([0x30, len(parts)]) + parts
