"""Renewal of what proves the log, on the model of RFC 4998, before an algorithm or a stamp weakens.

Once a year, or when somebody warns of a hash or signature, both trees are derived again from the
entries, and the log states their roots side by side in one signed note: whoever doubts SHA-256
later is led on by SM3, and the other way round. Each statement holds the digest of the one before
it, with its time stamp, so that the chain cannot be begun anew. A time-stamping authority, where
one is configured, says when; packages built afterwards hold the whole chain.

    <origin>/renewal
    on 2031-11-27
    sha256 <size> <root>
    sm3 <size> <root>
    before sha256:<digest of the statement before and of its token>|none

That it was made is an entry of the log (``evidence.roots-renewed``), recorded once it is kept.
Whoever was interrupted in between records it with the next one.
"""

import hashlib
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.x509 import Certificate

from aggregates.language import Message
from aggregates.renewal.state import RENEWALS, renewals_id
from aggregates.signing_keys.state import KEPT_BY
from ledger.application.answers import Ask, Recorded
from ledger.application.key_keeping import KEEPER
from ledger.application.running import Ledger
from ledger.clock import shanghai_date
from ledger.errors import Conflict, Failure, Fault
from ledger.evidence.checkpoint import Checkpoint
from ledger.evidence.errors import Malformed, Unproven
from ledger.evidence.note import Note, decimal, decode_base64, sign
from ledger.evidence.signers import ED25519, SM2_SM3
from ledger.evidence.tree import SIZE_MAX
from ledger.exchange.package.renewals import STATEMENT, TOKEN, Renewal
from ledger.integration.key_lives import lives_in
from ledger.integration.log_keys import LogKeys, policy_of
from ledger.integration.posting import Unreachable
from ledger.integration.stamping import ask_stamp
from ledger.integration.trees import TREES, TWIN, WORLD
from ledger.integration.verifying import text_of, verify_live

Stamp = Callable[[bytes], bytes]
"""Has a statement stamped: from its bytes to an authority's whole answer (RFC 3161)."""
_SUFFIX: Final = "/renewal"
_SHA256: Final = "sha256:"
_ON_RECORD: Final = """
select body::jsonb->'data'->>'digest' from ledger.entry
where stream = %s and body::jsonb->>'channel' = %s
"""
_TRIES: Final = 5


class AlreadyRenewed(Failure):
    """There is a renewal of that day."""

    exit_code = 73


class Broken(Fault):
    """The log is not as it was: nothing is stated about it."""

    exit_code = 3


class NotStamped(Conflict):
    """No time-stamping authority answered as it should; nothing was kept."""


def stamped_by(authorities: Sequence[str], roots: Sequence[Certificate], statement: bytes) -> bytes:
    """Return the answer of the first authority that stamps a statement, verified.

    Raises:
        NotStamped: none does.
    """
    for authority in authorities:
        try:
            return ask_stamp(authority, statement.decode(), roots).response
        except (Unreachable, Unproven):
            continue
    raise NotStamped(
        Message("没有时间戳机构应答", "no time-stamping authority answered"),
        mend=Message("请稍后再试", "try again later"),
    )


def renew(
    conninfo: str, keys: LogKeys, folder: Path, now: datetime, stamp: Stamp | None = None
) -> Renewal:
    """Derive both trees again, state their roots, have that stamped, and keep it.

    Args:
        conninfo: The database.
        keys: What the log signs with.
        folder: Where renewals are kept, a directory a day.
        now: When.
        stamp: Asks a time-stamping authority; without one the statement has no token.

    Raises:
        Broken: an entry, a tile or a root is not as it was.
        Conflict: the log grew too fast for both trees to be seen at one size.
        AlreadyRenewed: there is a renewal of today.
        NotStamped: there are time-stamping authorities, and none answers.
        OSError: it cannot be kept.
    """
    day = shanghai_date(now)
    if (folder / day.isoformat()).exists():
        raise AlreadyRenewed(Message(f"{day}已续期", f"renewed on {day} already"))
    held = renewals_in(folder)
    heads = _heads(conninfo, keys)
    lines = [f"{keys.origin}{_SUFFIX}", f"on {day}"]
    lines += [f"{name} {head.size} {b64encode(head.root).decode()}" for name, head in heads.items()]
    lines += [f"before {_digest(held[-1]) if held else 'none'}", ""]
    signers = [one for one in keys.of(WORLD) if one.key.material.startswith((ED25519, SM2_SM3))]
    note = bytes(sign("\n".join(lines), signers, int(now.timestamp())))
    token = None if stamp is None else stamp(note)
    made = Renewal(day, note, heads[WORLD.name], token)
    _keep(folder, made)
    return made


def renewals_in(folder: Path) -> list[Renewal]:
    """Return the renewals that are kept, the oldest first.

    Raises:
        Broken: one of them is no renewal.
    """
    if not folder.is_dir():
        return []
    places = sorted(one for one in folder.iterdir() if (one / STATEMENT).is_file())
    return [_read(one) for one in places]


async def record_renewals(ledger: Ledger, log: str, held: Sequence[Renewal]) -> int | None:
    """Record those renewals that are kept and not on record yet, in their order.

    Args:
        ledger: Where.
        log: The log's origin.
        held: Those that are kept, the oldest first.

    Returns:
        The position of the last that was recorded now; None where all were on record.

    Raises:
        Broken: what is kept does not continue what is on record.
    """
    async with ledger.pool.connection() as connection:
        rows = await connection.execute(_ON_RECORD, (RENEWALS.name(renewals_id(log)), KEPT_BY))
        known = {row[0] for row in await rows.fetchall()}
    position = None
    for one in held:
        data = _told(log, one)
        if data["digest"] in known:
            continue
        answer = await ledger.door.act(Ask("record-renewal", data), KEEPER)
        if not isinstance(answer, Recorded):
            raise Broken(
                Message(
                    f"{one.day}的续期声明未接续账本所记的前一份",
                    f"the renewal of {one.day} does not continue the one on record",
                )
            )
        position = answer.last
    return position


def _told(log: str, one: Renewal) -> dict[str, Any]:
    """Return what the log is told of a renewal."""
    rows = [line.split(" ") for line in Note.parse(one.statement).text.splitlines()]
    said = {words[0]: words[-1] for words in rows[1:]}
    told: dict[str, Any] = {
        "log": log,
        "on": one.day.isoformat(),
        "size": one.head.size,
        "sha256_root": one.head.root.hex(),
        "sm3_root": decode_base64(said[TWIN.name]).hex(),
        "digest": _digest(one).removeprefix(_SHA256),
        "time_stamped": one.token is not None,
    }
    if said["before"] != "none":
        told["before"] = said["before"].removeprefix(_SHA256)
    return told


def _heads(conninfo: str, keys: LogKeys) -> dict[str, Checkpoint]:
    """Return the heads of both trees at one size, everything below them derived again."""
    lives = lives_in(conninfo, keys.origin)
    for _ in range(_TRIES):
        found: dict[str, Checkpoint] = {}
        for tree in TREES:
            policy = policy_of(keys, tree, lives=lives)
            verified = verify_live(conninfo, policy, tree=tree)
            if verified.wrong is not None:
                raise Broken(text_of(verified.wrong))
            if verified.report is None or verified.report.accepted is None:
                raise Broken(Message("没有已签的检查点", "there is no signed head"))
            found[tree.name] = verified.report.accepted.signed.checkpoint
        if len({head.size for head in found.values()}) == 1:
            return found
    raise Conflict(Message("日志增长过快，请稍后再试", "the log grows too fast, try again later"))


def _digest(before: Renewal) -> str:
    return f"{_SHA256}{hashlib.sha256(before.statement + (before.token or b'')).hexdigest()}"


def _read(place: Path) -> Renewal:
    statement, token = (place / STATEMENT).read_bytes(), place / TOKEN
    try:
        rows = [line.split(" ") for line in Note.parse(statement).text.splitlines()]
        origin = rows[0][0].removesuffix(_SUFFIX)
        (size, root) = next((one[1], one[2]) for one in rows if one[0] == WORLD.name)
        head = Checkpoint(origin, decimal(size, SIZE_MAX), decode_base64(root))
        day = date.fromisoformat(place.name)
    except (Malformed, ValueError, IndexError, StopIteration):
        raise Broken(
            Message(f"不是续期声明：{place.name}", f"not a renewal: {place.name}")
        ) from None
    return Renewal(day, statement, head, token.read_bytes() if token.exists() else None)


def _keep(folder: Path, made: Renewal) -> None:
    """Write a renewal whole or not at all."""
    under_way = folder / f".{made.day.isoformat()}.part"
    under_way.mkdir(parents=True, exist_ok=True)
    parts: Sequence[tuple[str, bytes | None]] = (
        (STATEMENT, made.statement),
        (TOKEN, made.token),
    )
    for name, data in parts:
        if data is not None:
            with (under_way / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    under_way.rename(folder / made.day.isoformat())
