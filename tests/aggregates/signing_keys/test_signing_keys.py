"""What may be recorded of the log's signing keys, and by whom."""

from typing import Any

import pytest

from aggregates.decisions import Channel, Command
from aggregates.facts import Fact
from aggregates.signing_keys.commands import (
    IntroducePromiseKey,
    IntroduceSigningKey,
    RecordSigningKeysBackup,
    RetirePromiseKey,
    RetireSigningKey,
    RevokePromiseKey,
    RevokeSigningKey,
)
from aggregates.signing_keys.facts import (
    PromiseKeyIntroduced,
    PromiseKeyRetired,
    PromiseKeyRevoked,
    SigningKeyIntroduced,
    SigningKeyRetired,
    SigningKeyRevoked,
    SigningKeysBackedUp,
)
from aggregates.signing_keys.state import SIGNING_KEYS, signing_keys_id
from tests.aggregates.harness import Happened, Outcome, given, happened

LOG = "ledger.example/county"
VKEY = "ledger.example/county+e082d0c5+AYA2RecPGNxXoZpN/zavqhVNggiDjZOCtOZBelmQnAQX"
ABOUT: dict[str, Any] = {"log": LOG, "tree": "sha256", "vkey": VKEY, "key_id": "e082d0c5"}
INTRODUCED = SigningKeyIntroduced(algorithm="ed25519", first_size=0, **ABOUT)
RETIRED = SigningKeyRetired(last_size=900, **ABOUT)
REVOKED = SigningKeyRevoked(last_size=500, ground="COMPROMISED", **ABOUT)
INTRODUCE = IntroduceSigningKey(algorithm="ed25519", first_size=0, **ABOUT)
RETIRE = RetireSigningKey(last_size=900, **ABOUT)
REVOKE = RevokeSigningKey(last_size=500, ground="COMPROMISED", document="X-1", **ABOUT)
PROMISE_VKEY = VKEY.replace("/county+", "/county/promise+")
PROMISING: dict[str, Any] = {"log": LOG, "vkey": PROMISE_VKEY, "key_id": "e082d0c5"}
BEGAN = PromiseKeyIntroduced(algorithm="ed25519", **PROMISING)
ENDED = PromiseKeyRetired(last_position=900, **PROMISING)
STOLEN = PromiseKeyRevoked(last_position=500, ground="COMPROMISED", **PROMISING)
BEGIN = IntroducePromiseKey(algorithm="ed25519", **PROMISING)
END = RetirePromiseKey(last_position=900, **PROMISING)
DISTRUST = RevokePromiseKey(last_position=500, ground="COMPROMISED", **PROMISING)
BACKUP = RecordSigningKeysBackup(log=LOG, key_ids=("e082d0c5",), with_vault=True, digest="0" * 64)


def kept(fact: Fact, channel: str = "inner") -> Happened:
    return happened("2026-01-05", SIGNING_KEYS, signing_keys_id(LOG), fact, channel=channel)


def when(command: Command, *story: Happened, channel: Channel = "inner") -> Outcome:
    return given(*story).when(command, now="2026-02-01", role="KEY_KEEPER", channel=channel)


def test_a_key_is_introduced_retired_and_revoked_in_one_stream() -> None:
    assert when(INTRODUCE).fact(SigningKeyIntroduced) == INTRODUCED
    assert when(RETIRE, kept(INTRODUCED)).fact(SigningKeyRetired).last_size == 900
    revoked = when(REVOKE, kept(INTRODUCED)).fact(SigningKeyRevoked)
    assert (revoked.last_size, revoked.document) == (500, "X-1")
    assert when(BACKUP).fact(SigningKeysBackedUp).with_vault
    ids = {new.id for command in (INTRODUCE, RETIRE, REVOKE) for new in when(command).granted()}
    assert ids == {signing_keys_id(LOG)}


def test_a_key_of_promises_has_facts_of_its_own_in_the_same_stream() -> None:
    assert when(BEGIN).fact(PromiseKeyIntroduced) == BEGAN
    assert when(END, kept(BEGAN)).fact(PromiseKeyRetired) == ENDED
    assert when(DISTRUST, kept(BEGAN), kept(ENDED)).fact(PromiseKeyRevoked) == STOLEN
    ids = {new.id for command in (BEGIN, END, DISTRUST) for new in when(command).granted()}
    assert ids == {signing_keys_id(LOG)}
    assert when(BEGIN, kept(INTRODUCED)).granted()
    when(BEGIN, kept(BEGAN)).then_refused("LIFECYCLE")
    when(END, kept(BEGAN), kept(ENDED)).then_refused("LIFECYCLE")
    when(DISTRUST, kept(STOLEN)).then_refused("LIFECYCLE")


@pytest.mark.parametrize("story", [(INTRODUCED,), (INTRODUCED, RETIRED), (REVOKED,)])
def test_a_key_begins_once(story: tuple[Fact, ...]) -> None:
    when(INTRODUCE, *map(kept, story)).then_refused("LIFECYCLE")


@pytest.mark.parametrize("story", [(INTRODUCED, RETIRED), (INTRODUCED, REVOKED)])
def test_a_key_whose_service_has_ended_is_not_retired_again(story: tuple[Fact, ...]) -> None:
    when(RETIRE, *map(kept, story)).then_refused("LIFECYCLE")


def test_a_key_is_revoked_once_also_after_its_service_and_also_one_of_before_the_records() -> None:
    assert when(REVOKE).granted()
    assert when(REVOKE, kept(INTRODUCED), kept(RETIRED)).granted()
    when(REVOKE, kept(INTRODUCED), kept(REVOKED)).then_refused("LIFECYCLE")


@pytest.mark.parametrize("command", [INTRODUCE, RETIRE, REVOKE, BACKUP, BEGIN, END, DISTRUST])
@pytest.mark.parametrize("channel", ["outer", "api", "import", "timer"])
def test_only_where_the_keys_are_is_it_recorded(command: Command, channel: Channel) -> None:
    when(command, channel=channel).then_refused("LIFECYCLE")


def test_what_was_imported_about_keys_changes_nothing() -> None:
    assert when(INTRODUCE, kept(REVOKED, "migration"), kept(INTRODUCED, "import")).granted()
