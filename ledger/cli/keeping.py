"""``archive hold|release|approve|destroy|produce``: what becomes of archives, one command each.

Whoever acts here is named by account and role, as with ``import``: two people are two accounts.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from ledger.cli.acting import act_on, answer_of, caller_of, refusal_told
from ledger.cli.options import Account, Class, Demo, Role

if TYPE_CHECKING:
    from aggregates.decisions import Caller
    from ledger.application.running import Ledger

HoldNo = Annotated[str, typer.Argument(metavar="HOLD", help="延长编号 · number of the hold")]
ListFile = Annotated[
    Path, typer.Option("--list", exists=True, dir_okay=False, help="销毁清册 · the list")
]


class Recipient(StrEnum):
    """What kind of body an archive is handed to."""

    AUDIT = "AUDIT"
    DISCIPLINE = "DISCIPLINE"
    JUDICIAL = "JUDICIAL"
    ARCHIVES = "ARCHIVES"
    AUTHORITY = "AUTHORITY"
    OTHER = "OTHER"


class Method(StrEnum):
    """How an archive is destroyed."""

    PULPED = "PULPED"
    SHREDDED = "SHREDDED"
    BURNED = "BURNED"
    DELETED = "DELETED"
    OVERWRITTEN = "OVERWRITTEN"


def add(group: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (produce, hold, release, approve, destroy):
        group.command(command.__name__)(command)


def produce(  # noqa: PLR0913 - what is recorded
    one: Class,
    to: Annotated[str, typer.Option(help="交给谁 · to whom")],
    recipient: Annotated[Recipient, typer.Option(help="接收方类别 · kind of body")],
    purpose: Annotated[str, typer.Option(help="用途（封存） · what for, kept sealed")],
    request: Annotated[str, typer.Option(help="调阅文书 · the request")],
    requested_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="要求日期 · on")],
    package: Annotated[
        Path | None, typer.Option(exists=True, help="所交的档案包（zip） · the package")
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="含个人信息明文 · with personal values")
    ] = False,
    account: Account = "archive",
    role: Role = "CITY_CENTRE",
    demo: Demo = False,
) -> None:
    """提供档案并记录：交给谁、凭什么、是否及时 · hand an archive out, on record."""
    data: dict[str, Any] = {
        "to": to,
        "recipient": recipient.value,
        "purpose": purpose,
        "request_doc": request,
        "requested_on": f"{requested_on:%Y-%m-%d}",
        "personal": personal,
    }
    if package is not None:
        data["package_sha256"] = digest_of(package)
    act_on(one, "produce-archive", data, caller_of(account, role), demo=demo)


def hold(  # noqa: PLR0913 - what is recorded
    one: Class,
    hold_no: HoldNo,
    reason: Annotated[str, typer.Option(help="理由（封存） · why, kept sealed")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="至哪天；缺省至解除 · until")
    ] = None,
    account: Account = "archive",
    role: Role = "CITY_HR",
    demo: Demo = False,
) -> None:
    """延长保存期：到期或解除之前不得销毁 · keep an archive longer."""
    data = {"hold_no": hold_no, "reason": reason}
    if until is not None:
        data["held_until"] = f"{until:%Y-%m-%d}"
    act_on(one, "extend-retention", data, caller_of(account, role), demo=demo)


def release(
    one: Class,
    hold_no: HoldNo,
    basis: Annotated[str, typer.Option(help="依据文书 · the document")],
    account: Account = "archive",
    role: Role = "CITY_HR",
    demo: Demo = False,
) -> None:
    """解除延长 · release a hold."""
    act_on(
        one,
        "release-hold",
        {"hold_no": hold_no, "basis": basis},
        caller_of(account, role),
        demo=demo,
    )


def approve(
    one: Class,
    decision: Annotated[str, typer.Option(help="决定文号 · the decision")],
    list_file: ListFile,
    account: Annotated[str, typer.Option(help="批准人账户 · who approves")],
    role: Role = "CITY_HR",
    demo: Demo = False,
) -> None:
    """批准销毁；须两名不同的人各批准一次 · approve a destruction; it takes two people."""
    data = {"decision_doc": decision, "list_sha256": digest_of(list_file)}
    act_on(one, "approve-destruction", data, caller_of(account, role), demo=demo)


def destroy(  # noqa: PLR0913 - what is recorded
    one: Class,
    list_file: ListFile,
    method: Annotated[list[Method], typer.Option(help="销毁方式，可多次 · how")],
    supervisor: Annotated[str, typer.Option(help="监销人账户 · who sees to it")],
    account: Annotated[str, typer.Option(help="销毁人账户 · who destroys")],
    role: Role = "CITY_CENTRE",
    demo: Demo = False,
) -> None:
    """销毁档案：保存期满、无延长、两人已批准 · destroy an archive."""
    from ledger.security.tokens import person_named  # noqa: PLC0415 - heavy

    data = {
        "list_sha256": digest_of(list_file),
        "supervisor": str(person_named(supervisor)),
        "methods": [one.value for one in method],
    }
    act_on(one, "destroy-archive", data, caller_of(account, role), demo=demo)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as held:
        return file_digest(held, "sha256").hexdigest()


async def stored(ledger: "Ledger", class_id: UUID, file: Path, caller: "Caller") -> dict[str, Any]:
    """Bring a file into the store and say so; return what became of it."""
    from ledger.application.answers import Recorded  # noqa: PLC0415 - heavy
    from ledger.documents.store import CHUNK_BYTES  # noqa: PLC0415 - heavy

    store, digest = ledger.documents, digest_of(file)
    assert store is not None  # noqa: S101 - opened with one
    with store.receive(digest) as incoming, file.open("rb") as held:
        while data := held.read(CHUNK_BYTES):
            incoming.write(data)
        kept = store.keep(incoming)
    named = {"class_id": str(class_id), "sha256": digest}
    answer = await answer_of(ledger, "store-archive-document", named, caller)
    taken = isinstance(answer, Recorded)
    if not taken and kept.new:
        store.remove(digest)
    told = {"file": str(file), "sha256": digest, "octets": kept.octets, "stored": taken}
    return told if taken else told | refusal_told(answer)
