"""The commands that this package adds to ``mingzhang`` (entry point ``mingzhang.commands``)."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregates.language import Message
from consumers.intake import cli as intake
from ledger.cli.options import Demo, Format
from ledger.cli.telling import Form, out_rows, say
from ledger.settings import Settings

if TYPE_CHECKING:
    from consumers.broker import Cluster
    from consumers.relay.running import Relay
    from consumers.topics import Difference

Replicas = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="每个分区的副本数，少于三台服务器时用 · copies kept, on fewer than three brokers",
    ),
]

COLUMNS = (
    ("topic", Message("主题", "topic")),
    ("what", Message("项目", "what")),
    ("expected", Message("应为", "expected")),
    ("found", Message("实为", "found")),
)


def add(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Kafka主题 · topics of Kafka", no_args_is_help=True)
    group.command("apply")(apply)
    group.command("check")(check)
    app.add_typer(group, name="kafka")
    app.command("relay")(relay)
    app.command("projector")(projector)
    app.command("alerts")(alerts)
    intake.add(app)


def _cluster() -> "Cluster":
    from consumers.connecting import cluster_of  # noqa: PLC0415 - heavy

    return cluster_of(Settings.read())


def apply(replicas: Replicas = None, form: Format = None) -> None:
    """按定义建立主题，改正配置 · make the topics as their definitions say."""
    from consumers import topics  # noqa: PLC0415 - heavy

    mended = topics.apply(_cluster(), replicas)
    _tell(mended, form)
    say(
        Message("主题已与定义一致", "the topics are as their definitions say"),
    )


def check(replicas: Replicas = None, form: Format = None) -> None:
    """主题是否与定义一致，不一致则退出码为3 · whether they are so; exit 3 where not."""
    from consumers import topics  # noqa: PLC0415 - heavy

    found = topics.check(_cluster(), replicas)
    _tell(found, form)
    if found:
        raise topics.not_as_defined(found)


def _tell(found: "list[Difference]", form: Form | None) -> None:
    rows = [(one.topic, one.what, one.expected, one.found) for one in found]
    if rows:
        out_rows(COLUMNS, rows, form)


Republish = Annotated[
    bool, typer.Option("--republish", help="从第1条起重新发布 · publish from the first entry on")
]
Once = Annotated[
    bool, typer.Option("--once", help="发布到现有末尾即止 · end when all is published")
]


def relay(republish: Republish = False, once: Once = False, demo: Demo = False) -> None:
    """把每条记录按序发布到Kafka · publish every entry to Kafka, in order."""
    from consumers.relay.running import Relay  # noqa: PLC0415 - heavy

    position = _published(Relay, republish=republish, once=once, demo=demo)
    say(Message(f"已发布到第{position}条", f"published up to position {position}"))


def alerts(republish: Republish = False, once: Once = False, demo: Demo = False) -> None:
    """向其他系统发布逾期与高等级疑点 · publish missed duties and grave doubts to other systems."""
    from consumers.alerts import Alerts  # noqa: PLC0415 - heavy

    position = _published(Alerts, republish=republish, once=once, demo=demo)
    say(Message(f"已看到第{position}条", f"looked at up to position {position}"))


def _published(kind: "type[Relay]", *, republish: bool, once: bool, demo: bool) -> int:
    """Publish until a signal comes, or all is published; return the position reached."""
    from consumers.stopping import Stop  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.store.roles import RELAY  # noqa: PLC0415 - heavy
    from ledger.timers.processes import collect_seldom  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    cluster = _cluster()
    with at_hand(settings) as place:
        stop = Stop()
        stop.at_signals()
        working = kind(place.taking(RELAY).conninfo, cluster, stop)
        collect_seldom()
        working.run(republish=republish, until_head=once)
    return working.position


def projector(
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="从头重读主题，另建后替换 · read all anew, then swap"),
    ] = False,
    until: Annotated[
        int | None, typer.Option(min=0, help="到此位置即止 · end at this position")
    ] = None,
    demo: Demo = False,
) -> None:
    """由Kafka供给只读数据库及其读模型 · feed a read database and its read models from Kafka."""
    from consumers.projector.serving import project, rebuilt  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    cluster = _cluster()
    if rebuild:
        position = rebuilt(settings, cluster, demo=demo)
        say(Message(f"已重建到第{position}条", f"rebuilt up to position {position}"))
        return
    position = project(settings, cluster, until=until, demo=demo)
    say(Message(f"已读到第{position}条", f"read up to position {position}"))
