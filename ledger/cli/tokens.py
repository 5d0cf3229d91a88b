"""``token create|list|revoke``."""

from typing import Annotated
from uuid import UUID

import typer

from aggregates.language import Message
from ledger.cli.options import Format
from ledger.cli.telling import out, out_rows, say
from ledger.errors import Failure


class NoSuchToken(Failure):
    """There is no living token of that id."""

    exit_code = 4


COLUMNS = (
    ("id", Message("编号", "id")),
    ("label", Message("账户", "account")),
    ("role", Message("角色", "role")),
    ("org", Message("单位", "organisation")),
    ("county", Message("县区", "county")),
    ("institution", Message("机构", "institution")),
    ("created_at", Message("建立", "made")),
    ("expires_at", Message("到期", "expires")),
    ("revoked_at", Message("撤销", "revoked")),
)


def add(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="访问令牌：建立、列出、撤销 · access tokens", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(show)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token")


def create(
    account: Annotated[str, typer.Argument(help="账户名；同名即同一人 · account name")],
    role: Annotated[str, typer.Option(help="角色代码，如COUNTY_HR · role code")],
    org: Annotated[str, typer.Option(help="单位代码 · organisation")] = "",
    county: Annotated[str, typer.Option(help="六位区划代码；空为全市 · county code")] = "",
    institution: Annotated[str, typer.Option(help="机构编号（UUID） · institution id")] = "",
    days: Annotated[int, typer.Option(help="有效天数 · days to live")] = 90,
) -> None:
    """建立令牌，只显示一次 · make a token; it is shown once."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.security import tokens  # noqa: PLC0415 - heavy

    with connected() as (_, connection):
        token = tokens.create(
            connection,
            role=role,
            name=account,
            now=SystemClock().now(),
            days=days,
            org=org,
            county=county,
            institution=institution_of(institution),
        )
    say(Message("令牌只显示这一次，请妥善保存：", "shown once, keep it safe:"))
    out(token)


def institution_of(text: str) -> UUID | None:
    """Return the id of an institution that was given; None where none was.

    Raises:
        BadToken: it is no id.
    """
    from ledger.security.tokens import BadToken  # noqa: PLC0415 - heavy

    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        what = Message("机构编号应为 UUID", "an institution's id is a UUID")
        raise BadToken(what) from None


def show(form: Format = None) -> None:
    """列出令牌（不含密文） · list tokens, without their secrets."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.security import tokens  # noqa: PLC0415 - heavy

    with connected() as (_, connection):
        rows = tokens.listed(connection)
    out_rows(COLUMNS, [[getattr(row, name) for name, _ in COLUMNS] for row in rows], form)


def revoke(one: Annotated[str, typer.Argument(metavar="ID", help="令牌编号 · token id")]) -> None:
    """撤销令牌 · end a token's life."""
    from ledger.cli.opening import connected  # noqa: PLC0415 - heavy
    from ledger.clock import SystemClock  # noqa: PLC0415 - heavy
    from ledger.security import tokens  # noqa: PLC0415 - heavy

    with connected() as (_, connection):
        done = tokens.revoke(connection, one, SystemClock().now())
    if not done:
        raise NoSuchToken(Message(f"没有可撤销的令牌{one}", f"no living token {one}"))
    say(Message("已撤销", "revoked"))
