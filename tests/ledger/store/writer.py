"""A process that appends as fast as it can and says which entries were acknowledged.

Arguments: where to connect, and how many entries to write (0: until it is killed). Each
acknowledged entry is one line on stdout: position, stream, version.
"""

import asyncio
import os
import sys

import uvloop

from ledger.clock import SystemClock
from ledger.ids import new_id
from ledger.store.append import Log
from tests.ledger.store.making import writing

TASKS = 16
VERSIONS = 5


async def main(conninfo: str, entries: int) -> None:
    """Append until enough is written."""
    clock = SystemClock()
    log = Log(conninfo, clock)
    await log.start()

    async def work(share: int) -> None:
        written = 0
        while entries == 0 or written < share:
            stream = f"training-class/{new_id(clock)}"
            for version in range(1, VERSIONS + 1):
                appended = await log.append(writing((stream, version)))
                os.write(1, f"{appended.first} {stream} {version}\n".encode())
                written += 1

    await asyncio.gather(*(work(entries // TASKS) for _ in range(TASKS)))
    await log.stop()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
