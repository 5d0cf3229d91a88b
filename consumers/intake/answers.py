"""What senders hear: answers, each under the id of its message; and dead letters, for operators.

    answer        key    the sender's registration
                  value  {"id": …, "status": "granted", "first": …, "last": …}
                         {"id": …, "status": "refused", "position": …, "broken": […]}
                         {"id": …, "status": "waiting", "fault": …, "places": […]}
                         {"id": …, "status": "dropped"}
    dead letter   key    topic/partition/offset
                  value  {"topic", "partition", "offset", "fault", "places", "sender", "digest"}

Both come at least once. An answer is known by sender and id: a later one with the same status says
the same; ``waiting`` may be followed by any other. A dead letter is known by its key. Neither holds
anything of a message but its id: no values, no streams, no key.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from consumers.broker import Message, Record
from consumers.intake.messages import Undecidable
from ledger.application.answers import Answer, Recorded, Refusal, told
from ledger.application.refusing import REASONS_MAX
from ledger.security.senders import Sender

CONTENT_TYPE: Final = b"application/json"
LANGUAGES: Final = ("zh", "en")
BROKEN_BYTES_MAX: Final = 900_000
"""How long the broken rules of an answer are at most; a topic of answers takes 1 MiB a message."""
GRANTED: Final = "granted"
REFUSED: Final = "refused"
DROPPED: Final = "dropped"
"""What a message may be answered for good; counted under these names."""


def answered(sender: Sender, key: str, answer: Answer) -> Message:
    """Return the law's answer as a message."""
    if isinstance(answer, Recorded):
        # No findings: they stand in the entries, and what is given again would lack them.
        return _message(
            sender, {"id": key, "status": GRANTED, "first": answer.first, "last": answer.last}
        )
    return _message(
        sender,
        {
            "id": key,
            "status": REFUSED,
            "position": answer.position,
            "broken": list(_broken(answer)),
        },
    )


def _broken(refusal: Refusal) -> Iterator[dict[str, Any]]:
    """Yield the broken rules, as many as are kept with the refusal and a message has room for."""
    room = BROKEN_BYTES_MAX
    for one in refusal.broken[:REASONS_MAX]:
        said = {lang: told(one, lang) for lang in LANGUAGES}
        whole = {
            "rule": said["zh"]["rule"],
            "clause": said["zh"]["clause"],
            "where": said["zh"]["where"],
            "expected": {lang: said[lang]["expected"] for lang in LANGUAGES},
            "found": {lang: said[lang]["found"] for lang in LANGUAGES},
        }
        room -= len(orjson.dumps(whole))
        if room < 0:
            return
        yield whole


def waits(sender: Sender, key: str, fault: str, places: Sequence[str]) -> Message:
    """Return that a message waits for a person."""
    return _message(
        sender, {"id": key, "status": "waiting", "fault": fault, "places": list(places)}
    )


def given_up(sender: Sender, key: str) -> Message:
    """Return that a message was given up."""
    return _message(sender, {"id": key, "status": DROPPED})


def _message(sender: Sender, body: dict[str, Any]) -> Message:
    headers = (("content-type", CONTENT_TYPE), ("sender", str(sender.id).encode()))
    return Message(str(sender.id).encode(), orjson.dumps(body), headers)


def dead_letter(record: Record, why: Undecidable, digest: bytes) -> Message:
    """Return that a record could not be decided.

    Args:
        record: The record.
        why: Why.
        digest: The keyed digest of its bytes.
    """
    place = f"{record.topic}/{record.partition}/{record.offset}".encode()
    body = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "fault": why.fault,
        "places": list(why.places),
        "sender": None if why.sender is None else str(why.sender.id),
        "digest": digest.hex(),
    }
    return Message(place, orjson.dumps(body), (("content-type", CONTENT_TYPE),))
