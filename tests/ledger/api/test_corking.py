import asyncio
from typing import Any

from ledger.api.corking import HELD_BYTES_MAX, CorkedTransport


class Recording(asyncio.Transport):
    """A transport that keeps what it is given, as a socket would see it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:  # noqa: ANN401 - as the base class has it
        self.seen.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def test_head_and_body_of_an_answer_leave_together() -> None:
    behind = Recording()
    corked = CorkedTransport(behind, asyncio.get_running_loop())

    corked.write(b"head ")
    corked.write(b"body")
    assert behind.seen == []
    await asyncio.sleep(0)

    assert behind.seen == [b"head body"]


async def test_what_was_written_before_the_end_leaves_before_the_end() -> None:
    behind = Recording()
    corked = CorkedTransport(behind, asyncio.get_running_loop())

    corked.write(b"last words")
    corked.close()
    await asyncio.sleep(0)

    assert behind.seen == [b"last words"]
    assert corked.is_closing()


async def test_a_long_piece_does_not_wait_and_keeps_its_place() -> None:
    behind = Recording()
    corked = CorkedTransport(behind, asyncio.get_running_loop())
    long = b"x" * (HELD_BYTES_MAX + 1)

    corked.write(b"head ")
    corked.write(long)

    assert behind.seen == [b"head " + long]
    corked.write(b" tail")
    await asyncio.sleep(0)
    assert behind.seen == [b"head " + long, b" tail"]


async def test_what_is_written_after_the_reader_has_gone_is_dropped() -> None:
    behind = Recording()
    corked = CorkedTransport(behind, asyncio.get_running_loop())

    corked.write(b"nobody reads this")
    behind.close()
    await asyncio.sleep(0)

    assert behind.seen == []
