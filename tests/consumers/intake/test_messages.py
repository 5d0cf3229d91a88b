"""A record as a message: nothing of who one is is taken from it but what is signed for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from aggregates.decisions import Broken, Unmet
from aggregates.ids import derived_id
from aggregates.language import Message
from consumers.broker import Record
from consumers.intake import messages
from consumers.intake.answers import answered
from consumers.intake.messages import Undecidable, incoming, proved, signed_text, topic_of
from ledger.application.answers import Refusal
from ledger.application.naming import code_title
from ledger.security.senders import Sender

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ONE = derived_id("registration", 1)
VALUE = orjson.dumps({"command": "register-recording", "key": "m-1", "data": {"role": "CITY_HR"}})
TOPIC = topic_of("attendance")
SENDERS = {
    ONE: Sender(
        id=ONE,
        kind="attendance",
        label="gate 1",
        public_key=KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        role="CLASS_HEAD",
        org="",
        county="371502",
        institution=derived_id("institution", 1),
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
        revoked_at=None,
    )
}


def record(
    value: bytes | None = VALUE,
    *,
    key: bytes = b"class 5",
    topic: str = TOPIC,
    sender: bytes = str(ONE).encode(),
    signed: tuple[str, bytes, bytes] | None = None,
) -> Record:
    signature = KEY.sign(signed_text(*(signed or (topic, key, value or b""))))
    headers = {"sender": sender, "signature": signature, "role": b"CITY_HR"}
    return Record(topic, 0, 7, key, value, headers, list(headers.items()))


def fault(one: Record, now: datetime = NOW, senders: dict[UUID, Sender] = SENDERS) -> str:
    with pytest.raises(Undecidable) as found:
        incoming(one, proved(one, senders, now))
    return found.value.fault


def test_a_message_is_a_command_under_its_id_in_the_name_of_its_sender() -> None:
    read = incoming(record(), proved(record(), SENDERS, NOW))

    assert (read.ask.command, read.ask.key, read.ask.channel) == (
        "register-recording",
        "m-1",
        "device",
    )
    assert read.ask.once
    assert not read.ask.as_facts
    assert read.sender.caller.role == "CLASS_HEAD"


@pytest.mark.parametrize(
    "signed",
    [
        (topic_of("bank"), b"class 5", VALUE),
        (TOPIC, b"class 6", VALUE),
        (TOPIC, b"class 5", VALUE + b" "),
        (TOPIC, b"class 5\n", VALUE),
    ],
    ids=["topic", "key", "value", "key's end"],
)
def test_a_signature_holds_for_one_topic_key_and_value(signed: tuple[str, bytes, bytes]) -> None:
    assert fault(record(signed=signed)) == "BAD_SIGNATURE"


def test_who_is_not_proved_or_may_not_send_any_more_is_told_apart() -> None:
    assert fault(record(sender=b"gate 1")) == "NO_SENDER"
    assert fault(record(sender=b"\xff")) == "NO_SENDER"
    assert fault(record(), senders={}) == "UNKNOWN_SENDER"
    assert fault(record(), now=NOW + timedelta(days=1)) == "SENDER_EXPIRED"
    assert fault(record(topic=topic_of("bank"))) == "OTHER_TOPIC"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "NO_MESSAGE"),
        (b"", "NO_MESSAGE"),
        (b"[]", "NO_MESSAGE"),
        (b'{"command": "register-recording", "data": {}}', "NO_ID"),
        (b'{"command": "register-recording", "key": "", "data": {}}', "NO_MESSAGE"),
        (b'{"command": "register-recording", "key": "1", "data": {}, "as": 1}', "NO_MESSAGE"),
        (b'{"command": "approve-class-filing", "key": "1", "data": {}}', "NOT_ITS_COMMAND"),
        (b'{"command": "confirm-payment", "key": "1", "data": {}}', "NOT_ITS_COMMAND"),
    ],
)
def test_what_is_no_message_of_its_kind_is_told_by_a_code(
    value: bytes | None, expected: str
) -> None:
    assert fault(record(value)) == expected


def test_a_message_without_a_key_is_about_nothing() -> None:
    assert fault(record(key=b"")) == "NO_KEY"


def test_an_answer_with_more_broken_rules_than_a_message_holds_is_cut_to_what_fits() -> None:
    text = Message("一" * 500, "one" * 200)
    refusal = Refusal(tuple(Broken("FIL-01", Unmet(text, text, "x")) for _ in range(3_000)), (), 7)

    told = answered(SENDERS[ONE], "m-1", refusal)

    assert len(told.value) < 1_000_000
    assert 100 < len(orjson.loads(told.value)["broken"]) <= 200


def test_every_reason_for_which_a_message_waits_is_told_in_words() -> None:
    codes = {
        value
        for name, value in vars(messages).items()
        if name.isupper() and isinstance(value, str) and value == name
    }
    assert {"NO_KEY", "BAD_DATA", "ERASED", "UNEXPECTED"} <= codes
    assert {one for one in codes if code_title("fault", one) is None} == set()
