"""Exhibits on the command line: what ``--exhibit`` writes, and ``verify --exhibit`` checks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from aggregates.language import Message
from ledger.cli.telling import out_json, say
from ledger.errors import Failure
from ledger.store.rows import SEE_ENTRIES

if TYPE_CHECKING:
    from psycopg import Connection

    from ledger.cli.opening import Place
    from ledger.evidence.verifier.documents import Exhibit
    from ledger.evidence.verifier.telling import Said
    from ledger.settings import Settings
    from projections.model import Moment

INTEGRITY = 3


class NotWritten(Failure):
    """The file cannot be written."""

    exit_code = 73


def write_exhibit(
    kind: str, one: UUID, file: Path, moment: "Moment | None", *, demo: bool, after: int = 0
) -> None:
    """Write everything about one thing, with proofs and read models, into a file."""
    from ledger.application.exhibits import MODELS, Thing, exhibit_about, seen_whole  # noqa: PLC0415 - heavy
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.integration.beside import BesideLog  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (place, connection):
        bring_up(place, connection)
        made = exhibit_about(
            place.conninfo,
            BesideLog(place.conninfo, place.signing, place.vouching)["policy"],
            Thing(kind, one),
            seen=seen_whole,
            models=MODELS.get(kind, ()),
            moment=moment,
            after=after,
        )
    try:
        file.write_bytes(made.data)
    except OSError as error:
        raise NotWritten(
            Message(f"无法写入 {file}：{error.strerror}", f"cannot write {file}: {error.strerror}")
        ) from None
    told = {"file": str(file), "bytes": len(made.data), "kind": kind, "id": str(one)}
    out_json(told | {"more_after": made.more_after})
    if made.more_after is not None:
        say(
            Message(
                f"这是第一份；下一份请用 --after {made.more_after}",
                f"this is one part; the next is had with --after {made.more_after}",
            )
        )


def bring_up(place: "Place", connection: "Connection[Any]") -> None:
    """Bring read models, trees and checkpoints up to the log, where no service does it."""
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.integration.catching_up import catch_up as integrate  # noqa: PLC0415 - heavy
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy

    prepare(connection, folds())
    catch_up(connection, folds())
    integrate(place.conninfo, place.signing, SystemClock())


def verify_exhibit(settings: "Settings", file: Path, policy: Path | None) -> None:
    """Check an exhibit in itself, against this log's history, and against a replay of it."""
    from ledger.evidence.verifier.documents import Exhibit  # noqa: PLC0415 - heavy
    from ledger.evidence.verifier.telling import Bad, Said  # noqa: PLC0415 - heavy

    said = Said(aloud=False)
    try:
        exhibit = Exhibit(_read(file))
        _check(settings, exhibit, policy, said)
    except Bad as bad:
        said.wrong(bad.zh, bad.en)
    _tell(said)


def _check(settings: "Settings", exhibit: "Exhibit", policy: Path | None, said: "Said") -> None:
    from psycopg import connect  # noqa: PLC0415 - heavy

    from ledger.application.replaying import check_history, replay  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.evidence.verifier.notes import policy_of  # noqa: PLC0415 - heavy
    from ledger.integration.beside import BesideLog  # noqa: PLC0415 - heavy

    with at_hand(settings) as place:
        if policy is not None:
            trusted = _read(policy)
        else:
            trusted = BesideLog(place.conninfo, place.signing, place.vouching)["policy"]
        exhibit.check(policy_of(trusted), said)
        with connect(place.conninfo, autocommit=True) as connection:
            connection.execute(SEE_ENTRIES)
            check_history(connection, exhibit.tree, said)
            replay(connection, exhibit, said)


def _tell(said: "Said") -> None:
    steps = [{"how": how, "zh": zh, "en": en} for how, zh, en in said.told]
    out_json({"ok": said.bad == 0, "steps": steps})
    for how, zh, en in said.told:
        if how == "bad":
            say(Message(zh, en))
    if said.bad:
        raise typer.Exit(INTEGRITY)


def _read(path: Path) -> bytes:
    from ledger.integration.verifying import NotEvidence  # noqa: PLC0415 - heavy

    try:
        return path.read_bytes()
    except OSError as error:
        raise NotEvidence(
            Message(f"无法读取 {path}：{error.strerror}", f"cannot read {path}: {error.strerror}")
        ) from None
