"""``init``, ``doctor``, ``status``, ``version``."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from aggregates.language import Message
from ledger.cli.options import Demo, Format, Read
from ledger.cli.telling import lang, out, out_json, out_rows, say

if TYPE_CHECKING:
    from ledger.application.progress import TakenIn


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    app.command("status")(status)
    app.command("version")(version)


def init() -> None:
    """建立账本：数据库、密钥、政策簿（17号文与历年工作日历） · make an installation."""
    import asyncio  # noqa: PLC0415 - heavy

    from ledger.application.founding import found  # noqa: PLC0415 - heavy
    from ledger.application.key_keeping import KeyKeeping  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand, opened  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.vault.keys import Keyring  # noqa: PLC0415 - heavy

    settings = Settings.read()

    async def run() -> int:
        async with opened(place) as ledger:
            return await found(ledger) + await KeyKeeping(ledger, place.signing).introduce_all()

    with at_hand(settings, create_keys=Keyring.generate()) as place:
        written = asyncio.run(run())
    say(
        Message(
            f"账本已就绪，写入{written}条初始条目。密钥在{settings.key_file}和"
            f"{place.signing.key_file}，请单独备份。",
            f"ready; {written} initial entries. Keys: {settings.key_file} and"
            f" {place.signing.key_file}; back them up apart.",
        )
    )


COLUMNS = (
    ("name", Message("检查项", "check")),
    ("ok", Message("结果", "result")),
    ("found", Message("情况", "found")),
    ("mend", Message("处理办法", "how to mend it")),
)


def doctor(form: Format = None) -> None:
    """检查环境：哪里不对、怎样处理 · say what is wrong and how to mend it."""
    from ledger.embedded.doctor import diagnose  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    checks = diagnose(Settings.read())
    rows = [
        [
            one.title.text(lang()),
            "✓" if one.ok else "✗",
            one.found.text(lang()),
            "" if one.mend is None else one.mend.text(lang()),
        ]
        for one in checks
    ]
    out_rows(COLUMNS, rows, form)
    if not all(one.ok for one in checks):
        raise typer.Exit(78)


def status(
    demo: Demo = False,
    read: Read = False,
) -> None:
    """日志与读模型到了哪里 · how far log and read models have come."""
    from ledger.application.progress import progress_in  # noqa: PLC0415 - heavy
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.integration.stamping import last_stamps  # noqa: PLC0415 - heavy
    from ledger.integration.standing import standing  # noqa: PLC0415 - heavy
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.run import prepare  # noqa: PLC0415 - heavy

    with connected(demo=demo, read=read) as (place, connection):
        prepare(connection, folds())
        told = progress_in(connection)
        policy = place.vouching.policy()
        stamped = last_stamps(connection)
        stands = policy and standing(connection, policy, place.vouching.stale_seconds)
    now = SystemClock().now()
    out_json(
        {
            "origin": place.settings.origin,
            "position": told.head,
            "recorded_at": told.recorded_at.isoformat() if told.head else None,
            "read_models": {
                name: {"position": at, "behind": told.newest - at}
                for name, at in told.models.items()
            },
            "published": {
                one.topic: {"position": one.position, "behind": told.head - one.position}
                for one in told.published
            },
            "intake": {one.topic: _taken(one) for one in told.taken_in},
            "copy": None if told.fed is None else asdict(told.fed),
            "witnesses": stands.as_json(now) if stands else None,
            "time_stamps": {
                one: asdict(stamped[one]) if one in stamped else None
                for one in place.vouching.authorities
            },
        }
    )
    if stands and not stands.is_well(now):
        say(stands.text(now))


def _taken(one: "TakenIn") -> dict[str, object]:
    return {
        "unread": one.unread,
        "looked_seconds": one.looked,
        "answers": one.answers,
        "waiting": one.waits,
        "dead_letters": one.dead_letters,
    }


def version() -> None:
    """版本 · the version."""
    from importlib.metadata import version as version_of  # noqa: PLC0415 - heavy

    out(version_of("mingzhang"))
