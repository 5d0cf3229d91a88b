"""``archive …``: what is kept, what is due, packages, checks, renewals."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli import keeping
from ledger.cli.acting import caller_of, class_of, with_ledger
from ledger.cli.asking import NotUnderstood
from ledger.cli.options import Account, Class, Demo, Format, Role
from ledger.cli.telling import Form, form_of, lang, out_json, out_rows, say

if TYPE_CHECKING:
    from ledger.application.running import Ledger
    from ledger.cli.opening import Place
    from ledger.exchange.package.building import Package
    from ledger.exchange.package.building import Place as Beside

Purpose = Annotated[str, typer.Option(help="开启个人信息的用途 · why personal values are opened")]
Task = Annotated[str, typer.Option(help="任务编号（审计、纪检） · number of the task")]
INTEGRITY = 3
COLUMNS = (
    ("filing_no", Message("备案编号", "filing no.")),
    ("state", Message("状态", "state")),
    ("documents", Message("材料", "documents")),
    ("missing", Message("缺", "missing")),
    ("unstored", Message("未入库", "not stored")),
    ("damaged", Message("受损", "damaged")),
    ("sealed_on", Message("封存", "sealed")),
    ("retention_to", Message("保存至", "kept until")),
    ("holds", Message("延长", "holds")),
    ("class_id", Message("班期", "class")),
)


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="档案：原件、档案包、保存期 · the archive", no_args_is_help=True)
    for name, command in (
        ("list", show),
        ("status", status),
        ("store", store),
        ("check", check),
        ("build", build),
        ("verify", verify),
        ("renew", renew),
    ):
        group.command(name)(command)
    keeping.add(group)
    app.add_typer(group, name="archive")


def show(
    state: Annotated[str, typer.Option(help="状态代码，如SEALED · state")] = "",
    lacking: Annotated[bool, typer.Option("--lacking", help="仅看缺材料 · only lacking")] = False,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="行数 · rows")] = 50,
    demo: Demo = False,
    form: Format = None,
) -> None:
    """各班期档案：缺什么、保存到何时 · what each archive lacks, until when it is kept."""
    from ledger.application.tables import cell  # noqa: PLC0415 - heavy
    from projections.archive import keeping as kept  # noqa: PLC0415 - heavy
    from projections.archive import queries  # noqa: PLC0415 - heavy

    if state not in ("", *queries.STATES):
        known = "、".join(queries.STATES)
        raise NotUnderstood(Message(f"没有状态{state}；可用：{known}", f"unknown; known: {known}"))

    async def ask(ledger: "Ledger") -> list[list[Any]]:

        only = queries.ArchiveFilter(states=[state] if state else [], lacking=lacking)
        async with ledger.pool.connection() as connection:
            page = await queries.page(connection, only=only, rows=rows)
            ids = [one.class_id for one in page.rows]
            damaged = await kept.damage(connection, ids)
        is_table = form_of(form) is Form.TABLE
        return [
            [
                len(damaged.get(one.class_id, {}))
                if name == "damaged"
                else getattr(one, name)
                if is_table
                else _cell(one, name)
                for name, _ in COLUMNS
            ]
            for one in page.rows
        ]

    found = with_ledger(ask, demo=demo)
    if not found:
        say(Message("没有记录", "nothing found"))
        if form_of(form) is Form.TABLE:
            return
    if form_of(form) is Form.TABLE:
        names = [name for name, _ in COLUMNS]
        found = [[cell(*one, lang()) for one in zip(names, row, strict=True)] for row in found]
    out_rows(COLUMNS, found, form)


def _cell(row: Any, name: str) -> Any:  # noqa: ANN401 - a row's value
    value = getattr(row, name)
    return ",".join(value) if isinstance(value, list) else value


def status(demo: Demo = False) -> None:
    """总况：齐全、缺失、到期、上次核对 · what is complete, missing, due."""

    async def ask(ledger: "Ledger") -> dict[str, Any]:
        from ledger.application.document_check import is_due  # noqa: PLC0415 - heavy
        from ledger.clock import shanghai_date  # noqa: PLC0415 - heavy
        from projections.archive import keeping as kept  # noqa: PLC0415 - heavy

        today = shanghai_date(ledger.clock.now())
        async with ledger.pool.connection() as connection:
            due = await kept.due(connection, today)
            last = await kept.last_check(connection)
            check_due = await kept.any_stored(connection) and await is_due(connection, today)
        return due | {
            "last_check": None if last is None else {"on": last.on, "damaged": last.damaged},
            "check_due": check_due,
        }

    out_json(with_ledger(ask, demo=demo))


def store(
    one: Class,
    files: Annotated[list[Path], typer.Argument(help="已归档材料的电子件 · files of documents")],
    account: Account = "archive",
    role: Role = "CITY_CENTRE",
    demo: Demo = False,
) -> None:
    """材料原件入库：摘要须与归档材料一致 · store files of documents that were filed."""

    async def act(ledger: "Ledger") -> list[dict[str, Any]]:
        class_id = await class_of(ledger, one)
        caller = caller_of(account, role)
        return [await keeping.stored(ledger, class_id, file, caller) for file in files]

    told = with_ledger(act, demo=demo)
    out_json(told)
    if any(not line["stored"] for line in told):
        raise typer.Exit(1)


def check(demo: Demo = False) -> None:
    """重读全部材料原件并核对摘要，结果入账；有损坏时退出码为3 · read every stored file again."""
    found = with_ledger(_checked, demo=demo)
    damaged = [
        {"sha256": one.sha256, "found": one.found, "classes": [str(c) for c in one.class_ids]}
        for one in found.damaged
    ]
    out_json(
        {
            "documents": found.documents,
            "octets": found.octets,
            "damaged": damaged,
            "removed": found.removed,
            "position": found.position,
        }
    )
    if damaged:
        say(
            Message(
                f"{len(damaged)}份原件受损，未作修复；请按摘要补存",
                f"{len(damaged)} files are damaged, nothing was mended: bring them again",
            )
        )
        raise typer.Exit(INTEGRITY)


async def _checked(ledger: "Ledger") -> Any:  # noqa: ANN401 - a check
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415 - heavy

    from ledger.application.document_check import check_documents  # noqa: PLC0415 - heavy

    columns = (SpinnerColumn(), TextColumn("{task.completed}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("check", total=None)
        return await check_documents(ledger, progress=lambda n: bar.update(task, completed=n))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How a package is wanted."""

    one: str
    out: Path
    as_folder: bool
    size: int | None
    purpose: str
    task: str
    account: str
    role: str


def build(  # noqa: PLR0913 - how a package is wanted
    one: Class,
    out: Annotated[Path, typer.Option(help="写到哪个目录 · where to")] = Path(),
    as_folder: Annotated[
        bool, typer.Option("--folder", help="写成目录，不打zip · a directory, no zip")
    ] = False,
    size: Annotated[
        int | None,
        typer.Option("--at", help="以哪个大小的检查点为准 · under the head of that size"),
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="另写个人信息包，需--purpose · a second bag")
    ] = False,
    purpose: Purpose = "",
    task: Task = "",
    account: Account = "archive",
    role: Role = "CITY_CENTRE",
    demo: Demo = False,
) -> None:
    """制作班期档案包（BagIt），只用Python即可核验 · the package of a closed class."""
    if personal and not purpose.strip():
        raise typer.BadParameter("--purpose", param_hint="--personal")
    wanted = _Wanted(one, out, as_folder, size, purpose if personal else "", task, account, role)
    out_json(asyncio.run(_built(wanted, demo=demo)))


async def _built(wanted: _Wanted, *, demo: bool) -> dict[str, Any]:
    from ledger.cli.opening import opened, signed  # noqa: PLC0415 - heavy
    from ledger.exchange.package.building import build as build_package  # noqa: PLC0415 - heavy

    with signed(demo=demo) as place:
        async with opened(place) as ledger:
            class_id = await class_of(ledger, wanted.one)
            package = await build_package(ledger, beside(place, ledger), class_id, size=wanted.size)
            told = _told(package, _written(package.bag, wanted))
            if wanted.purpose:
                told["personal"] = await _disclosed(ledger, package, wanted)
    return told


def _written(bag: Any, wanted: _Wanted) -> str:  # noqa: ANN401 - a bag
    write = bag.write_folder if wanted.as_folder else bag.write_zip_below
    return str(write(wanted.out))


def _told(package: "Package", place: str) -> dict[str, Any]:
    failed = [one.what for one in package.done if one.outcome == "不通过"]
    return {
        "package": place,
        "seal_sha256": package.bag.seal,
        "checkpoint": package.held.head.size,
        "entries": len(package.held.kept),
        "documents": len(package.held.documents),
        "unstored": package.held.archive.unstored,
        "four_properties": {"passed": not failed, "failed": failed},
    }


async def _disclosed(ledger: "Ledger", package: "Package", wanted: _Wanted) -> dict[str, Any]:
    from ledger.application.asking import reason_of  # noqa: PLC0415 - heavy
    from ledger.exchange.package.disclosing import disclose  # noqa: PLC0415 - heavy

    caller = caller_of(wanted.account, wanted.role)
    why = reason_of(caller, wanted.purpose, wanted.task)
    found = await disclose(ledger, caller, why, package)
    return {
        "package": _written(found.bag, wanted),
        "values": found.values,
        "owners": found.owners,
        "erased": found.erased,
    }


def verify(
    package: Annotated[Path, typer.Argument(help="档案包：目录或zip · a package")],
    policy: Annotated[Path | None, typer.Option(help="您所持的信任策略 · your policy")] = None,
    of: Annotated[
        Path | None, typer.Option(help="个人信息包所属的档案包 · of which package")
    ] = None,
    tsa_roots: Annotated[
        Path | None,
        typer.Option(help="时间戳机构根证书（PEM） · whose time stamps count"),
    ] = None,
) -> None:
    """离线核验档案包，与包内verify.py相同 · what verify.py within a package does."""
    from ledger.evidence.verifier.command import main  # noqa: PLC0415 - heavy

    given = [str(package)]
    given += ["--policy", str(policy)] if policy else []
    given += ["--of", str(of)] if of else []
    given += ["--tsa-roots", str(tsa_roots)] if tsa_roots else []
    raise typer.Exit(main(given))


def renew(demo: Demo = False) -> None:
    """续期：重算两棵树并再次签名，接续前一份声明，并入账 · state the roots of both trees again."""
    from ledger.cli.opening import signed  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.exchange import renewing  # noqa: PLC0415 - heavy

    with signed(demo=demo) as place:
        asyncio.run(_recorded(place))  # what an interrupted one kept and did not record
        authorities, roots = place.vouching.authorities, place.vouching.certificates()
        made = renewing.renew(
            place.conninfo,
            place.signing.keys(),
            place.renewals,
            SystemClock().now(),
            partial(renewing.stamped_by, authorities, roots) if authorities else None,
        )
        position = asyncio.run(_recorded(place))
    out_json(
        {
            "on": made.day,
            "size": made.head.size,
            "position": position,
            "time_stamped": made.token is not None,
            "folder": str(place.renewals / made.day.isoformat()),
        }
    )


async def _recorded(place: "Place") -> int | None:
    """Have the log say which renewals are kept; return the position of its last new word."""
    from ledger.cli.opening import opened  # noqa: PLC0415 - heavy
    from ledger.exchange import renewing  # noqa: PLC0415 - heavy

    held = renewing.renewals_in(place.renewals)
    async with opened(place) as ledger:
        return await renewing.record_renewals(ledger, place.signing.keys().origin, held)


def beside(place: "Place", ledger: "Ledger") -> "Beside":
    """Return what an installation has beside its log, for packages."""
    from ledger.exchange.package.building import Place as Beside  # noqa: PLC0415 - heavy
    from ledger.exchange.renewing import renewals_in  # noqa: PLC0415 - heavy
    from ledger.integration.beside import BesideLog  # noqa: PLC0415 - heavy

    assert ledger.documents is not None  # noqa: S101 - opened with one
    log_files = BesideLog(place.conninfo, place.signing, place.vouching)
    return Beside(ledger.documents, log_files, renewals_in(place.renewals))
