"""``verify``: the living database, an export, read models or a receipt; exit 3 where not as it was.

A self-check uses the installation's own keys. An auditor brings a policy and the checkpoint of
the last time: what the installation says of itself then proves nothing any more.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregates.language import Message
from ledger.cli.exhibiting import verify_exhibit
from ledger.cli.options import Demo
from ledger.cli.telling import out_json, say
from ledger.errors import Failure
from ledger.store.rows import SEE_ENTRIES

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from psycopg import Connection

    from ledger.evidence.audit import Held
    from ledger.evidence.policy import Policy
    from ledger.integration.trees import TreeKind
    from ledger.integration.verifying import Verified
    from ledger.settings import Settings
    from projections.model import ReadModel

INTEGRITY = 3
TsaRoots = Annotated[
    Path | None,
    typer.Option(help="时间戳机构根证书（PEM）；缺省为本机设置 · whose time stamps count"),
]
Models = Annotated[
    bool, typer.Option("--models", help="重放并比较读模型摘要 · replay the read models")
]
Mend = Annotated[
    bool, typer.Option("--mend", help="与--models同用：按条目重建不符的 · make anew what is wrong")
]


class NoSuchPosition(Failure):
    """The log has not come to a position that was asked for."""

    exit_code = 4


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(  # noqa: PLR0913 - each mode has its own file
    first: Annotated[int, typer.Option("--from", min=1, help="起始位置 · first position")] = 1,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="截止位置；缺省至末尾 · last position")
    ] = None,
    demo: Demo = False,
    checkpoint: Annotated[
        Path | None, typer.Option(help="审计人所持检查点 · a checkpoint that the auditor holds")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="只核验此检查点之后的部分 · only what follows this checkpoint"),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="信任策略文件；缺省为本机密钥 · whose signatures count")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="离线核验导出目录 · an exported log, offline")
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option(help="核验回执 · a receipt, with --entry or the database")
    ] = None,
    entry: Annotated[
        Path | None, typer.Option(help="回执所证条目的字节 · the entry of the receipt")
    ] = None,
    exhibit: Annotated[
        Path | None,
        typer.Option(help="核验证据材料，并重放全部条目比较 · an exhibit, beside a replay"),
    ] = None,
    twin: Annotated[bool, typer.Option("--sm3", help="核验SM3树 · the tree of SM3")] = False,
    tsa_roots: TsaRoots = None,
    models: Models = False,
    mend: Mend = False,
) -> None:
    """核验日志、导出、读模型或回执；有问题时退出码为3 · verify; exit 3 if broken."""
    from ledger.integration.trees import TWIN, WORLD  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    tree = TWIN if twin else WORLD
    if receipt is not None:
        _receipt(settings, receipt, entry, policy)
    elif exhibit is not None:
        verify_exhibit(settings, exhibit, policy)
    elif models:
        _models(settings, mend=mend)
    elif first > 1 or last is not None:
        _range(settings, first, last)
    else:
        trusted = _policy(settings, policy, tree, export)
        held = _held(trusted, checkpoint, since)
        roots = _roots(settings, tsa_roots)
        found = _verified(settings, export, trusted, held, tree, roots)
        _told(found, self_check=policy is None)


def _verified(
    settings: "Settings",
    export: Path | None,
    policy: "Policy | None",
    held: "Held | None",
    tree: "TreeKind",
    roots: "list[Certificate]",
) -> "Verified":
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.integration.verifying import verify_export, verify_live  # noqa: PLC0415 - heavy

    if export is not None and policy is not None:
        return verify_export(export, policy, held, tree, roots)
    with at_hand(settings) as place:
        return verify_live(place.conninfo, policy, held, tree, roots)


def _range(settings: "Settings", first: int, last: int | None) -> None:
    from psycopg import connect  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.integration.trees import WORLD  # noqa: PLC0415 - heavy
    from ledger.integration.verifying import Verified  # noqa: PLC0415 - heavy
    from ledger.store.verifying import verify_log  # noqa: PLC0415 - heavy

    if last is not None and last < first:
        raise typer.BadParameter("--from ≤ --to", param_hint="--from")
    with at_hand(settings) as place:
        with connect(place.conninfo) as connection:
            row = connection.execute("select position from ledger.head").fetchone()
        head = int(row[0]) if row else 0
        if max(first, last or first) > head:
            raise NoSuchPosition(Message(f"日志只到第{head}位", f"the log ends at position {head}"))
        _told(Verified(WORLD, rows=verify_log(place.conninfo, first, last)), self_check=True)


def _told(found: "Verified", *, self_check: bool) -> None:
    from ledger.integration.verifying import text_of  # noqa: PLC0415 - heavy

    out_json({**found.as_json(), "self_check": self_check})
    for path, why in found.stamps.wrong if found.stamps else ():
        say(Message(f"时间戳不成立：{path}：{why}", f"a time stamp does not hold: {path}: {why}"))
    if found.stamps_passed_over:
        count = found.stamps_passed_over
        say(
            Message(
                f"有{count}个时间戳未核验：请用 --tsa-roots 给出根证书",
                f"{count} time stamps were not checked: give their roots with --tsa-roots",
            )
        )
    if found.wrong is not None:
        say(text_of(found.wrong))
    if found.wrong is not None or (found.stamps and found.stamps.wrong):
        raise typer.Exit(INTEGRITY)


def _policy(
    settings: "Settings", given: Path | None, tree: "TreeKind", export: Path | None = None
) -> "Policy | None":
    """Return whose signatures count: as the auditor says, else this installation's own."""
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.evidence.errors import Malformed  # noqa: PLC0415 - heavy
    from ledger.evidence.policy import Policy  # noqa: PLC0415 - heavy
    from ledger.integration.key_lives import lives_in  # noqa: PLC0415 - heavy
    from ledger.integration.log_keys import LogKeysUnusable, policy_of  # noqa: PLC0415 - heavy
    from ledger.integration.place import SigningPlace  # noqa: PLC0415 - heavy
    from ledger.integration.verifying import NotEvidence  # noqa: PLC0415 - heavy

    if given is not None:
        try:
            return Policy.parse(_read(given))
        except Malformed as fault:
            raise NotEvidence(Message(f"策略文件：{fault}", f"the policy: {fault}")) from None
    try:
        keys = SigningPlace.below(settings.home).keys()
    except LogKeysUnusable:
        if export is None:
            return None
        raise NotEvidence(
            Message("请用 --policy 指明信任策略", "say by --policy whose signatures count")
        ) from None
    say(
        Message(
            "未给出 --policy：只以本机自己的密钥核验，属自查。能改写日志又持有密钥的人骗得过这种"
            "核验；审计人应使用自己留存的信任策略和检查点。",
            "No --policy was given: this installation's own keys count, so this is a self-check."
            " Whoever can rewrite the log and holds the keys passes it; an auditor brings a policy"
            " and a checkpoint of their own.",
        )
    )
    if export is not None:
        return policy_of(keys, tree)
    with at_hand(settings) as place:
        return policy_of(keys, tree, lives=lives_in(place.conninfo, keys.origin))


def _roots(settings: "Settings", given: Path | None) -> "list[Certificate]":
    """Return where the chains of time-stamping authorities may end; none leaves stamps out."""
    from ledger.evidence.errors import Malformed  # noqa: PLC0415 - heavy
    from ledger.evidence.time_stamps import roots_of  # noqa: PLC0415 - heavy
    from ledger.integration.verifying import NotEvidence  # noqa: PLC0415 - heavy
    from ledger.integration.vouching import Vouching  # noqa: PLC0415 - heavy

    if given is None:
        return Vouching.of(settings).certificates()
    try:
        return roots_of(_read(given))
    except Malformed:
        raise NotEvidence(
            Message(f"{given} 不是PEM证书", f"{given} holds no certificates in PEM")
        ) from None


def _held(policy: "Policy | None", checkpoint: Path | None, since: Path | None) -> "Held | None":
    from ledger.integration.verifying import NotEvidence, held_of  # noqa: PLC0415 - heavy

    given = since or checkpoint
    if given is None:
        return None
    if policy is None:
        raise NotEvidence(
            Message("请用 --policy 指明信任策略", "say by --policy whose signatures count")
        )
    return held_of(_read(given), policy, is_enough=since is not None)


def _receipt(settings: "Settings", receipt: Path, entry: Path | None, policy: Path | None) -> None:
    """Check a receipt against an entry's bytes, given or as they stand in the database."""
    import psycopg  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.evidence.errors import Malformed, Unproven  # noqa: PLC0415 - heavy
    from ledger.evidence.note import Note  # noqa: PLC0415 - heavy
    from ledger.evidence.receipt import Receipt  # noqa: PLC0415 - heavy
    from ledger.integration.verifying import (  # noqa: PLC0415 - heavy
        NotEvidence,
        entry_at,
        tree_of,
    )

    try:
        read = Receipt.parse(_read(receipt))
        tree = tree_of(Note.parse(read.checkpoint).text.partition("\n")[0])
    except Malformed as fault:
        raise NotEvidence(Message(f"不是回执：{fault}", f"no receipt: {fault}")) from None
    trusted = _policy(settings, policy, tree)
    if trusted is None:
        raise NotEvidence(
            Message("请用 --policy 指明信任策略", "say by --policy whose signatures count")
        )
    told: dict[str, Any] = {
        "position": read.index + 1,
        "tree": tree.name,
        "self_check": policy is None,
    }
    if entry is not None:
        body = _read(entry)
    else:
        with at_hand(settings) as place, psycopg.connect(place.conninfo) as connection:
            body = entry_at(connection, read.index + 1)
    try:
        accepted = read.check(tree.hashing.leaf(body), trusted, tree.hashing)
    except Unproven as fault:
        out_json(told | {"ok": False})
        say(Message(f"回执不成立：{fault}", f"the receipt does not hold: {fault}"))
        raise typer.Exit(INTEGRITY) from None
    out_json(told | {"ok": True, "checkpoint": accepted.signed.checkpoint.size})


def _models(settings: "Settings", *, mend: bool) -> None:
    """Compare what every read model holds with what the entries give when they are replayed."""
    import psycopg  # noqa: PLC0415 - heavy

    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from projections.catalogue import MODELS, folds  # noqa: PLC0415 - heavy
    from projections.digest import digest_at  # noqa: PLC0415 - heavy
    from projections.model import Moment  # noqa: PLC0415 - heavy
    from projections.rebuilding import rebuild_parts  # noqa: PLC0415 - heavy
    from projections.replaying import replayed  # noqa: PLC0415 - heavy
    from projections.run import catch_up, prepare  # noqa: PLC0415 - heavy

    with at_hand(settings) as place, psycopg.connect(place.conninfo, autocommit=True) as held:
        held.execute(SEE_ENTRIES)
        prepare(held, folds())
        reached = catch_up(held, folds())
        live = {model.name: _digest(held, model) for model in MODELS}
        until = max(position for position, _ in live.values())
        with replayed(held, folds().parts, until) as schema:
            given = {
                model.name: digest_at(held, model, Moment(live[model.name][0]), schema=schema)
                for model in MODELS
            }
        wrong = [name for name, (_, digest) in live.items() if given[name] != digest]
        if wrong and mend:
            rebuild_parts(place.conninfo, folds())
    digests = {name: digest for name, (_, digest) in live.items()}
    mended = bool(wrong) and mend
    out_json(
        {"position": reached, "ok": not wrong, "models": digests, "wrong": wrong, "mended": mended}
    )
    if wrong:
        _say_wrong("、".join(wrong), mended=mended)
        raise typer.Exit(INTEGRITY)


def _say_wrong(named: str, *, mended: bool) -> None:
    zh, en = f"读模型与条目重放不符：{named}", f"not what the entries give: {named}"
    if mended:
        say(Message(f"{zh}；已按条目重建", f"{en}; made anew from them"))
    else:
        say(
            Message(
                f"{zh}；未作改动，重建请加 --mend", f"{en}; left as it is, --mend makes it anew"
            )
        )


def _digest(connection: "Connection[Any]", model: "ReadModel") -> tuple[int, str]:
    """Return a model's position and digest; taken again if it was folded on meanwhile."""
    from projections.digest import digest_now  # noqa: PLC0415 - heavy
    from projections.run import position_of  # noqa: PLC0415 - heavy

    while True:
        before = position_of(connection, model.name)
        digest = digest_now(connection, model)
        if position_of(connection, model.name) == before:
            return before, digest


def _read(path: Path) -> bytes:
    from ledger.integration.verifying import NotEvidence  # noqa: PLC0415 - heavy

    try:
        return path.read_bytes()
    except OSError as error:
        raise NotEvidence(
            Message(f"无法读取 {path}：{error.strerror}", f"cannot read {path}: {error.strerror}")
        ) from None
