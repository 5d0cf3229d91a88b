import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Unproven
from ledger.evidence.hashes import SHA256
from ledger.evidence.keys import secret_text, signer_of
from ledger.evidence.note import sign
from ledger.evidence.signers import Sm2Signer
from ledger.evidence.sm2_point import ORDER, public_point
from ledger.evidence.tree import Node, consistency_proof, tree_root
from ledger.integration.faults import FaultKind, IntegrationFault
from ledger.integration.log_keys import LogKeys, LogKeysUnusable, load_log_keys, policy_of
from ledger.integration.place import SigningPlace
from ledger.integration.signing import FileSigner, SignerRefuses
from ledger.integration.trees import TREES, TWIN, WORLD, TreeKind
from tests.ledger.integration.logs import grow, integrate, root_of, tamper
from tests.ledger.integration.signing import KEYS, ORIGIN, newest, note_of, place_in, publish
from tests.ledger.store.making import one

LEAVES = [SHA256.leaf(b"%d" % number) for number in range(40)]
AT = 1_700_000_000


def read(node: Node) -> bytes:
    first = node.number << node.level
    return tree_root(SHA256, LEAVES[first : first + (1 << node.level)])


def head(size: int, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, size, tree_root(SHA256, LEAVES[:size]))


def proof(old: int, new: int) -> list[bytes]:
    return consistency_proof(SHA256, old, new, read)


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    return place_in(tmp_path).signer()


def test_it_signs_heads_that_continue_each_other(signer: FileSigner) -> None:
    sizes = [0, 1, 7, 7, 8, 40]
    for old, new in pairwise(sizes):
        note = signer.sign(WORLD, head(new), proof(old, new), AT)
        accepted = policy_of(KEYS, WORLD).check(note)
        assert accepted.signed.checkpoint == head(new)
        assert len(accepted.signed.signed) == 3
        assert signer.last(WORLD) == head(new)


@pytest.mark.parametrize(
    ("checkpoint", "path"),
    [
        (Checkpoint(ORIGIN, 20, LEAVES[0]), proof(10, 20)),
        (head(20), proof(9, 20)),
        (head(20), []),
        (Checkpoint(ORIGIN, 10, LEAVES[0]), []),
        (head(9), proof(9, 10)),
        (head(0), []),
        (head(20, "ledger.example/other"), proof(10, 20)),
    ],
    ids=["another root", "another proof", "no proof", "same size", "smaller", "empty", "origin"],
)
def test_it_refuses_what_does_not_continue_what_it_signed_last(
    signer: FileSigner, checkpoint: Checkpoint, path: list[bytes]
) -> None:
    signer.sign(WORLD, head(10), [], AT)
    with pytest.raises(SignerRefuses):
        signer.sign(WORLD, checkpoint, path, AT)
    assert signer.last(WORLD) == head(10)


@pytest.mark.parametrize(
    "left", [None, b"", b"no checkpoint", head(3, "other.example").text.encode()]
)
def test_with_its_memory_lost_or_damaged_it_refuses_until_it_is_told(
    tmp_path: Path, left: bytes | None
) -> None:
    place = place_in(tmp_path)
    note = place.signer().sign(WORLD, head(10), [], AT)
    memory = place.memory / "sha256.signed"
    memory.unlink()
    if left is not None:
        memory.write_bytes(left)
    place.prepare(KEYS)  # what init and run do at every start
    with pytest.raises(SignerRefuses):
        place.signer().sign(WORLD, head(20), proof(10, 20), AT)
    assert place.signer().adopt(note) == head(10)
    assert place.signer().sign(WORLD, head(20), proof(10, 20), AT)


def test_it_goes_on_from_no_checkpoint_that_others_signed(signer: FileSigner) -> None:
    strangers = LogKeys.derived(ORIGIN, "somebody else")
    with pytest.raises(Unproven):
        signer.adopt(bytes(sign(head(10).text, strangers.of(WORLD), AT)))
    assert signer.last(WORLD).size == 0


def test_what_it_cannot_remember_it_does_not_sign(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.signer().sign(WORLD, head(10), [], AT)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from ledger.integration.place import SigningPlace\n"
        "from ledger.integration.trees import WORLD\n"
        "from tests.ledger.integration.test_signer import AT, head, proof\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "signer = SigningPlace.below(Path(sys.argv[1])).signer()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try:\n    signer.sign(WORLD, head(20), proof(10, 20), AT)\n"
        "except OSError:\n    sys.exit(7)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path], check=False)
    assert ended.returncode == 7
    assert place.signer().last(WORLD) == head(10)
    assert place.signer().sign(WORLD, head(20), proof(10, 20), AT)


def test_keys_are_kept_for_the_owner_alone_and_read_back(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    assert place.key_file.stat().st_mode & 0o777 == 0o600
    kept = place.keys()
    assert [str(one.key) for one in kept.signers] == [str(one.key) for one in KEYS.signers]
    assert [str(one.key) for one in kept.promising] == [str(one.key) for one in KEYS.promising]


def test_generated_keys_differ_and_derived_ones_do_not(tmp_path: Path) -> None:
    place = SigningPlace.below(tmp_path)
    place.prepare(LogKeys.generate(ORIGIN))
    generated = place.keys()
    assert {str(one.key) for one in generated.signers}.isdisjoint(
        str(one.key) for one in LogKeys.generate(ORIGIN).signers
    )
    again = LogKeys.derived(ORIGIN, "tests")
    assert [secret_text(one) for one in again.signers] == [secret_text(one) for one in KEYS.signers]


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+x+00000000+AQ==\n", "\xff"])
def test_a_damaged_key_file_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    place = place_in(tmp_path)
    place.key_file.write_bytes(text.encode("latin-1"))
    with pytest.raises(LogKeysUnusable, match="damaged") as refused:
        place.keys()
    assert "PRIVATE" not in str(refused.value)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    place.key_file.chmod(0o640)
    with pytest.raises(LogKeysUnusable, match="chmod 600"):
        load_log_keys(place.key_file)


def test_the_point_of_a_derived_sm2_key_is_the_one_the_library_has() -> None:
    for _ in range(5):
        generated = Sm2Signer.generate("x").secret().removeprefix(b"\xffsm2-sm3:")
        assert public_point(generated[:32]) == generated[32:]
    for bad in (0, ORDER - 1, ORDER):
        with pytest.raises(ValueError, match="not the number"):
            public_point(bad.to_bytes(32))


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_checkpoints_over_a_growing_log_are_signed_by_all_keys_and_continue(
    database: str, tmp_path: Path, tree: TreeKind
) -> None:
    signer = place_in(tmp_path).signer()
    for entries in (3, 300, 1, 255):
        grow(database, entries)
        publish(database, signer)
    signed = newest(database, tree)
    assert (signed.size, signed.root) == (559, root_of(database, tree.hashing))
    assert signed.origin == tree.origin(ORIGIN)


def test_the_secret_of_every_line_can_be_written_down_and_read() -> None:
    for one_of in KEYS.signers:
        assert str(signer_of(secret_text(one_of)).key) == str(one_of.key)


def test_a_rewritten_tree_is_not_signed_though_it_is_sound_in_itself(
    database: str, tmp_path: Path
) -> None:
    signer = place_in(tmp_path).signer()
    grow(database, 300)
    publish(database, signer)
    before = note_of(database)
    tamper(
        database,
        "update ledger.entry set body = replace(body, '371502', '371503') where position = 3",
        "update ledger.entry set leaf = sha256('\\x00' || body::bytea) where position = 3",
        "delete from evidence.tile",
        "update evidence.tree set size = 0, frontier = '', root = sha256('')"
        " where algorithm = 'sha256'",
        "update evidence.tree set size = 0, frontier = '', root ="
        " '\\x1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'"
        " where algorithm = 'sm3'",
    )
    grow(database, 10)
    with pytest.raises(IntegrationFault) as refused:
        publish(database, signer)
    assert refused.value.row.kind is FaultKind.SIGNER
    assert note_of(database) == before


def _dying(database: str, home: Path, when: str) -> int:
    told = [sys.executable, "-m", "tests.ledger.integration.dying", database, str(home), when]
    return subprocess.run(told, check=False).returncode


def test_killed_between_the_steps_no_head_is_signed_without_durable_tiles(
    database: str, tmp_path: Path
) -> None:
    place = place_in(tmp_path)
    signed = 0
    for when in ("before", "after", "before", "after", "never"):
        grow(database, 130)
        assert (_dying(database, tmp_path, when) == 0) == (when == "never")
        size = one(database, "select size from evidence.tree where algorithm = 'sha256'")
        last = place.signer().last(WORLD)
        if when == "before":
            assert last.size == signed  # tiles are there, nothing was signed over them
        else:
            assert last == Checkpoint(ORIGIN, size, root_of(database, SHA256, size))
        signed = last.size
        assert integrate(database) == size  # the tree stands as a whole
    assert newest(database).size == newest(database, TWIN).size == 5 * 130


def test_a_write_that_fails_leaves_tree_and_checkpoint_as_they_were(
    database: str, tmp_path: Path
) -> None:
    signer = place_in(tmp_path).signer()
    grow(database, 10)
    publish(database, signer)
    grow(database, 10)
    with psycopg.connect(database, autocommit=True) as connection:
        # The database itself cannot write a tile, as with a full disk.
        connection.execute(
            "alter table evidence.tile add constraint full_disk check (octet_length(hashes) <= 320)"
        )
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(database, signer)
    assert one(database, "select max(size) from evidence.tree") == 10
    assert newest(database).size == signer.last(WORLD).size == 10
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter table evidence.tile drop constraint full_disk")
    publish(database, signer)
    assert newest(database).size == 20
