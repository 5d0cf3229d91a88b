"""Keys that count for some sizes only, said by both verifiers alike."""

from hashlib import sha256

import pytest

from ledger.evidence.audit import audit
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.findings import Kind
from ledger.evidence.note import Signer, sign
from ledger.evidence.policy import Policy
from ledger.evidence.signers import Ed25519Signer
from ledger.evidence.validity import KeyState, Outlived, Validity, named
from ledger.evidence.verifier.notes import believed, policy_of
from ledger.evidence.verifier.telling import Bad, Said
from tests.ledger.evidence.logs import NOW, ORIGIN, entries, signed_log

OLD, NEW = (Ed25519Signer(ORIGIN, bytes([n]) * 32) for n in (1, 2))
BOTH = f"log {OLD.key}\nlog {NEW.key}\n"


def limited(signer: Signer, first: int, last: int | None, state: KeyState) -> str:
    return Validity(first, last, state).line(signer.key)


RETIRED = BOTH + limited(OLD, 0, 100, KeyState.RETIRED) + limited(NEW, 90, None, KeyState.CURRENT)
REVOKED = BOTH + limited(OLD, 0, 100, KeyState.REVOKED) + limited(NEW, 90, None, KeyState.CURRENT)
END = "quorum none\n"


def note(size: int, *signers: Signer) -> bytes:
    return bytes(sign(Checkpoint(ORIGIN, size, sha256(b"root").digest()).text, signers, NOW))


def is_believed(lines: str, data: bytes) -> bool:
    """Ask both verifiers, which have to agree."""
    text = (lines + END).encode()
    try:
        Policy.parse(text).check(data)
        ours = True
    except Refuted:
        ours = False
    try:
        believed(data, policy_of(text), Said(aloud=False))
        theirs = True
    except Bad:
        theirs = False
    assert ours == theirs
    return ours


@pytest.mark.parametrize("lines", [RETIRED, REVOKED], ids=["retired", "revoked"])
@pytest.mark.parametrize(
    ("size", "signers", "expected"),
    [
        (100, (OLD,), True),
        (101, (OLD,), False),
        (101, (OLD, NEW), True),
        (101, (NEW,), True),
        (95, (OLD, NEW), True),
        (90, (NEW,), True),
        (89, (NEW,), False),
        (0, (OLD,), True),
    ],
)
def test_a_signature_counts_where_its_key_does(
    lines: str, size: int, signers: tuple[Signer, ...], expected: bool
) -> None:
    assert is_believed(lines, note(size, *signers)) is expected


def test_a_key_that_was_revoked_is_named_with_what_it_signed() -> None:
    with pytest.raises(Outlived, match=r"\(revoked\) does not count at size 101, but up to 100"):
        Policy.parse((REVOKED + END).encode()).check(note(101, OLD))
    accepted = Policy.parse((REVOKED + END).encode()).check(note(101, OLD, NEW))
    assert accepted.outlived == (named(OLD.key.name, OLD.key.key_id),)
    assert [line.key_id for line in accepted.signed.signed] == [NEW.key.key_id]


def test_the_single_file_verifier_names_the_key_too(capsys: pytest.CaptureFixture[str]) -> None:
    policy = policy_of((REVOKED + END).encode())
    with pytest.raises(Bad, match=OLD.key.key_id.hex()):
        believed(note(101, OLD), policy, Said(aloud=False))
    believed(note(101, OLD, NEW), policy, Said())
    assert f"{OLD.key.key_id.hex()}（已吊销）" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "kind"),
    [(RETIRED, Kind.UNSIGNED), (REVOKED, Kind.REVOKED)],
    ids=["retired", "revoked"],
)
def test_an_audit_names_the_key_that_signed_after_its_time(lines: str, kind: Kind) -> None:
    log = signed_log(entries(120), signers=[OLD])
    finding = audit(log, Policy.parse((lines + END).encode())).finding
    assert finding is not None
    assert (finding.kind, finding.key) == (kind, named(OLD.key.name, OLD.key.key_id))
    assert OLD.key.key_id.hex() in finding.text("zh")
    assert audit(log, Policy.parse((BOTH + END).encode())).is_clean


@pytest.mark.parametrize(
    "line",
    [
        "#valid",
        "#valid x 0 - current",
        f"#valid {named(OLD.key.name, OLD.key.key_id)} 0 - gone",
        f"#valid {named(OLD.key.name, OLD.key.key_id)} 00 - current",
        f"#valid {named(OLD.key.name, OLD.key.key_id)} 0 -1 current",
        f"#valid {named(OLD.key.name, OLD.key.key_id)} 0 -",
        "#valid somebody.example+00000000 0 - current",
        limited(OLD, 0, 5, KeyState.RETIRED) + limited(OLD, 0, 6, KeyState.RETIRED),
    ],
)
def test_a_validity_out_of_form_is_refused_by_both(line: str) -> None:
    text = f"{BOTH}{line.rstrip()}\n{END}".encode()
    with pytest.raises(Malformed):
        Policy.parse(text)
    with pytest.raises(Bad):
        policy_of(text)


def test_other_comments_say_nothing() -> None:
    text = (BOTH + "# valid until we say so\n#validity 1\n" + END).encode()
    assert Policy.parse(text).valid == {}
    assert policy_of(text).valid == {}
