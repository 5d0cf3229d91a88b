from hashlib import sha256

import pytest

from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.cosignature import Ed25519Cosigner, MlDsa44Cosigner
from ledger.evidence.errors import Malformed, Refuted
from ledger.evidence.note import Note, Signer, line_of, sign
from ledger.evidence.policy import POLICY_BYTES_MAX, Group, Policy
from ledger.evidence.signers import Ed25519Signer, Sm2Signer
from tests.ledger.evidence.logs import LOG, NOW, ORIGIN, WITNESS

ROOT = sha256(b"root").digest()
TEXT = Checkpoint(ORIGIN, 5, ROOT).text


def witness(name: str) -> Ed25519Cosigner:
    return Ed25519Cosigner(f"{name}.example", sha256(name.encode()).digest())


NAMES = ("x1", "x2", "x3", "y1", "y2", "y3")
WITNESSES = {name: witness(name) for name in NAMES}
LINES = "".join(f"witness {name} {one.key}\n" for name, one in WITNESSES.items())
TWO_GROUPS = f"""\
# three bodies and three others
log {LOG.key} https://ledger.example/audit/

{LINES}
group x 2 x1 x2 x3
\tgroup   y any y1 y2 y3
group both all x y
quorum both
"""


def checkpoint(*names: str) -> bytes:
    cosigners = [WITNESSES[name] for name in names]
    return bytes(sign(TEXT, [LOG, *cosigners], NOW))


def test_a_policy_of_two_groups_is_read() -> None:
    policy = Policy.parse(TWO_GROUPS.encode())

    assert [one.key for one in policy.logs] == [LOG.key]
    assert list(policy.witnesses) == list(NAMES)
    assert policy.groups == {
        "x": Group(2, ("x1", "x2", "x3")),
        "y": Group(1, ("y1", "y2", "y3")),
        "both": Group(2, ("x", "y")),
    }
    assert policy.quorum == "both"
    assert policy.urls == {str(LOG.key): "https://ledger.example/audit/"}


@pytest.mark.parametrize(
    ("names", "is_met"),
    [
        ("x1 x2 y1", True),
        ("x2 x3 y3", True),
        ("x1 x2 x3 y1 y2 y3", True),
        ("x1 y1 y2 y3", False),
        ("x1 x2 x3", False),
        ("y1", False),
        ("", False),
    ],
)
def test_a_checkpoint_is_believed_if_each_group_has_enough(names: str, is_met: bool) -> None:
    policy, data = Policy.parse(TWO_GROUPS.encode()), checkpoint(*names.split())

    if is_met:
        accepted = policy.check(data)
        assert accepted.cosigned == dict.fromkeys(names.split(), NOW)
        assert accepted.signed.checkpoint.size == 5
    else:
        with pytest.raises(Refuted, match="no quorum"):
            policy.check(data)


def test_the_log_alone_is_enough_where_no_quorum_is_asked() -> None:
    policy = Policy.parse(f"log {LOG.key}\nquorum none".encode())

    assert policy.check(checkpoint()).cosigned == {}
    assert policy.check(checkpoint("x1")).cosigned == {}


def test_cosignatures_without_the_log_are_not_enough() -> None:
    policy = Policy.parse(TWO_GROUPS.encode())

    with pytest.raises(Refuted, match="no signature of a known key"):
        policy.check(bytes(sign(TEXT, list(WITNESSES.values()), NOW)))


def test_a_forged_line_of_a_named_witness_condemns_the_checkpoint() -> None:
    policy = Policy.parse(TWO_GROUPS.encode())
    note = Note.parse(checkpoint("x1", "x2", "y1", "y2"))
    forged = note.lines[-1]._replace(signature=note.lines[1].signature)

    with pytest.raises(Refuted, match=r"signature of y2\.example"):
        policy.check(bytes(note.with_lines([forged])))


def test_lines_of_strangers_change_nothing() -> None:
    policy = Policy.parse(TWO_GROUPS.encode())
    stranger = line_of(witness("z"), TEXT, NOW)
    note = Note.parse(checkpoint("x1", "x2", "y1")).with_lines([stranger])

    assert set(policy.check(bytes(note)).cosigned) == {"x1", "x2", "y1"}


def test_a_log_may_have_keys_of_three_kinds_and_a_witness_of_two() -> None:
    sm2, pq = Sm2Signer.generate(ORIGIN), MlDsa44Cosigner(ORIGIN, sha256(b"pq").digest())
    other = MlDsa44Cosigner("witness.example/w1", sha256(b"pq witness").digest())
    policy = Policy.parse(
        f"log {LOG.key}\nlog {sm2.key}\nlog {pq.key}\n"
        f"witness w1 {WITNESS.key}\nwitness w1-pq {other.key}\n"
        "group w1-any any w1 w1-pq\nquorum w1-any\n".encode()
    )

    some: list[list[Signer]] = [[LOG, sm2, pq, WITNESS, other], [sm2, other], [pq, WITNESS]]
    for signers in some:
        accepted = policy.check(bytes(sign(TEXT, signers, NOW)))
        assert len(accepted.signed.signed) + len(accepted.cosigned) == len(signers)


def test_names_are_octets() -> None:
    text = f"log {LOG.key}\nwitness ".encode() + b"\xff\xe4" + f" {WITNESS.key}\n".encode()

    assert Policy.parse(text + b"quorum \xff\xe4\n").is_met_by({"\udcff\udce4"})
    with pytest.raises(Malformed, match="line 3"):
        Policy.parse(text + b"quorum \xff\xe5\n")


LOG_LINE, W1 = f"log {LOG.key}", f"witness w1 {WITNESS.key}"
W2 = f"witness w2 {WITNESSES['x1'].key}"


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([], "one quorum"),
        ([LOG_LINE, W1], "one quorum"),
        ([W1, "quorum w1", "quorum w1"], "line 3.*second quorum"),
        (["quorum none", "quorum none"], "second quorum"),
        (["quorum w1", W1], "line 1.*not defined before"),
        ([W1, "group g any g", "quorum g"], "not defined before"),
        ([W1, "group g any none", "quorum g"], "not defined before"),
        ([W1, "group none any w1", "quorum none"], "taken"),
        ([f"witness none {WITNESS.key}", "quorum none"], "taken"),
        ([W1, W1.replace("w1 ", "w2 ", 1), "quorum w1"], "stands here already"),
        ([W1, W2.replace("w2 ", "w1 ", 1), "quorum w1"], "taken"),
        ([LOG_LINE, LOG_LINE, "quorum none"], "stands here already"),
        ([W1, "group w1 any w1", "quorum w1"], "taken"),
        ([W1, "group g any w1", "group h any w1", "quorum g"], "in a group already"),
        ([W1, "group g any w1 w1", "quorum g"], "in a group already"),
        ([W1, "group g 0 w1", "quorum g"], "nobody is needed"),
        ([W1, "group g 2 w1", "quorum g"], "decimal"),
        ([W1, "group g 01 w1", "quorum g"], "decimal"),
        ([W1, "group g most w1", "quorum g"], "decimal"),
        ([W1, "group g any", "quorum g"], "not a line"),
        ([f"log {WITNESS.key}", "quorum none"], "does not belong here"),
        ([f"witness w {LOG.key}", "quorum none"], "does not belong here"),
        ([f"{LOG_LINE} a b", "quorum none"], "not a line"),
        (["log nonsense", "quorum none"], "not a verifier key"),
        (["mirror m", "quorum none"], "not a line"),
        ([f"{LOG_LINE}\r", "quorum none"], "control character"),
        (["quorum none\x0c"], "control character"),
        (["quorum none # not a comment"], "not a line"),
    ],
)
def test_a_policy_out_of_form_is_refused_with_its_line(lines: list[str], what: str) -> None:
    with pytest.raises(Malformed, match=what):
        Policy.parse("\n".join(lines).encode())


def test_a_policy_of_32_logs_witnesses_and_groups_is_read_and_one_too_large_is_not() -> None:
    logs = [
        f"log {Ed25519Signer(f'l{n}.example', sha256(b'l%d' % n).digest()).key}" for n in range(32)
    ]
    many = [f"witness w{n} {witness(f'w{n}').key}" for n in range(32)]
    groups = [f"group g{n} all w{n}" for n in range(32)]
    text = "\n".join([*logs, *many, *groups, "quorum g31"]).encode()

    assert Policy.parse(text).is_met_by({"w31"})
    with pytest.raises(Malformed, match="at most"):
        Policy.parse(b"#" * POLICY_BYTES_MAX + text)
