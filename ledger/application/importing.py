"""Bringing in a file of messages: decided line by line, written in batches, reported whole.

A line that cannot be taken never stops the others, and nothing of it is half done; the report
names its number and the rule or fault. The file itself becomes a fact: its digest, its rows.
A file that is brought in twice writes nothing twice: each line has a key, its own or one made
from the file's digest and its number.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

import orjson

from aggregates.decisions import Caller, Channel
from aggregates.ids import derived_id
from aggregates.system.facts import REJECTED_MAX
from ledger.application.answers import Answer, Ask, Recorded, Refusal
from ledger.application.door import Door
from ledger.application.messages import message
from ledger.application.parsing import BadInput

BATCH_LINES = 500
MAPPING_VERSION = "messages-1"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was not taken.

    Attributes:
        line: Its number in the file, from 1.
        error: What stood against it.
    """

    line: int
    error: Exception | Refusal


@dataclass(slots=True)
class Report:
    """What became of a file.

    Attributes:
        sha256: The digest of its bytes.
        rows: Its lines that hold something.
        recorded: Lines that led to entries now.
        repeated: Lines that had led to entries before.
        entries: Entries written.
        findings: Findings recorded with them.
        rejected: Lines not taken, in their order.
    """

    sha256: str
    rows: int = 0
    recorded: int = 0
    repeated: int = 0
    entries: int = 0
    findings: int = 0
    rejected: list[Rejected] = field(default_factory=list)


Progress = Callable[[int], None]


async def import_file(
    door: Door,
    path: Path,
    caller: Caller,
    *,
    channel: Channel,
    as_facts: bool,
    progress: Progress = lambda _: None,
) -> Report:
    """Bring in a file of messages, one a line (NDJSON).

    Args:
        door: Where the commands go.
        path: The file.
        caller: As whom.
        channel: ``import`` for late paper of the ledger's own time, ``migration`` for history.
        as_facts: Broken rules become findings.
        progress: Told after each batch how many bytes of the file are done.

    Raises:
        Denied: the caller may not bring in files; nothing was written.
        OSError: the file cannot be read.
        Fault: the log cannot be reached; what was reported so far is written.
    """
    digest = sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    report = Report(digest.hexdigest())
    # Asked before anything is written, so that what was written is never without its record.
    await door.check(_record(report, channel, as_facts=as_facts), caller)
    done = 0
    with path.open("rb") as file:
        for lines in _batches(enumerate(file, start=1)):
            await _take(door, lines, caller, report, channel=channel, as_facts=as_facts)
            done += sum(len(line) for _, line in lines)
            progress(done)
    report.rejected.sort(key=lambda one: one.line)
    await door.act(_record(report, channel, as_facts=as_facts), caller)
    return report


def _batches(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    held = iter(lines)
    while batch := list(islice(held, BATCH_LINES)):
        yield batch


async def _take(
    door: Door,
    lines: list[tuple[int, bytes]],
    caller: Caller,
    report: Report,
    *,
    channel: Channel,
    as_facts: bool,
) -> None:
    asks: list[Ask] = []
    numbers: list[int] = []
    for number, line in lines:
        if not line.strip():
            continue
        report.rows += 1
        try:
            ask = message(line, channel, as_facts=as_facts)
        except BadInput as error:
            report.rejected.append(Rejected(number, error))
            continue
        key = ask.key or f"{report.sha256[:32]}:{number}"
        asks.append(Ask(ask.command, ask.data, key, channel, as_facts))
        numbers.append(number)
    answers = await door.act_all(asks, caller)
    for number, answer in zip(numbers, answers, strict=True):
        _count(report, number, answer)


def _count(report: Report, number: int, answer: Answer | Exception) -> None:
    if isinstance(answer, Recorded):
        report.recorded += not answer.repeated
        report.repeated += answer.repeated
        report.entries += 0 if answer.repeated else len(answer.entries)
        report.findings += len(answer.findings)
    else:
        report.rejected.append(Rejected(number, answer))


def _record(report: Report, channel: Channel, *, as_facts: bool) -> Ask:
    """Return the command that puts a file on record, with what became of it so far."""
    rejected = [
        {"line": one.line, "reason": reason_of(one.error)} for one in report.rejected[:REJECTED_MAX]
    ]
    # What could not be taken once may be taken when the file comes again: another outcome is
    # another fact, the same one is that of before.
    outcome = orjson.dumps([report.sha256, channel, len(report.rejected), rejected])
    batch = derived_id("import-batch", sha256(outcome).hexdigest())
    data = {
        "batch_id": str(batch),
        "source_system": "file",
        "rows": report.rows,
        "rejected_rows": len(report.rejected),
        "rejected": rejected,
        "sha256": report.sha256,
        "mapping_version": MAPPING_VERSION,
    }
    return Ask("accept-import-batch", data, f"batch:{batch}", channel, as_facts)


def reason_of(error: Exception | Refusal) -> str:
    """Return the first broken rule, or the kind of fault, of a line that was not taken."""
    if isinstance(error, Refusal):
        return error.broken[0].rule
    return type(error).__name__
