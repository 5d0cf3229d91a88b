import asyncio
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from ledger.entry import BYTES_MAX, Draft
from ledger.rows import RestrictedRow, SealedFactRow, SealedRow, VaultRows
from ledger.store.append import Log
from ledger.store.failures import AppendRejected, MalformedAppend, VersionConflict
from ledger.store.requests import (
    ANSWER_BYTES_MAX,
    ENTRIES_MAX,
    SECRET_BYTES_MAX,
    Append,
    Key,
)
from tests.ledger.store.making import drafted, new_stream, one, rows, writing

STREAM = new_stream()
DRAFT = drafted(STREAM, 1)
OWNER = UUID(int=1)


def but(**change: object) -> Draft:
    """Return a good draft with something wrong."""
    changed: dict[str, Any] = change
    return replace(DRAFT, **changed)


MALFORMED: dict[str, dict[str, object]] = {
    "no draft": {"drafts": ()},
    "too many drafts": {"drafts": (DRAFT,) * (ENTRIES_MAX + 1)},
    "a draft that is none": {"drafts": ("draft",)},
    "a stream that is no text": {"drafts": (but(stream=7),)},
    "a stream without a name": {"drafts": (but(stream=""),)},
    "a stream with a NUL": {"drafts": (but(stream="a/\0"),)},
    "a stream with half a surrogate pair": {"drafts": (but(stream="a/\ud800"),)},
    "a long stream": {"drafts": (but(stream="a/" + "x" * 300),)},
    "a version of zero": {"drafts": (but(version=0),)},
    "a version too large": {"drafts": (but(version=2**31),)},
    "a version that is a truth": {"drafts": (but(version=True),)},
    "a text for bytes": {"drafts": (but(head="x"),)},
    "a NUL in the bytes": {"drafts": (but(head=b"\0"),)},
    "an entry that is too long": {"drafts": (but(tail=b"x" * BYTES_MAX),)},
    "a type that is none": {"drafts": (but(type=None),)},
    "a guard that is none": {"guards": (STREAM,)},
    "a guard below zero": {"guards": ((STREAM, -1),)},
    "an answer that is no bytes": {"answer": "done"},
    "an answer that is too long": {"answer": bytes(ANSWER_BYTES_MAX + 1)},
    "a key without a scope": {"key": Key("", "k", bytes(32))},
    "a key that is too long": {"key": Key("s", "k" * 201, bytes(32))},
    "a short digest": {"key": Key("s", "k", b"x")},
    "a moment for a date": {"decided_on": datetime(2024, 5, 6)},  # noqa: DTZ001 - the point
    "a time without an offset": {"at": datetime(2024, 5, 6)},  # noqa: DTZ001 - the point
    "an owner that is no id": {"vault": VaultRows(sealed=(SealedRow(b"c", 1, "name", b"s"),))},  # type: ignore[arg-type]  # wrong on purpose
    "a commitment that is no bytes": {
        "vault": VaultRows(sealed=(SealedRow("c", OWNER, "name", b"s"),))  # type: ignore[arg-type]  # wrong on purpose
    },
    "a secret that is too long": {
        "vault": VaultRows(sealed=(SealedRow(b"c", OWNER, "name", bytes(SECRET_BYTES_MAX + 1)),))
    },
    "a restricted value with a NUL": {
        "vault": VaultRows(restricted=(RestrictedRow(b"c", OWNER, "x", b"s", "\0"),))
    },
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_request_fails_its_caller_alone_and_quotes_nothing(
    log: Log, database: str, change: dict[str, Any]
) -> None:
    malformed = replace(Append((DRAFT,)), **change)

    answers = await asyncio.gather(
        log.append(writing((new_stream(), 1))),
        log.append(malformed),
        log.append(writing((new_stream(), 1))),
        return_exceptions=True,
    )

    assert isinstance(answers[1], MalformedAppend)
    assert not re.search(r"0190a000|draft'|\\0", str(answers[1]))
    assert len(rows(database)) == 2


async def test_bytes_that_only_the_database_refuses_fail_their_caller_alone(
    log: Log, database: str
) -> None:
    bad = Append((replace(drafted(new_stream(), 1), head=b"\xff"),))
    streams = [new_stream() for _ in range(40)]

    answers = await asyncio.gather(
        *(log.append(writing((name, 1))) for name in streams[:25]),
        log.append(bad),
        *(log.append(writing((name, 1))) for name in streams[25:]),
        return_exceptions=True,
    )

    refusals = [one for one in answers if isinstance(one, BaseException)]
    assert [type(one) for one in refusals] == [AppendRejected]
    assert [row.position for row in rows(database)] == list(range(1, 41))
    assert {row.stream for row in rows(database)} == set(streams)


async def test_what_builds_on_rows_that_the_database_refuses_conflicts(
    log: Log, database: str
) -> None:
    stream = new_stream()
    answers = await asyncio.gather(
        log.append(Append((replace(drafted(stream, 1), head=b"\xff"),))),
        log.append(writing((stream, 2))),
        log.append(writing((new_stream(), 1))),
        return_exceptions=True,
    )

    assert isinstance(answers[0], AppendRejected)
    assert isinstance(answers[1], VersionConflict)
    assert len(rows(database)) == 1


async def test_a_row_of_the_vault_that_is_there_already_fails_its_caller_alone(
    log: Log, database: str
) -> None:
    def fact(name: str) -> VaultRows:
        return VaultRows(sealed_facts=(SealedFactRow(name, "DISCIPLINE", bytes(32), b"secret"),))

    await log.append(writing((new_stream(), 1), vault=fact("sealed/1")))

    answers = await asyncio.gather(
        log.append(writing((new_stream(), 1), vault=fact("sealed/2"))),
        log.append(writing((new_stream(), 1), vault=fact("sealed/1"))),
        log.append(writing((new_stream(), 1), vault=fact("sealed/3"))),
        return_exceptions=True,
    )

    assert [isinstance(one, AppendRejected) for one in answers] == [False, True, False]
    assert one(database, "select count(*) from vault.sealed_fact") == 3
    assert len(rows(database)) == 3


async def test_the_largest_request_is_written(log: Log, database: str) -> None:
    streams = [new_stream() for _ in range(ENTRIES_MAX)]
    answer = bytes(ANSWER_BYTES_MAX)

    appended = await log.append(
        Append(
            tuple(drafted(name, 1, pad="x" * 64_000) for name in streams),
            key=Key("s" * 200, "k" * 200, bytes(32)),
            answer=answer,
        )
    )

    assert (appended.first, appended.last) == (1, ENTRIES_MAX)
    assert one(database, "select octet_length(answer) from ledger.idempotency") == len(answer)
    assert one(database, "select min(octet_length(body)) from ledger.entry") > 64_000
