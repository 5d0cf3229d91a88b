"""``evidence policy|adopt`` and ``export log``: what outsiders check, and with what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregates.language import Message
from ledger.cli import keeping_keys
from ledger.cli.options import Demo, Twin
from ledger.cli.telling import out, out_json, say
from ledger.errors import Failure

if TYPE_CHECKING:
    from ledger.integration.place import SigningPlace


class NotOurs(Failure):
    """A file is no checkpoint of this log."""

    exit_code = 65


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="证据：验签公钥、信任策略、签名器 · keys and policy of the log, its signer",
        no_args_is_help=True,
    )
    group.add_typer(keeping_keys.group(), name="keys")
    group.command("policy")(policy)
    group.command("adopt")(adopt)
    app.add_typer(group, name="evidence")
    exports = typer.Typer(help="导出 · exports", no_args_is_help=True)
    exports.callback()(_exports)
    exports.command("log")(export_log)
    app.add_typer(exports, name="export")


def policy(demo: Demo = False, twin: Twin = False, promises: keeping_keys.Promises = False) -> None:
    """信任策略文件（tlog-policy） · the policy by which checkpoints are believed."""
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.integration.beside import BesideLog  # noqa: PLC0415 - heavy
    from ledger.integration.exporting import PROMISE_POLICY  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    with at_hand(settings) as place:
        place.signing.keys()
        files = BesideLog(place.conninfo, place.signing, place.vouching)
    name = PROMISE_POLICY if promises else "sm3/policy" if twin else "policy"
    out(files[name].decode().rstrip("\n"))


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
        raise NotOurs(
            Message(
                f"无法读取 {checkpoint}：{error.strerror}",
                f"cannot read {checkpoint}: {error.strerror}",
            )
        ) from None
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
    uncosigned: Annotated[
        bool,
        typer.Option("--uncosigned", help="不等见证人共同签名 · without waiting for witnesses"),
    ] = False,
) -> None:
    """导出日志：瓦片、条目、检查点、公钥，可离线核验 · the log as files, to be verified offline."""
    import psycopg  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.evidence.policy import NONE  # noqa: PLC0415 - heavy
    from ledger.integration.beside import BesideLog  # noqa: PLC0415 - heavy
    from ledger.integration.catching_up import catch_up, have_cosigned  # noqa: PLC0415 - heavy
    from ledger.integration.exporting import export_log as write_log  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    with at_hand(settings) as place:
        place.signing.keys()
        catch_up(place.conninfo, place.signing, SystemClock())
        policy, cosigned = place.vouching.policy(), False
        if policy is not None and policy.quorum != NONE and not uncosigned:
            have_cosigned(place.conninfo, place.signing, policy, SystemClock())
            cosigned = True
        beside = BesideLog(place.conninfo, place.signing, place.vouching)
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            sizes = write_log(connection, folder, beside, cosigned=cosigned)
    out_json({"folder": str(folder), "sizes": sizes})


def _place(*, demo: bool) -> "SigningPlace":
    from ledger.integration.place import SigningPlace  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    return SigningPlace.below(Settings.read(demo=demo).home)
