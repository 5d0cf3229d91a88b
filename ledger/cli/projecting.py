"""``project list|status|rebuild|digest``."""

from typing import Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli.options import Demo, Format, Read
from ledger.cli.telling import lang, out_json, out_rows
from ledger.errors import Failure

Name = Annotated[str, typer.Argument(help="读模型名，见project list · a read model's name")]


class NoSuchModel(Failure):
    """There is no read model of that name."""

    exit_code = 4


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="读模型：列出、重建、摘要 · read models", no_args_is_help=True)
    group.command("list")(show)
    group.command("status")(status)
    group.command("rebuild")(rebuild)
    group.command("digest")(digest)
    app.add_typer(group, name="project")


def _model(name: str) -> Any:  # noqa: ANN401 - imported late
    from projections.catalogue import MODELS, model  # noqa: PLC0415 - heavy

    try:
        return model(name)
    except KeyError:
        known = "、".join(one.name for one in MODELS)
        raise NoSuchModel(
            Message(f"没有读模型{name}", f"no read model {name}"),
            mend=Message(f"可用：{known}", f"known: {known}"),
        ) from None


def show(form: Format = None) -> None:
    """列出读模型 · list the read models."""
    from projections.catalogue import MODELS  # noqa: PLC0415 - heavy

    columns = (
        ("name", Message("名称", "name")),
        ("title", Message("回答什么", "what it answers")),
        ("parts", Message("所用明细", "parts")),
        ("restricted", Message("受限", "restricted")),
    )
    rows = [
        [one.name, one.title.text(lang()), " ".join(p.name for p in one.parts), one.restricted]
        for one in MODELS
    ]
    out_rows(columns, rows, form)


def status(demo: Demo = False, read: Read = False) -> None:
    """各读模型到了哪个位置 · how far each has come."""
    from ledger.cli.installing import status as whole  # noqa: PLC0415 - the same answer

    whole(demo=demo, read=read)


def rebuild(
    name: Name,
    demo: Demo = False,
    entries: Annotated[
        bool, typer.Option("--from-entries", help="先由条目重建全部明细 · rebuild the parts too")
    ] = False,
) -> None:
    """重建一个读模型，与现用的并行建好后替换 · build it anew beside the live one, then swap."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.digest import digest_now  # noqa: PLC0415 - heavy
    from projections.rebuilding import rebuild_parts  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy
    from projections.run import rebuild as build_anew  # noqa: PLC0415 - heavy

    model = _model(name)
    with connected(demo=demo) as (place, connection):
        prepare(connection, folds())
        if entries:
            rebuild_parts(place.conninfo, folds())
        else:
            catch_up(connection, folds())
        position = build_anew(connection, model)
        out_json({"name": name, "position": position, "digest": digest_now(connection, model)})


def digest(
    name: Name,
    at: Annotated[
        int | None, typer.Option("--at", min=0, help="截至位置 · as of a position")
    ] = None,
    demo: Demo = False,
    read: Read = False,
) -> None:
    """读模型的摘要；同样的条目在任何机器上都一样 · its digest, the same on any machine."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.digest import digest_at, digest_now  # noqa: PLC0415 - heavy
    from projections.model import Moment  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy

    model = _model(name)
    with connected(demo=demo, read=read) as (_, connection):
        prepare(connection, folds())
        reached = catch_up(connection, folds())
        if at is None:
            out_json({"name": name, "position": reached, "digest": digest_now(connection, model)})
            return
        if at > reached:
            raise NoSuchModel(
                Message(f"日志只到第{reached}位", f"the log ends at position {reached}")
            )
        found = digest_at(connection, model, Moment(at))
        out_json({"name": name, "position": at, "digest": found})
