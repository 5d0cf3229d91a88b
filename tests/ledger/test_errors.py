import pickle

import pytest

from aggregates.language import Message
from ledger.errors import Conflict, Failure, Fault, Misconfigured


def test_a_failure_says_what_is_wrong_and_how_to_mend_it_in_either_language() -> None:
    failure = Misconfigured(Message("错", "wrong"), mend=Message("改", "mend"))
    assert failure.text("zh") == "错\n改"
    assert failure.text("en") == "wrong\nmend"
    assert str(failure) == "错\n改\nwrong\nmend"


def test_a_failure_without_a_remedy_is_one_line() -> None:
    assert Fault(Message("错", "wrong")).text("en") == "wrong"


@pytest.mark.parametrize("kind", [Conflict, Fault, Misconfigured])
def test_a_failure_survives_the_way_from_another_process(kind: type[Failure]) -> None:
    failure = kind(Message("错", "wrong"), mend=Message("改", "mend"))
    back = pickle.loads(pickle.dumps(failure))  # noqa: S301 - what was just written
    assert type(back) is kind
    assert (back.message, back.mend) == (failure.message, failure.mend)


def test_the_three_kinds_end_a_command_differently() -> None:
    assert len({kind.exit_code for kind in (Conflict, Fault, Misconfigured)}) == 3
