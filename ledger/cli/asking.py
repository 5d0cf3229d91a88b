"""``class``, ``duties``, ``trail``, ``replay``: the same questions as the pages, for a terminal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, astuple, fields
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from aggregates.language import Message
from ledger.cli.exhibiting import write_exhibit
from ledger.cli.looking import Account, Purpose, Role, Task, Why, look_up
from ledger.cli.options import Demo, Format
from ledger.cli.telling import Form, form_of, lang, out_json, out_rows, say
from ledger.errors import Failure
from ledger.store.rows import SEE_ENTRIES

Output = Format
At = Annotated[
    str | None,
    typer.Option(
        "--at", "--as-of", help="历史时点：位置，或YYYY-MM-DD（当日24时所知） · position or day"
    ),
]
ToFile = Annotated[
    Path | None,
    typer.Option("--exhibit", help="写成证据材料：条目、证明与读模型，可离线核验 · as an exhibit"),
]
ROWS = 50


class NotFound(Failure):
    """There is no such thing."""

    exit_code = 4


class NotUnderstood(Failure):
    """An argument is not of the form expected."""

    exit_code = 2


def add(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="班期：列出、查看 · classes", no_args_is_help=True)
    group.command("list")(class_list)
    group.command("show")(class_show)
    app.add_typer(group, name="class")
    app.command("duties")(duties)
    app.command("trail")(trail)
    app.command("replay")(replay)


def class_list(  # noqa: PLR0913 - the filters of the list
    county: Annotated[str, typer.Option(help="区划代码 · county code")] = "",
    status: Annotated[str, typer.Option(help="状态 · status")] = "",
    text: Annotated[str, typer.Option(help="备案编号或机构名的一部分 · part of a name")] = "",
    rows: Annotated[int, typer.Option(min=1, max=1000, help="行数 · rows")] = ROWS,
    at: At = None,
    demo: Demo = False,
    form: Output = None,
) -> None:
    """班期台账“一表通” · the class ledger."""
    from projections.class_ledger.queries import (  # noqa: PLC0415 - heavy
        STATUSES,
        ClassFilter,
        ClassRow,
        page,
    )

    if status not in ("", *STATUSES):
        known = "、".join(STATUSES)
        raise NotUnderstood(Message(f"没有状态{status}；可用：{known}", f"unknown; known: {known}"))
    only = ClassFilter(
        counties=[county] if county else [], statuses=[status] if status else [], text=text
    )

    async def ask(connection: Any) -> Any:  # noqa: ANN401 - a page
        return await page(connection, only=only, rows=rows, moment=await _moment(connection, at))

    found = _ask(ask, demo=demo)
    names = _LEDGER if form in (None, Form.TABLE) else _fields(ClassRow)
    _tell([asdict(row) for row in found.rows], names, form)


_LEDGER = (
    "filing_no",
    "county",
    "institution",
    "occupation",
    "level",
    "started_on",
    "heads_trained",
    "heads_certified",
    "claimed_fen",
    "paid_fen",
    "status",
)
"""What of a row fits on a terminal; other forms print every column."""


def class_show(
    one: Annotated[
        str, typer.Argument(metavar="ID", help="班期编号（UUID）或备案编号 · id or number")
    ],
    at: At = None,
    exhibit: ToFile = None,
    demo: Demo = False,
) -> None:
    """一个班期的全部数字，可回到任一时刻 · every figure of a class, as of any moment."""
    from projections.class_ledger.queries import ClassFilter, page  # noqa: PLC0415 - heavy
    from projections.class_ledger.queries import one as row_of  # noqa: PLC0415 - heavy

    async def ask(connection: Any) -> Any:  # noqa: ANN401 - a moment and a row
        moment = await _moment(connection, at)
        if _is_uuid(one):
            return moment, await row_of(connection, UUID(one), moment=moment)
        found = await page(connection, only=ClassFilter(text=one), rows=2, moment=moment)
        return moment, found.rows[0] if len(found.rows) == 1 else None

    moment, row = _ask(ask, demo=demo)
    if row is None:
        raise NotFound(Message(f"没有班期{one}", f"no class {one}"))
    if exhibit is not None:
        write_exhibit("class", row.class_id, exhibit, moment, demo=demo)
        return
    out_json(asdict(row))


def duties(  # noqa: PLR0913 - the filters of the list
    rule: Annotated[str, typer.Option(help="规则编号，如PLN-01 · a rule")] = "",
    state: Annotated[
        str,
        typer.Option(help="OVERDUE|MISSED|LATE|OPEN|UNSET|PROVISIONAL|SUSPENDED|KEPT|WITHDRAWN"),
    ] = "",
    county: Annotated[str, typer.Option(help="区划代码 · county code")] = "",
    rows: Annotated[int, typer.Option(min=1, max=500, help="行数 · rows")] = ROWS,
    at: At = None,
    demo: Demo = False,
    form: Output = None,
) -> None:
    """职责期限：谁应在何日之前办什么，办了没有 · who owes what by which day."""
    from projections.duties.queries import (  # noqa: PLC0415 - heavy
        STATES,
        UNDONE,
        DutyFilter,
        DutyRow,
        page,
        stands,
    )

    if state not in ("", "UNDONE", *STATES):
        known = "、".join(("UNDONE", *STATES))
        raise NotUnderstood(Message(f"没有状态{state}；可用：{known}", f"unknown; known: {known}"))

    async def ask(connection: Any) -> Any:  # noqa: ANN401 - a day and a page
        moment = await _moment(connection, at)
        today = await _today(connection, moment, demo=demo)
        only = DutyFilter(
            today=today,
            rule_ids=[rule] if rule else [],
            states=UNDONE if state == "UNDONE" else [state] if state else [],
            counties=[county] if county else [],
        )
        return today, await page(connection, only=only, rows=rows, moment=moment)

    today, found = _ask(ask, demo=demo)
    names = _DUTY if form in (None, Form.TABLE) else _fields(DutyRow)
    _tell([asdict(row) | {"state": stands(row, today)} for row in found.rows], names, form)


_DUTY = (
    "rule_id",
    "state",
    "due_on",
    "owed_by",
    "org",
    "subject_kind",
    "ref",
    "kept_at",
    "missed_at",
)
"""What of a duty fits on a terminal."""


def trail(  # noqa: PLR0913 - what a trail is asked for
    kind: Annotated[str, typer.Argument(help="class、person、institution、instructor、claim……")],
    one: Annotated[
        str, typer.Argument(metavar="ID", help="编号（UUID），班期也可用备案编号 · id or number")
    ],
    rows: Annotated[int, typer.Option(min=1, max=1000, help="行数 · rows")] = ROWS,
    at: At = None,
    exhibit: ToFile = None,
    after: Annotated[
        int, typer.Option(min=0, help="证据材料的下一份：从此位置之后 · the exhibit's next part")
    ] = 0,
    account: Account = "",
    role: Role = "AUDITOR",
    purpose: Purpose = "",
    task: Task = "",
    demo: Demo = False,
    form: Output = None,
) -> None:
    """某一事物的全部条目，最新在前；查询留痕 · every entry about one thing; the look is kept."""
    from projections.trail.queries import KINDS, page  # noqa: PLC0415 - heavy

    if kind not in KINDS:
        known = "、".join(KINDS)
        raise NotUnderstood(Message(f"不能追踪{kind}；可用：{known}", f"unknown; known: {known}"))
    if kind != "class" and not _is_uuid(one):
        raise NotUnderstood(Message("编号应为 UUID", "an id is a UUID"))

    async def ask(connection: Any) -> Any:  # noqa: ANN401 - an id, a moment and a page
        moment = await _moment(connection, at)
        which = await _identity(connection, one)
        return which, moment, await page(connection, kind, which, rows=rows, moment=moment)

    if kind == "class":  # whose story is told to whoever sees the class
        which, moment, found = _ask(ask, demo=demo)
    else:
        why = Why(account, role, purpose, task)
        which, moment, found = look_up(kind, UUID(one), why, ask, demo=demo)
    if exhibit is not None:
        write_exhibit(kind, which, exhibit, moment, demo=demo, after=after)
        return
    if form is Form.NDJSON:
        # The entries themselves, byte for byte.
        for row in found.rows:
            typer.echo(row.body)
        return
    columns = ("position", "recorded_at", "type", "stream", "version")
    _tell([{name: getattr(row, name) for name in columns} for row in found.rows], columns, form)


def replay(
    at: Annotated[str, typer.Option("--at", help="位置，或YYYY-MM-DD · position or day")],
    demo: Demo = False,
    form: Output = None,
) -> None:
    """回到某一时刻：当时的一表通合计与状态分布 · the class ledger's sums as of a moment."""
    from projections.class_ledger.queries import shares, totals  # noqa: PLC0415 - heavy

    async def ask(connection: Any) -> Any:  # noqa: ANN401 - sums and shares
        moment = await _moment(connection, at)
        return (
            moment,
            await totals(connection, moment=moment),
            await shares(connection, "status", moment=moment),
        )

    moment, sums, parts = _ask(ask, demo=demo)
    if form not in (None, Form.JSON):
        columns = ("of", "classes", "heads_trained", "claimed_fen", "paid_fen")
        _tell([dict(zip(columns, astuple(one), strict=True)) for one in parts], columns, form)
        return
    out_json(
        {
            "position": moment.until,
            "day": moment.day,
            "totals": asdict(sums),
            "by_status": [asdict(one) for one in parts],
        }
    )


async def _identity(connection: Any, one: str) -> UUID:  # noqa: ANN401 - a connection
    """Return an id that was given, or that of the class whose filing number was.

    Raises:
        NotFound: there is no such class.
    """
    from projections.class_ledger.queries import ClassFilter, page  # noqa: PLC0415 - heavy

    if _is_uuid(one):
        return UUID(one)
    found = await page(connection, only=ClassFilter(text=one), rows=50)
    exact = [row.class_id for row in found.rows if row.filing_no == one]
    if len(exact) != 1:
        raise NotFound(Message(f"没有班期{one}", f"no class {one}"))
    return exact[0]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _moment(connection: Any, at: str | None) -> Any:  # noqa: ANN401 - a moment or none
    from ledger.application.criteria import date_in  # noqa: PLC0415 - heavy
    from ledger.clock import SHANGHAI, SystemClock, shanghai_date  # noqa: PLC0415 - heavy
    from projections.model import Moment  # noqa: PLC0415 - heavy

    if at is None:
        return None
    if at.isdigit():
        return Moment(await _reached(connection, int(at)))
    day = date_in(at)
    if day is None:
        raise NotUnderstood(
            Message(
                "--at应为位置或形如2025-06-30的日期", "--at takes a position or a date, 2025-06-30"
            )
        )
    if day > shanghai_date(SystemClock().now()):
        raise NotUnderstood(Message("--at：这一天还没有到", "--at: that day has not come yet"))
    over = datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=SHANGHAI)
    found = await connection.execute(
        "select coalesce(max(position), 0) from entry where recorded_at <= %s", (over,)
    )
    row = await found.fetchone()
    return Moment(int(row[0]))


async def _reached(connection: Any, position: int) -> int:  # noqa: ANN401 - a connection
    """Return a position that the log has come to.

    Raises:
        NotFound: it has not.
    """
    found = await connection.execute("select position from ledger.head")
    (head,) = await found.fetchone()
    if position > head:
        raise NotFound(Message(f"日志只到第{head}位", f"the log ends at position {head}"))
    return position


async def _today(connection: Any, moment: Any, *, demo: bool) -> date:  # noqa: ANN401 - a moment or none
    """Return the day on which is asked; in the past, and in a simulated world, that of the log."""
    from aggregates.law.deadlines import local_date  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy

    found = await connection.execute(
        "select max(recorded_at) from entry where position <= coalesce(%s, 9e18)",
        (None if moment is None else moment.until,),
    )
    (last,) = await found.fetchone()
    if last is None or (moment is None and not demo):
        return local_date(SystemClock().now())
    return local_date(last)


def _ask(ask: Callable[[Any], Awaitable[Any]], *, demo: bool) -> Any:  # noqa: ANN401 - its answer
    async def run() -> Any:  # noqa: ANN401 - its answer
        async with _asking(demo=demo) as connection:
            return await ask(connection)

    return asyncio.run(run())


@asynccontextmanager
async def _asking(*, demo: bool) -> AsyncIterator[Any]:
    import psycopg  # noqa: PLC0415 - heavy

    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from projections.catalogue import folds  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy

    with connected(demo=demo) as (place, folding):
        prepare(folding, folds())
        catch_up(folding, folds())
        connection = await psycopg.AsyncConnection.connect(place.conninfo, autocommit=True)
        async with connection:
            await connection.execute(SEE_ENTRIES)
            yield connection


def _tell(rows: list[dict[str, Any]], names: Sequence[str], form: Form | None) -> None:
    """Tell rows: to people in words, money in yuan; to programs as they are, also where none is."""
    from ledger.application.tables import cell, column  # noqa: PLC0415 - heavy

    is_table = form_of(form) is Form.TABLE
    if not rows:
        say(Message("没有记录", "nothing found"))
        if is_table:
            return
    columns = [(name, column(name).title) for name in names]
    told = [[cell(n, row[n], lang()) if is_table else row[n] for n in names] for row in rows]
    out_rows(columns, told, form)


def _fields(row: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(row))
