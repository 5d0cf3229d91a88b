"""What waits: counted by what became of it, sealed for itself, and ended with whom it names."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import orjson
import pytest

from aggregates.ids import derived_id
from consumers.intake import keeping
from consumers.intake.messages import DEAD_LETTERS
from consumers.intake.sealing import Safe
from ledger.application.progress import TakenIn, metrics_of, progress_in
from ledger.clock import SystemClock
from ledger.vault.erasing import erase, readmit
from ledger.vault.keys import SeededKeyring
from tests.consumers.brokers import Kafka
from tests.consumers.intake.sending import (
    Sender,
    answers,
    class_of,
    entries_after,
    opened,
    read,
    recording,
    send,
    take,
)
from tests.consumers.intake.test_intake import drop, mend
from tests.consumers.worlds import connected, head

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("topics")]
NUMBER = "371502199001011234"
TOPIC = "intake.attendance.v1"


def listed(ledger: str) -> dict[int, str]:
    """Return why each message waits, by its number."""
    with connected(ledger) as connection:
        rows = connection.execute("select number, fault from intake.listed order by number")
        return dict(rows.fetchall())


def taken_in(ledger: str) -> TakenIn:
    with connected(ledger) as connection:
        (found,) = progress_in(connection).taken_in
    return found


def person() -> UUID:
    return SeededKeyring("test").pseudonym(NUMBER)


def erased(ledger: str, owners: Sequence[UUID]) -> None:
    """Destroy what lies in the vault of somebody, as an erasure does."""

    async def work() -> None:
        async with opened(ledger) as held, held.pool.connection() as connection:
            await erase(connection, held.data_keys, owners, at=SystemClock().now())

    asyncio.run(work())


def readable(ledger: str) -> list[int]:
    """Return the numbers of the messages that can be opened with all keys of the installation."""

    async def work() -> list[int]:
        safe = Safe(SeededKeyring("test"))
        async with opened(ledger) as held, held.pool.connection() as connection:
            waiting = [await keeping.numbered(connection, number) for number in listed(ledger)]
        return [one.number for one in waiting if one and safe.open(one) is not None]

    return asyncio.run(work())


def left_in_vault(ledger: str) -> int:
    """Return how many keys and links of messages there are."""
    with connected(ledger) as connection:
        row = connection.execute(
            "select (select count(*) from vault.sealed_link where kind = 'payload')"
            " + (select count(*) from vault.data_key join intake.waiting using (owner))"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_messages_are_counted_by_what_became_of_them_and_those_that_come_again_wait_once(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    sent = [
        device.message("a", f"{group}-1", recording(class_of(5))),
        device.message("b", f"{group}-2", recording(class_of(5), ends="09:00")),
        device.signed(b"c", b"no message"),
        device.message("c", f"{group}-3", recording(class_of(5))),
        device.message("d", f"{group}-4", recording(class_of(5), more=1)),
    ]
    send(kafka.cluster, "attendance", sent)
    take(ledger, kafka, group)

    found = taken_in(ledger)
    assert found.answers == {"granted": 1, "refused": 1, "dropped": 0}
    assert found.waits == {"NO_MESSAGE": 1, "": 1, "BAD_DATA": 1}
    assert found.dead_letters == {"NO_MESSAGE": 1, "BAD_DATA": 1}
    assert (found.waiting, found.unread) == (3, 0)
    assert found.looked is not None
    assert found.looked < 60

    first = min(listed(ledger))
    mend(ledger, kafka)
    drop(ledger, kafka, first)
    found = taken_in(ledger)
    assert found.answers == {"granted": 2, "refused": 1, "dropped": 1}
    assert found.waits == {"BAD_DATA": 1}
    assert found.dead_letters == {"NO_MESSAGE": 1, "BAD_DATA": 1}
    with connected(ledger) as connection:
        told = metrics_of(progress_in(connection))
    for line in (
        f'mingzhang_intake_answers_total{{topic="{TOPIC}",status="granted"}} 2',
        f'mingzhang_intake_answers_total{{topic="{TOPIC}",status="dropped"}} 1',
        f'mingzhang_intake_dead_letters_total{{topic="{TOPIC}",fault="NO_MESSAGE"}} 1',
        f'mingzhang_intake_waiting_by_fault{{topic="{TOPIC}",fault="BAD_DATA"}} 1',
        f'mingzhang_intake_waiting_messages{{topic="{TOPIC}"}} 1',
        "# TYPE mingzhang_intake_answers_total counter",
    ):
        assert line in told.splitlines()


def test_what_is_read_again_is_not_a_dead_letter_twice(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    send(kafka.cluster, "attendance", [device.signed(b"c", b"no message")])
    take(ledger, kafka, group)
    with connected(ledger) as connection:
        connection.execute("update intake.progress set next_offset = 0")
    take(ledger, kafka, f"{group}-again")

    assert len(read(kafka.cluster, DEAD_LETTERS)) == 1
    assert taken_in(ledger).dead_letters == {"NO_MESSAGE": 1}


def test_erasing_a_person_ends_every_message_that_waits_and_names_them(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device, before = Sender().registered(ledger), head(ledger)
    enrolment = derived_id("enrolment", group)
    spelled = b"".join(b"\\u%04x" % ord(one) for one in NUMBER)
    sent = [
        device.signed(b"a", f'{{"broken": "{NUMBER}'.encode()),
        device.signed(b"b", b'{"name": "%s"}' % spelled),
        device.signed(b"c", orjson.dumps({"of": [str(enrolment).upper()]})),
        device.signed(b"d", orjson.dumps({"id": int(NUMBER)})),
        device.signed(b"e", b'{"of": "nobody"}'),
    ]
    sent.append(device.message("a", f"{group}-behind", recording(class_of(5))))
    send(kafka.cluster, "attendance", sent)
    take(ledger, kafka, group)
    assert len(readable(ledger)) == 6
    assert set(listed(ledger).values()) == {"NO_MESSAGE", ""}

    erased(ledger, [person(), enrolment])

    assert len(readable(ledger)) == 2
    ended = [number for number, fault in listed(ledger).items() if fault == "ERASED"]
    assert len(ended) == 4
    assert taken_in(ledger).waits == {"ERASED": 4, "NO_MESSAGE": 1, "": 1}
    assert mend(ledger, kafka).decided == 0
    for number in ended:
        drop(ledger, kafka, number)
    dropped = [one for one in entries_after(ledger, before) if "dropped" in one["type"]]
    assert [one["data"]["fault"] for one in dropped] == ["ERASED"] * 4
    assert NUMBER not in str(dropped)
    assert answers(kafka.cluster)[f"{group}-behind"][0]["status"] == "granted"
    assert list(listed(ledger).values()) == ["NO_MESSAGE"]
    assert left_in_vault(ledger) == 1
    _readmitted(ledger)


def test_of_somebody_erased_before_nothing_is_kept_that_anybody_could_open(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    erased(ledger, [person()])
    send(kafka.cluster, "attendance", [device.signed(b"a", NUMBER.encode())])
    take(ledger, kafka, group)

    assert readable(ledger) == []
    assert list(listed(ledger).values()) == ["ERASED"]
    _readmitted(ledger)


def test_a_message_that_came_to_wait_during_the_erasure_ends_when_the_ledger_is_opened_next(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    send(kafka.cluster, "attendance", [device.signed(b"a", NUMBER.encode())])
    take(ledger, kafka, group)
    with connected(ledger) as connection:
        # As if the links had been written a moment after the erasure looked for them.
        connection.execute(
            "insert into vault.data_key (owner, destroyed_at) values (%s, now())"
            " on conflict (owner) do update set wrapped = null, destroyed_at = now()",
            (person(),),
        )
    assert readable(ledger) == []
    _readmitted(ledger)


def _readmitted(ledger: str) -> None:
    async def work() -> None:
        async with opened(ledger) as held, held.pool.connection() as connection:
            await readmit(connection, held.data_keys, person())

    asyncio.run(work())


def test_a_message_whose_sender_is_proved_late_takes_its_place_before_later_ones_of_that_sender(
    ledger: str, kafka: Kafka, group: str
) -> None:
    late = Sender()
    send(kafka.cluster, "attendance", [late.message("a", f"{group}-1", {"more": 1})])
    take(ledger, kafka, group)
    late.registered(ledger)
    assert mend(ledger, kafka).waiting == 1
    send(kafka.cluster, "attendance", [late.message("a", f"{group}-2", recording(class_of(5)))])
    take(ledger, kafka, group)

    assert list(listed(ledger).values()) == ["BAD_DATA", ""]
    assert drop(ledger, kafka, min(listed(ledger))).decided == 1


def test_headers_without_a_value_and_tombstones_wait_and_are_opened_again(
    ledger: str, kafka: Kafka, group: str
) -> None:
    device = Sender().registered(ledger)
    bare = device.signed(b"a", b"no message")
    headers = [*bare.headers, ("trace", None)]
    tombstone = device.signed(b"b", b"")
    send(
        kafka.cluster,
        "attendance",
        [
            bare._replace(headers=headers),  # type: ignore[arg-type]  # as Kafka allows it
            tombstone._replace(value=None),  # type: ignore[arg-type]  # as Kafka allows it
        ],
    )
    take(ledger, kafka, group)

    assert sorted(listed(ledger).values()) == ["NO_MESSAGE", "NO_MESSAGE"]
    assert len(readable(ledger)) == 2
    assert mend(ledger, kafka).waiting == 2


def test_a_message_of_the_longest_length_is_taken(ledger: str, kafka: Kafka, group: str) -> None:
    device = Sender().registered(ledger)
    long = recording(class_of(5), storage_ref="r" * 3_900_000)
    send(kafka.cluster, "attendance", [device.message("a", f"{group}-1", long)])
    take(ledger, kafka, group)

    (told,) = answers(kafka.cluster)[f"{group}-1"]
    assert told["status"] in {"refused", "waiting"}
    assert taken_in(ledger).unread == 0
