"""``evidence keys|policy|adopt`` and ``export log``: what outsiders check, and with what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregates.language import Message
from ledger.cli.telling import out, out_json, say
from ledger.errors import Failure

if TYPE_CHECKING:
    from ledger.integration.place import SigningPlace

Demo = Annotated[bool, typer.Option("--demo", help="演示账本 · the demonstration")]
Twin = Annotated[bool, typer.Option("--sm3", help="SM3树 · the tree of SM3")]


class NotOurs(Failure):
    """A file is no checkpoint of this log."""

    exit_code = 65


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="证据：验签公钥、信任策略、签名器 · keys and policy of the log, its signer",
        no_args_is_help=True,
    )
    group.command("keys")(keys)
    group.command("policy")(policy)
    group.command("adopt")(adopt)
    app.add_typer(group, name="evidence")
    exports = typer.Typer(help="导出 · exports", no_args_is_help=True)
    exports.callback()(_exports)
    exports.command("log")(export_log)
    app.add_typer(exports, name="export")


def keys(demo: Demo = False, twin: Twin = False) -> None:
    """验签公钥，每行一个 · the verifier keys, one a line."""
    from ledger.integration.log_keys import vkeys  # noqa: PLC0415 - heavy
    from ledger.integration.trees import TWIN, WORLD  # noqa: PLC0415 - heavy

    out(vkeys(_place(demo=demo).keys().of(TWIN if twin else WORLD)).rstrip("\n"))


def policy(demo: Demo = False, twin: Twin = False) -> None:
    """信任策略文件（tlog-policy） · the policy by which checkpoints are believed."""
    from ledger.integration.log_keys import policy_text  # noqa: PLC0415 - heavy
    from ledger.integration.trees import TWIN, WORLD  # noqa: PLC0415 - heavy

    out(policy_text(_place(demo=demo).keys().of(TWIN if twin else WORLD)).rstrip("\n"))


def adopt(
    checkpoint: Annotated[
        Path, typer.Argument(help="最新的已签检查点文件 · the newest signed checkpoint")
    ],
    demo: Demo = False,
) -> None:
    """签名器记录丢失后，指明从哪个检查点继续 · tell the signer from where to go on."""
    from ledger.evidence.errors import Unproven  # noqa: PLC0415 - heavy

    try:
        note = checkpoint.read_bytes()
    except OSError as error:
        what = Message(f"无法读取：{error.strerror}", f"it cannot be read: {error.strerror}")
        raise NotOurs(what) from None
    try:
        taken = _place(demo=demo).signer().adopt(note)
    except Unproven:
        raise NotOurs(
            Message("这不是本日志签署的检查点", "this is no checkpoint that this log signed")
        ) from None
    say(
        Message(
            f"签名器将从大小{taken.size}继续：{taken.origin}",
            f"the signer goes on from size {taken.size}: {taken.origin}",
        )
    )


def _exports() -> None:
    """导出 · exports."""


def export_log(
    folder: Annotated[Path, typer.Argument(help="空目录 · an empty directory")],
    demo: Demo = False,
) -> None:
    """导出日志：瓦片、条目、检查点、公钥，可离线核验 · the log as files, to be verified offline."""
    import psycopg  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.integration import exporting  # noqa: PLC0415 - heavy
    from ledger.integration.catching_up import catch_up  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read()
    with at_hand(settings.for_demo() if demo else settings) as place:
        catch_up(place.conninfo, place.signing, SystemClock())
        beside = exporting.published(place.signing.keys())
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            sizes = exporting.export_log(connection, folder, beside)
    out_json({"folder": str(folder), "sizes": sizes})


def _place(*, demo: bool) -> "SigningPlace":
    from ledger.integration.place import SigningPlace  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read()
    return SigningPlace.below((settings.for_demo() if demo else settings).home)
