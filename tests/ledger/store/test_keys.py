import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from ledger.clock import SystemClock
from ledger.store.append import Log
from ledger.store.failures import KeyMismatch, KeyReused, VersionConflict
from ledger.store.requests import Key
from tests.ledger.store.making import keyed, new_stream, one, rows, writing


@pytest.fixture
async def other(database: str) -> AsyncIterator[Log]:
    """A log of another process, as far as the first one can tell."""
    running = Log(database, SystemClock())
    await running.start()
    yield running
    await running.stop()


async def test_a_repeated_request_is_given_the_first_answer_and_written_once(
    log: Log, database: str
) -> None:
    request = keyed(writing((new_stream(), 1)), "k", answer=b"first")
    appended = await log.append(request)

    with pytest.raises(KeyReused) as reused:
        await log.append(replace(request, answer=b"second"))

    assert reused.value.answer == b"first"
    assert reused.value.appended == appended
    assert len(rows(database)) == 1


async def test_a_repeated_request_is_recognised_though_it_was_decided_anew(
    log: Log, database: str
) -> None:
    stream = new_stream()
    await log.append(keyed(writing((stream, 1)), "k", answer=b"first"))

    with pytest.raises(KeyReused) as reused:
        await log.append(keyed(writing((stream, 2)), "k", answer=b"second"))

    assert reused.value.answer == b"first"
    assert len(rows(database)) == 1


async def test_another_request_under_a_used_key_is_a_mismatch(log: Log, database: str) -> None:
    await log.append(keyed(writing((new_stream(), 1)), "k"))

    with pytest.raises(KeyMismatch):
        await log.append(keyed(writing((new_stream(), 1)), "k", body=b"other"))

    assert len(rows(database)) == 1


async def test_keys_of_two_scopes_never_meet(log: Log, database: str) -> None:
    request = keyed(writing((new_stream(), 1)), "k")
    await log.append(request)
    assert request.key is not None
    elsewhere = Key("somebody else", request.key.key, request.key.digest)

    await log.append(replace(writing((new_stream(), 1)), key=elsewhere))

    assert len(rows(database)) == 2


async def test_the_key_of_a_refused_request_can_be_used_again(log: Log, database: str) -> None:
    stream = new_stream()
    await log.append(writing((stream, 1)))
    with pytest.raises(VersionConflict):
        await log.append(keyed(writing((stream, 1)), "k", body=b"stale"))

    await log.append(keyed(writing((stream, 2)), "k", body=b"fresh"))

    assert len(rows(database)) == 2
    assert one(database, "select count(*) from ledger.idempotency") == 1


async def test_twins_in_one_batch_are_written_once_and_answered_alike(
    log: Log, database: str
) -> None:
    stream = new_stream()
    answers = await asyncio.gather(
        *(log.append(keyed(writing((stream, 1)), "k", answer=b"%d" % n)) for n in range(5)),
        log.append(keyed(writing((new_stream(), 1)), "k", body=b"other")),
        return_exceptions=True,
    )

    assert len(rows(database)) == 1
    reused = [one for one in answers if isinstance(one, KeyReused)]
    assert [one.answer for one in reused] == [b"0"] * 4
    assert {one.appended for one in reused} == {answers[0]}
    assert isinstance(answers[5], KeyMismatch)


async def test_a_twin_of_a_refused_request_is_judged_on_its_own(log: Log, database: str) -> None:
    stream = new_stream()
    await log.append(writing((stream, 1)))

    answers = await asyncio.gather(
        log.append(keyed(writing((stream, 1)), "k")),
        log.append(keyed(writing((stream, 2)), "k")),
        return_exceptions=True,
    )

    assert isinstance(answers[0], VersionConflict | KeyReused)
    assert not isinstance(answers[1], BaseException)
    assert len(rows(database)) == 2


async def test_a_used_key_does_not_hold_up_the_rest_of_its_batch(log: Log, database: str) -> None:
    await log.append(keyed(writing((new_stream(), 1)), "k", answer=b"first"))

    answers = await asyncio.gather(
        *(log.append(writing((new_stream(), 1))) for _ in range(10)),
        log.append(keyed(writing((new_stream(), 1)), "k")),
        *(log.append(keyed(writing((new_stream(), 1)), f"k{n}")) for n in range(10)),
        return_exceptions=True,
    )

    assert [n for n, one in enumerate(answers) if isinstance(one, BaseException)] == [10]
    assert isinstance(answers[10], KeyReused)
    assert len(rows(database)) == 21


async def test_a_key_used_in_another_process_is_recognised(
    log: Log, other: Log, database: str
) -> None:
    stream = new_stream()
    appended = await other.append(keyed(writing((stream, 1)), "k", answer=b"there"))

    for request in (writing((stream, 1)), writing((new_stream(), 1)), writing((stream, 2))):
        with pytest.raises(KeyReused) as reused:
            await log.append(keyed(request, "k"))
        assert (reused.value.answer, reused.value.appended) == (b"there", appended)
    assert len(rows(database)) == 1


async def test_the_same_key_in_two_processes_at_once_is_written_once(
    log: Log, other: Log, database: str
) -> None:
    for n in range(10):
        answers = await asyncio.gather(
            log.append(keyed(writing((new_stream(), 1)), f"k{n}")),
            other.append(keyed(writing((new_stream(), 1)), f"k{n}")),
            return_exceptions=True,
        )
        assert sum(isinstance(one, KeyReused) for one in answers) == 1
    assert len(rows(database)) == 10
