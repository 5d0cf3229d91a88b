"""What may be recorded of the log's renewals, and after which other."""

from datetime import date
from typing import Any

import pytest

from aggregates.decisions import Channel, Command
from aggregates.facts import Fact
from aggregates.renewal.commands import RecordRenewal
from aggregates.renewal.facts import RootsRenewed
from aggregates.renewal.state import RENEWALS, renewals_id
from tests.aggregates.harness import Happened, Outcome, given, happened

LOG = "ledger.example/county"
ONE, TWO, OTHER = "1" * 64, "2" * 64, "f" * 64
ROOTS: dict[str, Any] = {
    "log": LOG,
    "sha256_root": "a" * 64,
    "sm3_root": "b" * 64,
    "time_stamped": True,
}
FIRST = RootsRenewed(on=date(2031, 11, 27), size=900, digest=ONE, **ROOTS)
RENEW = RecordRenewal(on=date(2031, 11, 27), size=900, digest=ONE, **ROOTS)
AGAIN = RecordRenewal(on=date(2032, 11, 26), size=950, digest=TWO, before=ONE, **ROOTS)


def kept(fact: Fact, channel: str = "inner") -> Happened:
    return happened("2031-11-27", RENEWALS, renewals_id(LOG), fact, channel=channel)


def when(command: Command, *story: Happened, channel: Channel = "inner") -> Outcome:
    return given(*story).when(command, now="2032-11-26", role="KEY_KEEPER", channel=channel)


def test_a_renewal_follows_the_one_on_record() -> None:
    assert when(RENEW).fact(RootsRenewed) == FIRST
    second = when(AGAIN, kept(FIRST)).fact(RootsRenewed)
    assert (second.before, second.size) == (FIRST.digest, 950)


@pytest.mark.parametrize("before", [None, OTHER])
def test_none_is_begun_anew_or_put_after_another(before: str | None) -> None:
    anew = RecordRenewal(on=date(2032, 11, 26), size=950, digest=TWO, before=before, **ROOTS)
    when(anew, kept(FIRST)).then_refused("LIFECYCLE")
    # Of before the log spoke of renewals any may come first; what was imported is not its word.
    assert when(anew, kept(FIRST, "migration")).granted()


def test_a_log_does_not_become_smaller() -> None:
    smaller = RecordRenewal(on=date(2032, 11, 26), size=899, digest=TWO, before=ONE, **ROOTS)
    when(smaller, kept(FIRST)).then_refused("LIFECYCLE")


@pytest.mark.parametrize("channel", ["outer", "api", "import", "timer"])
def test_only_where_the_keys_are_is_it_recorded(channel: Channel) -> None:
    when(RENEW, channel=channel).then_refused("LIFECYCLE")
