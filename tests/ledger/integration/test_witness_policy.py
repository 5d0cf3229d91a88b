"""The policy of witnesses is taken up when its file changes, and a bad one never."""

from pathlib import Path

import pytest

from ledger.errors import Misconfigured
from ledger.evidence.cosignature import Ed25519Cosigner
from ledger.integration.vouching import Vouching
from ledger.integration.witness_policy import WitnessPolicy
from tests.ledger.integration.witnessing import policy_lines

ONE = str(Ed25519Cosigner("one.example/w1", b"1" * 32).key)
TWO = str(Ed25519Cosigner("two.example/w1", b"2" * 32).key)
FIRST = policy_lines("all", one=(ONE, "http://one.example"))
SECOND = policy_lines("all", one=(ONE, "http://one.example"), two=(TWO, "http://two.example"))


def written(file: Path, text: str) -> None:
    """Put a file in the place of the one that is there, as an editor does."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


def test_what_was_written_counts_from_the_next_look_on(tmp_path: Path) -> None:
    file = tmp_path / "witness.policy"
    policy = WitnessPolicy(Vouching(file))
    assert policy() == (None, "quorum none\n", None)
    written(file, FIRST)
    first = policy()
    assert first.policy is not None
    assert (set(first.policy.witnesses), first.lines) == ({"one"}, FIRST)
    written(file, SECOND)
    second = policy()
    assert second.policy is not None
    assert (set(second.policy.witnesses), second.lines) == ({"one", "two"}, SECOND)
    written(file, SECOND)  # the same once more: nobody begins anew for it
    assert policy().policy is second.policy
    written(file, "quorum none\n")
    assert policy()[1:] == ("quorum none\n", None)


@pytest.mark.parametrize(
    "bad",
    ["witness nobody\n", FIRST + FIRST, f"witness one {ONE}\nquorum one\n", "\0", ""],
    ids=["line", "twice", "no address", "no text", "empty"],
)
def test_a_bad_one_changes_nothing_and_is_told_until_it_is_mended(bad: str, tmp_path: Path) -> None:
    file = tmp_path / "witness.policy"
    file.write_text(FIRST)
    policy = WitnessPolicy(Vouching(file))
    before = policy()
    written(file, bad)
    for _ in range(2):
        held = policy()
        assert (held.policy, held.lines) == (before.policy, FIRST)
        assert held.fault is not None
        assert str(tmp_path) not in held.fault.zh + held.fault.en
    written(file, SECOND)
    assert policy().lines == SECOND
    assert policy().fault is None
    written(file, bad)
    with pytest.raises(Misconfigured):
        WitnessPolicy(Vouching(file))


def test_a_file_that_is_gone_does_not_take_the_witnesses_away(tmp_path: Path) -> None:
    file = tmp_path / "witness.policy"
    file.write_text(FIRST)
    policy = WitnessPolicy(Vouching(file))
    file.unlink()
    held = policy()
    assert held.lines == FIRST
    assert held.fault is not None
    assert "quorum none" in held.fault.en
    file.write_text(FIRST)
    assert policy().fault is None
