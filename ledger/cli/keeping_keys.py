"""``evidence keys``: the log's signing keys shown, exchanged, revoked, backed up and restored."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from aggregates.language import Message
from ledger.cli.options import Demo, Format, Twin
from ledger.cli.telling import out, out_json, out_rows, say
from ledger.errors import Failure

if TYPE_CHECKING:
    from ledger.application.key_keeping import KeyKeeping
    from ledger.cli.opening import Place

T = TypeVar("T")

Promises = Annotated[bool, typer.Option("--promises", help="承诺的密钥 · the key of promises")]
KeyId = Annotated[str, typer.Argument(metavar="ID", help="公钥编号（八位十六进制） · the key's id")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="口令文件，取首行；缺省为询问 · its first line; asked for if not given"),
]


class Algorithm(StrEnum):
    """The kinds of signing keys."""

    ED25519 = "ed25519"
    ML_DSA_44 = "ml-dsa-44"
    SM2_SM3 = "sm2-sm3"


class Ground(StrEnum):
    """Why a key is revoked."""

    COMPROMISED = "COMPROMISED"
    LOST = "LOST"
    WEAK = "WEAK"
    SUPERSEDED = "SUPERSEDED"


class Unreadable(Failure):
    """A file cannot be read or written."""

    exit_code = 66


COLUMNS = (
    ("id", Message("编号", "id")),
    ("name", Message("名称", "name")),
    ("algorithm", Message("算法", "algorithm")),
    ("state", Message("状态", "state")),
    ("first_size", Message("自大小", "from size")),
    ("last_size", Message("至大小", "to size")),
)


def group() -> typer.Typer:
    """Return the group."""
    made = typer.Typer(
        help="签名密钥：公钥、轮换、停用、吊销、备份、恢复 · the log's signing keys",
        invoke_without_command=True,
    )
    made.callback()(keys)
    made.command("list")(show)
    made.command("rotate")(rotate)
    made.command("retire")(retire)
    made.command("revoke")(revoke)
    made.command("backup")(backup)
    made.command("restore")(restore)
    return made


def keys(
    context: typer.Context, demo: Demo = False, twin: Twin = False, promises: Promises = False
) -> None:
    """验签公钥，每行一个 · the verifier keys, one a line."""
    if context.invoked_subcommand is not None:
        return
    from ledger.integration.log_keys import vkeys  # noqa: PLC0415 - heavy
    from ledger.integration.place import SigningPlace  # noqa: PLC0415 - heavy
    from ledger.integration.trees import TWIN, WORLD  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    place = SigningPlace.below(Settings.read(demo=demo).home)
    held = place.keys()
    shown = held.promising if promises else held.of(TWIN if twin else WORLD)
    out(vkeys(shown).rstrip("\n"))


def show(demo: Demo = False, form: Format = None) -> None:
    """全部签名密钥：在用、待用、停用、吊销 · every signing key and what became of it."""
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.evidence.note import VerifierKey  # noqa: PLC0415 - heavy
    from ledger.evidence.validity import FOR_EVER  # noqa: PLC0415 - heavy
    from ledger.integration.key_lives import lives_in  # noqa: PLC0415 - heavy
    from ledger.integration.log_keys import ALGORITHMS  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read(demo=demo)
    with at_hand(settings) as place:
        held = place.signing.keys()
        lives = lives_in(place.conninfo, held.origin)
    states = {str(one.key): "current" for one in held.signing}
    states |= {str(one.key): "pending" for one in held.pending}
    states |= {str(one.key): "leaving" for one in held.leaving}
    rows = []
    for vkey in dict.fromkeys([*states, *lives]):
        key, life = VerifierKey.parse(vkey), lives.get(vkey, FOR_EVER)
        kind = next(name for name, byte in ALGORITHMS.items() if key.material.startswith(byte))
        state = states.get(vkey) or life.state.value
        rows.append([key.key_id.hex(), key.name, kind, state, life.first, life.last])
    out_rows(COLUMNS, rows, form)


def rotate(
    algorithm: Annotated[Algorithm, typer.Argument(help="算法 · kind of key")],
    twin: Twin = False,
    promises: Promises = False,
) -> None:
    """启用一把新密钥，与旧密钥同时签名 · bring in a new key; old and new both sign."""
    from ledger.integration.trees import TWIN, WORLD  # noqa: PLC0415 - heavy

    tree = TWIN if twin else WORLD
    if promises and (twin or algorithm is not Algorithm.ED25519):
        raise typer.BadParameter("ed25519", param_hint="--promises")
    if promises:
        signer = _keep(lambda keeping: keeping.rotate_promising())
    else:
        signer = _keep(lambda keeping: keeping.rotate(tree, algorithm.value))
    out(str(signer.key))
    say(
        Message(
            "新旧密钥自此同时签名。请把新的信任策略（mingzhang evidence policy）送达审计人和"
            "见证人，之后用 mingzhang evidence keys retire 停用旧密钥。",
            "Old and new key sign from now on. Hand the new policy (mingzhang evidence policy) to"
            " auditors and witnesses, then end the old one with mingzhang evidence keys retire.",
        )
    )


def retire(key_id: KeyId) -> None:
    """停用旧密钥，交叠期结束，私钥删除 · end the service of a key; its secret is removed."""
    last = _keep(lambda keeping: keeping.retire(key_id))
    say(
        Message(
            f"{key_id} 已停用，其签名只对不超过{last}条的检查点、或该位置以前的承诺有效。",
            f"{key_id} has ended; it counts for checkpoints of up to {last} entries, or for"
            " promises of entries up to there.",
        )
    )


def revoke(
    key_id: KeyId,
    ground: Annotated[Ground, typer.Option(help="事由 · why")],
    document: Annotated[str | None, typer.Option(help="依据文号 · the ordering document")] = None,
    last_size: Annotated[
        int | None,
        typer.Option(min=0, help="仍可信的最大检查点；缺省为其所签末次 · the last size believed"),
    ] = None,
) -> None:
    """吊销密钥；若为唯一则同时启用新密钥 · revoke a key, replaced if it is the only one."""
    last = _keep(lambda keeping: keeping.revoke(key_id, ground.value, document, last_size))
    say(
        Message(
            f"{key_id} 已吊销：大于{last}条的检查点上、或该位置以后的承诺上，其签名不作数。"
            "请立即把新的信任策略送达审计人和见证人。",
            f"{key_id} is revoked: it does not count for checkpoints of more than {last} entries,"
            " or for promises of later entries. Hand the new policy to auditors and witnesses at"
            " once.",
        )
    )


def backup(
    file: Annotated[Path, typer.Argument(help="新文件 · a new file")],
    passphrase_file: PassphraseFile = None,
    without_vault: Annotated[
        bool, typer.Option("--without-vault", help="不含保险库密钥 · without the vault's keys")
    ] = False,
) -> None:
    """加密备份签名密钥、签名器记录和保险库密钥 · write the keys into an encrypted file."""
    from ledger.integration import durable  # noqa: PLC0415 - heavy
    from ledger.integration.key_backup import taken  # noqa: PLC0415 - heavy

    passphrase = _passphrase(passphrase_file, confirm=True)

    def write(place: "Place") -> str:
        vault = None if without_vault else place.settings.key_file
        data = taken(place.signing, vault).sealed(passphrase)
        try:
            durable.write_new(file, data)
        except OSError as error:
            raise Unreadable(
                Message(
                    f"无法写入 {file}：{error.strerror}", f"cannot write {file}: {error.strerror}"
                )
            ) from None
        return sha256(data).hexdigest()

    async def run(keeping: "KeyKeeping", place: "Place") -> str:
        digest = write(place)
        await keeping.backed_up(digest, with_vault=not without_vault)
        return digest

    digest = _keep_at(run)
    out_json({"file": str(file), "sha256": digest})
    say(
        Message(
            "请与数据库备份分开存放；口令另存。",
            "Keep it apart from the database's, the passphrase apart.",
        )
    )


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 · the backup")],
    passphrase_file: PassphraseFile = None,
    vault_only: Annotated[
        bool, typer.Option("--vault-only", help="只恢复保险库密钥 · the vault's keys alone")
    ] = False,
) -> None:
    """从备份恢复密钥；已有的密钥不会被覆盖 · put keys back where they are missing."""
    from ledger.cli.opening import at_hand  # noqa: PLC0415 - heavy
    from ledger.integration import key_backup  # noqa: PLC0415 - heavy
    from ledger.integration.key_lives import lives_in  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    settings = Settings.read()
    held = key_backup.Backup.opened(_bytes(file), _passphrase(passphrase_file, confirm=False))
    if vault_only:
        written = key_backup.restore_vault(held, settings.key_file)
        out_json({"written": [str(path) for path in written]})
        return
    # The log itself tells which keys have ended since the backup was made.
    with at_hand(settings) as place:
        lives = lives_in(place.conninfo, settings.origin)
        with place.signing.alone():
            written = key_backup.restore(held, place.signing, settings.key_file, lives)
        is_begun = place.signing.signer().is_begun()
    out_json({"written": [str(path) for path in written], "signer": is_begun})
    if not is_begun:
        say(
            Message(
                "签名器不知道上次签到哪里，在指明之前不签名：请用 mingzhang evidence adopt 给出"
                "两棵树最新的已签检查点（取自日志、见证人或审计人），不得早于备份。",
                "The signer does not know what was signed last, and signs nothing until it is told:"
                " give it the newest signed checkpoints of both trees (of the log, a witness or an"
                " auditor) with mingzhang evidence adopt; none that is older than the backup.",
            )
        )


def _keep(work: Callable[["KeyKeeping"], Awaitable[T]]) -> T:
    return _keep_at(lambda keeping, _: work(keeping))


def _keep_at(work: Callable[["KeyKeeping", "Place"], Awaitable[T]]) -> T:
    from ledger.application.key_keeping import KeyKeeping  # noqa: PLC0415 - heavy
    from ledger.cli.opening import at_hand, opened  # noqa: PLC0415 - heavy
    from ledger.settings import Settings  # noqa: PLC0415 - heavy

    with at_hand(Settings.read()) as place:

        async def run() -> T:
            async with opened(place) as ledger:
                return await work(KeyKeeping(ledger, place.signing), place)

        with place.signing.alone():
            return asyncio.run(run())


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    if file is None:
        asked: str = typer.prompt(
            "口令 passphrase", hide_input=True, confirmation_prompt=confirm, err=True
        )
        return asked
    return _bytes(file).decode(errors="surrogateescape").partition("\n")[0]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(
            Message(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}")
        ) from None
