"""``vault rotate|wrap|finish``: another master key for the vault, in three steps."""

import asyncio

import typer

from aggregates.language import Message
from ledger.cli.telling import out_json, say
from ledger.errors import Failure

SERVING = "select pg_try_advisory_lock(hashtext('mingzhang folding'))"


class StillServing(Failure):
    """The service runs: it would go on to use the key that is to be taken out."""

    exit_code = 75


class StillWrapped(Failure):
    """Some data keys are still wrapped under an old master key."""

    exit_code = 75


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="保险库主密钥：轮换 · the vault's master key: rotate it", no_args_is_help=True
    )
    group.command("rotate")(rotate)
    group.command("wrap")(wrap)
    group.command("finish")(finish)
    app.add_typer(group, name="vault")


def rotate() -> None:
    """第一步：生成新主密钥，旧的仍可解开；然后重启服务 · make a new master key; then restart."""
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.vault.keyfile import load_keyring, replace_keyring  # noqa: PLC0415 - heavy

    path = Settings.read().key_file
    rotated = load_keyring(path).rotated()
    replace_keyring(path, rotated)
    out_json({"master": rotated.current_id.hex(), "masters": len(rotated.masters)})
    say(
        Message(
            "请备份密钥文件，重启服务，再执行 mingzhang vault wrap。",
            "Back the key file up, restart the service, then run mingzhang vault wrap.",
        )
    )


def wrap() -> None:
    """第二步：用新主密钥重新包装全部数据密钥 · wrap every data key under the new master key."""
    from psycopg import AsyncConnection  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.vault.rotation import under_old_masters, wrap_anew  # noqa: PLC0415 - heavy

    with at_hand(Settings.read()) as place:
        keyring = place.keyring()

        async def run() -> tuple[int, int]:
            async with await AsyncConnection.connect(place.conninfo, autocommit=True) as connection:
                done = await wrap_anew(connection, keyring)
                return done, await under_old_masters(connection, keyring)

        done, left = asyncio.run(run())
    out_json({"wrapped": done, "left": left})


def finish() -> None:
    """第三步：停止服务后，删除旧主密钥 · with the service stopped, drop the old keys."""
    import psycopg  # noqa: PLC0415 - heavy
    from psycopg import AsyncConnection  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy
    from ledger.vault.keyfile import replace_keyring  # noqa: PLC0415 - heavy
    from ledger.vault.rotation import under_old_masters  # noqa: PLC0415 - heavy

    with at_hand(Settings.read()) as place:
        keyring = place.keyring()

        async def left() -> int:
            async with await AsyncConnection.connect(place.conninfo, autocommit=True) as connection:
                return await under_old_masters(connection, keyring)

        with psycopg.connect(place.conninfo, autocommit=True) as held:
            # A service that was not restarted still wraps under the old key: what it wrapped later
            # could never be opened again.
            row = held.execute(SERVING).fetchone()
            if row is None or not row[0]:
                raise StillServing(
                    Message("服务仍在运行", "the service is running"),
                    mend=Message("先停止服务再执行", "stop it, then run this again"),
                )
            if count := asyncio.run(left()):
                raise StillWrapped(
                    Message(
                        f"尚有{count}个数据密钥由旧主密钥包装",
                        f"{count} data keys are wrapped under an old master key",
                    ),
                    mend=Message("先执行 mingzhang vault wrap", "run mingzhang vault wrap first"),
                )
            replace_keyring(place.settings.key_file, keyring.without_old_masters())
    out_json({"master": keyring.current_id.hex(), "masters": 1})
