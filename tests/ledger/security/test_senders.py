"""Who may send from outside: registered with a key, for a while, for what its kind is for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import aggregates.catalogue
from aggregates.decisions import COMMANDS
from aggregates.ids import derived_id
from ledger.security.senders import (
    KINDS,
    BadSender,
    Sender,
    key_of,
    listed,
    register,
    renew,
    revoke,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
ONE = derived_id("registration", 1)
SCHOOL = derived_id("institution", 1)


def add(database: str, **changes: Any) -> Sender:  # noqa: ANN401 - what a sender is
    told: dict[str, Any] = {
        "one": ONE,
        "kind": "attendance",
        "label": "gate 1",
        "public_key": PEM,
        "role": "CLASS_HEAD",
        "now": NOW,
        "days": 30,
        "institution": SCHOOL,
        **changes,
    }
    with psycopg.connect(database, autocommit=True) as connection:
        register(connection, **told)
        return listed(connection)[0]


def test_a_sender_is_kept_with_its_key_and_acts_as_it_is_registered(database: str) -> None:
    sender = add(database, org="SCHOOL-1", county="371502")

    assert sender.signed(KEY.sign(b"text"), b"text")
    assert not sender.signed(KEY.sign(b"text"), b"other")
    assert not sender.signed(b"", b"text")
    caller = sender.caller
    assert (caller.role, caller.org, caller.county) == ("CLASS_HEAD", "SCHOOL-1", "371502")
    assert caller.institution == SCHOOL


def test_a_registration_ends_with_its_time_or_before(database: str) -> None:
    sender = add(database)
    assert sender.holds(NOW + timedelta(days=29))
    assert not sender.holds(NOW + timedelta(days=30))

    with psycopg.connect(database, autocommit=True) as connection:
        assert revoke(connection, ONE, NOW)
        assert not revoke(connection, ONE, NOW)
        assert not listed(connection)[0].holds(NOW)


def test_a_registration_that_is_over_can_be_renewed_but_not_one_that_was_revoked(
    database: str,
) -> None:
    add(database)
    later = NOW + timedelta(days=40)
    with psycopg.connect(database, autocommit=True) as connection:
        assert not listed(connection)[0].holds(later)
        assert renew(connection, ONE, later, 10)
        assert listed(connection)[0].holds(later)
        with pytest.raises(BadSender):
            renew(connection, ONE, later, 0)

        revoke(connection, ONE, later)
        assert not renew(connection, ONE, later, 10)
        assert not listed(connection)[0].holds(later)


def test_a_sender_that_is_registered_anew_with_another_key_is_the_same_one(database: str) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    first = add(database)
    second = add(database, one=derived_id("registration", 2), public_key=pem, now=NOW)

    assert first.id != second.id or first.public_key != second.public_key
    assert first.caller == second.caller


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"kind": "fax"}, "no kind fax"),
        ({"role": "COUNTY_HR", "institution": None}, "roles of attendance devices"),
        ({"institution": None}, "names one"),
        ({"kind": "bank", "role": "FINANCE"}, "no other role does"),
        ({"county": "3715"}, "six digits"),
        ({"label": " gate"}, "visible characters"),
        ({"days": 0}, "days are possible"),
        ({"public_key": b"hunter2"}, "Ed25519"),
    ],
)
def test_what_does_not_fit_is_refused(database: str, changes: dict[str, Any], match: str) -> None:
    with pytest.raises(BadSender, match=match) as refused:
        add(database, **changes)
    assert "hunter2" not in str(refused.value)


def test_a_key_of_another_kind_is_no_key() -> None:
    other = X25519PrivateKey.generate().public_key()

    with pytest.raises(BadSender):
        key_of(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_command_of_a_kind_is_one_that_some_role_of_it_may_give(kind: Any) -> None:  # noqa: ANN401 - a kind
    aggregates.catalogue.load()
    for name in kind.commands:
        assert kind.roles & set(COMMANDS[name].roles), name


def test_a_bank_tells_what_it_paid_and_decides_nothing() -> None:
    assert KINDS["bank"].commands == {"confirm-payment", "record-payment-failure"}
    assert all(
        not name.startswith(("decide", "order", "approve")) for name in KINDS["bank"].commands
    )
