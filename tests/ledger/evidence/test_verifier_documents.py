"""Of notes, policies and receipts too the two implementations believe the same."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.evidence.errors import Malformed, Unproven
from ledger.evidence.hashes import SHA256
from ledger.evidence.policy import Policy
from ledger.evidence.receipt import Receipt
from ledger.evidence.verifier.documents import check_receipt
from ledger.evidence.verifier.notes import believed, is_quorum, policy_of
from ledger.evidence.verifier.telling import Bad, Said
from tests.ledger.evidence.auditing import ENTRIES, proven
from tests.ledger.evidence.logs import LOG, POLICY, POLICY_TEXT, WITNESS, signed_log
from tests.ledger.evidence.test_policy import TWO_GROUPS

LOG_FILES = signed_log(ENTRIES)
CHECKPOINT = LOG_FILES.files["checkpoint"]
RECEIPT = bytes(Receipt(41, tuple(proven(41, LOG_FILES).path), CHECKPOINT, b"extra"))
SECOND = policy_of(POLICY_TEXT.encode())
QUIET = Said(aloud=False)


def touched(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data) - 1))
    how = draw(st.sampled_from(["flip", "drop", "add", "cut", "twice"]))
    other = bytes([draw(st.integers(0, 255))])
    return {
        "flip": data[:at] + bytes([data[at] ^ (other[0] or 1)]) + data[at + 1 :],
        "drop": data[:at] + data[at + 1 :],
        "add": data[:at] + other + data[at:],
        "cut": data[:at],
        "twice": data[:at] + data,
    }[how]


@st.composite
def notes(draw: st.DrawFn) -> bytes:
    return touched(draw, CHECKPOINT)


@st.composite
def receipts(draw: st.DrawFn) -> bytes:
    return touched(draw, RECEIPT)


@st.composite
def policies(draw: st.DrawFn) -> bytes:
    lines = TWO_GROUPS.splitlines()
    match draw(st.sampled_from(["mix", "drop", "twice", "touch"])):
        case "mix":
            lines = draw(st.permutations(lines))
        case "drop":
            del lines[draw(st.integers(0, len(lines) - 1))]
        case "twice":
            lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(lines)))
        case _:
            return touched(draw, TWO_GROUPS.encode())
    return "\n".join(lines).encode()


@settings(max_examples=150)
@given(notes())
@example(CHECKPOINT)
def test_both_believe_the_same_checkpoints(data: bytes) -> None:
    try:
        POLICY.check(data)
    except Unproven:
        with pytest.raises(Bad):
            believed(data, SECOND, QUIET)
    else:
        assert believed(data, SECOND, QUIET).size == len(ENTRIES)


@settings(max_examples=150)
@given(receipts(), st.sampled_from([41, 41, 41, 40]))
@example(RECEIPT, 41)
def test_both_believe_the_same_receipts(data: bytes, index: int) -> None:
    entry = ENTRIES[index]
    try:
        Receipt.parse(data).check(SHA256.leaf(entry), POLICY)
    except Unproven:
        with pytest.raises(Bad):
            check_receipt(data, entry, SECOND, QUIET)
    else:
        assert check_receipt(data, entry, SECOND, QUIET) == index


@settings(max_examples=400)
@given(policies(), st.sets(st.sampled_from(["x1", "x2", "x3", "y1", "y2", "y3"])))
def test_both_read_the_same_policies(data: bytes, names: set[str]) -> None:
    try:
        first = Policy.parse(data)
    except Malformed:
        with pytest.raises(Bad):
            policy_of(data)
    else:
        second = policy_of(data)
        assert is_quorum(second, second.quorum, names) == first.is_met_by(names)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log {LOG.key}",
        "quorum none\nquorum none",
        f"witness none {WITNESS.key}\nquorum none",
        f"witness w {WITNESS.key}\ngroup g 2 w\nquorum g",
        f"witness w {WITNESS.key}\ngroup g any w w\nquorum g",
        f"witness w {WITNESS.key}\ngroup g any w\ngroup h any w\nquorum g",
        f"group g any w\nwitness w {WITNESS.key}\nquorum g",
        f"quorum w\nwitness w {WITNESS.key}",
        "log nonsense\nquorum none",
        "mirror m\nquorum none",
        f"log {str(LOG.key)[:-4]}\nquorum none",
        f"log {LOG.key}\nlog {LOG.key}\nquorum none",
        f"log {WITNESS.key}\nquorum none",
        f"witness w {LOG.key}\nquorum w",
        f"witness w {WITNESS.key}\nwitness v {WITNESS.key}\nquorum w",
        f"witness w {WITNESS.key}\nwitness w {WITNESS.key}\nquorum w",
        f"witness w {WITNESS.key}\ngroup g any none\nquorum g",
        f"witness w {WITNESS.key}\ngroup none any w\nquorum none",
        "quorum none\r",
        "# \x07\nquorum none",
    ],
    ids=range(21),
)
def test_neither_reads_a_policy_out_of_form(text: str) -> None:
    with pytest.raises(Malformed):
        Policy.parse(text.encode())
    with pytest.raises(Bad):
        policy_of(text.encode())
