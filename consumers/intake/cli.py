"""``intake run|list|retry|drop`` and ``intake sender add|list|renew|revoke``."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from aggregates.language import Message
from ledger.cli.options import Demo, Format
from ledger.cli.telling import out, out_rows, say
from ledger.errors import Failure
from ledger.settings import Settings

if TYPE_CHECKING:
    from consumers.intake.mending import Mended, Mending

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="intake list所示编号 · its number")]

WAITING = (
    ("number", Message("编号", "number")),
    ("topic", Message("主题", "topic")),
    ("partition", Message("分区", "partition")),
    ("offset", Message("位置", "offset")),
    ("fault", Message("原因", "fault")),
    ("places", Message("所在", "where")),
    ("sender", Message("来件方", "sender")),
    ("arrived_at", Message("等待自", "waits since")),
)
SENDERS = (
    ("id", Message("编号", "id")),
    ("kind", Message("类别", "kind")),
    ("label", Message("名称", "name")),
    ("role", Message("角色", "role")),
    ("org", Message("单位", "organisation")),
    ("county", Message("县区", "county")),
    ("institution", Message("机构", "institution")),
    ("created_at", Message("登记", "registered")),
    ("expires_at", Message("到期", "expires")),
    ("revoked_at", Message("撤销", "revoked")),
)


class NoSuchSender(Failure):
    """There is no such living registration, or its key file cannot be read."""

    exit_code = 4


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="设备、平台、考评机构与银行的来件 · messages from outside", no_args_is_help=True
    )
    group.command("run")(run)
    group.command("list")(show)
    group.command("retry")(retry)
    group.command("drop")(drop)
    senders = typer.Typer(help="来件方及其公钥 · senders and their keys", no_args_is_help=True)
    senders.command("add")(register)
    senders.command("list")(show_senders)
    senders.command("renew")(renew)
    senders.command("revoke")(revoke)
    group.add_typer(senders, name="sender")
    app.add_typer(group, name="intake")


def run(
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="主题被重建或缺失消息时，从现存的第一条读起 · take topics as they are now",
        ),
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="读完现有消息即止 · end when all is read")
    ] = False,
    demo: Demo = False,
) -> None:
    """把来件逐条交账本办理 · put messages from outside to the ledger."""
    from consumers.connecting import cluster_of  # noqa: PLC0415 - heavy
    from consumers.intake.running import Intake  # noqa: PLC0415 - heavy
    from consumers.stopping import Stop  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand, opened  # noqa: PLC0415 - heavy
    from ledger.store.roles import INTAKE  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    cluster = cluster_of(settings)
    with at_hand(settings) as whole:
        place = whole.taking(INTAKE)
        stop = Stop()
        stop.at_signals()
        working = Intake(place.conninfo, partial(opened, place, resumes=False), cluster, stop)
        asyncio.run(working.run(adopt=adopt, until_idle=once))
    say(
        Message(
            f"已办{working.decided}件，待人工处理{working.parked}件",
            f"{working.decided} decided, {working.parked} wait for a person",
        )
    )


def show(form: Format = None, demo: Demo = False) -> None:
    """列出无法办理及排在其后的来件 · list the messages that wait, with their reasons."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy

    names = ", ".join(f'"{name}"' for name, _ in WAITING)
    with connected(demo=demo) as (_, connection):
        rows = connection.execute(
            f"select {names} from intake.listed order by number"  # noqa: S608 - a constant
        ).fetchall()
    out_rows(WAITING, [[_shown(cell) for cell in row] for row in rows], form)


def _shown(cell: object) -> object:
    return " ".join(cell) if isinstance(cell, list) else cell


def retry(
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="编号；不填则全部 · its number, or all")
    ] = None,
    demo: Demo = False,
) -> None:
    """再次办理等待的来件，其后的依序跟进 · try again; what waits behind follows."""
    _mended(lambda mending: mending.retry(number), demo=demo)


def drop(
    number: Number,
    account: Annotated[str, typer.Option(help="以哪个账户放弃，系统管理员 · account name")],
    reason: Annotated[str, typer.Option(help="事由，加密入账 · why; it goes into the log, sealed")],
    demo: Demo = False,
) -> None:
    """放弃一件来件，入账留痕 · give a message up; the log keeps that it was."""
    from aggregates.decisions import Caller  # noqa: PLC0415 - heavy
    from ledger.security.tokens import person_named  # noqa: PLC0415 - heavy

    caller = Caller(person=person_named(account), role="SYS_ADMIN")
    _mended(lambda mending: mending.drop(number, reason, caller), demo=demo)


def _mended(what: "Callable[[Mending], Awaitable[Mended]]", *, demo: bool) -> None:
    from consumers.connecting import cluster_of  # noqa: PLC0415 - heavy
    from consumers.intake.mending import mending  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand, opened  # noqa: PLC0415 - heavy
    from ledger.store.roles import INTAKE  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    cluster = cluster_of(settings)

    with at_hand(settings) as whole:
        place = whole.taking(INTAKE)

        async def work() -> "Mended":
            ledger = partial(opened, place, resumes=False)
            async with mending(place.conninfo, ledger, cluster) as found:
                return await what(found)

        done = asyncio.run(work())
    say(
        Message(
            f"已办{done.decided}件，仍等待{done.waiting}件",
            f"{done.decided} decided, {done.waiting} still wait",
        )
    )


def register(  # noqa: PLR0913, PLR0917 - what a sender is registered with
    kind: Annotated[
        str, typer.Argument(help="attendance、learning、assessment或bank · the kind of sender")
    ],
    name: Annotated[str, typer.Argument(help="名称；同名即同一来件方 · its name")],
    key: Annotated[Path, typer.Option(help="Ed25519公钥文件（PEM） · its public key")],
    role: Annotated[str, typer.Option(help="角色代码 · role code")],
    org: Annotated[str, typer.Option(help="单位代码 · organisation")] = "",
    county: Annotated[str, typer.Option(help="六位区划代码；空为全市 · county code")] = "",
    institution: Annotated[
        str, typer.Option(help="机构编号（UUID），机构的角色须填 · institution id")
    ] = "",
    days: Annotated[int, typer.Option(help="有效天数 · for how many days")] = 366,
    demo: Demo = False,
) -> None:
    """登记来件方 · register a sender."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.cli.tokens import institution_of  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.ids import SystemIds  # noqa: PLC0415 - heavy
    from ledger.security import senders  # noqa: PLC0415 - heavy

    try:
        pem = key.read_bytes()
    except OSError as error:
        raise NoSuchSender(
            Message(f"无法读取{key}：{error.strerror}", f"cannot read {key}: {error.strerror}")
        ) from None
    clock = SystemClock()
    one = SystemIds(clock).new()
    with connected(demo=demo) as (_, connection):
        senders.register(
            connection,
            one=one,
            kind=kind,
            label=name,
            public_key=pem,
            role=role,
            now=clock.now(),
            days=days,
            org=org,
            county=county,
            institution=institution_of(institution),
        )
    say(Message("消息头sender应为：", "the header sender of its messages is:"))
    out(str(one))


def show_senders(form: Format = None, demo: Demo = False) -> None:
    """列出来件方 · list senders."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.security import senders  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (_, connection):
        rows = senders.listed(connection)
    out_rows(SENDERS, [[getattr(row, name) for name, _ in SENDERS] for row in rows], form)


Sender = Annotated[str, typer.Argument(metavar="ID", help="编号 · its id")]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchSender(Message(f"没有登记{text}", f"no registration {text}")) from None


def renew(
    one: Sender,
    days: Annotated[int, typer.Option(help="自现在起的天数 · days from now")] = 366,
    demo: Demo = False,
) -> None:
    """延长登记，已到期的也可；已撤销的不可 · let a registration hold longer."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.security import senders  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (_, connection):
        done = senders.renew(connection, _id(one), SystemClock().now(), days)
    if not done:
        raise NoSuchSender(Message(f"没有可延长的登记{one}", f"no registration {one} to renew"))
    say(Message("已延长", "renewed"))


def revoke(one: Sender, demo: Demo = False) -> None:
    """撤销来件方的登记 · end a registration."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.security import senders  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (_, connection):
        done = senders.revoke(connection, _id(one), SystemClock().now())
    if not done:
        raise NoSuchSender(Message(f"没有可撤销的登记{one}", f"no living registration {one}"))
    say(Message("已撤销", "revoked"))
