"""What the database has to bring, be it the embedded one or the user's own."""

import os
import subprocess
from datetime import timedelta

import psycopg

from aggregates.language import Message
from ledger.clock import SystemClock
from ledger.embedded import failures
from ledger.embedded.account import SYSTEM_USER
from ledger.embedded.binaries import binary
from ledger.embedded.checks import Examination, Result, good
from ledger.embedded.database import CONNECT_SECONDS, OwnServer, unreachable
from ledger.embedded.launch import check_version
from ledger.embedded.server import EmbeddedServer, ServerStatus
from ledger.integration.stamping import last_stamps
from ledger.integration.standing import standing
from ledger.integration.storing import open_fault
from ledger.integration.vouching import Vouching
from ledger.settings import Settings
from ledger.store.migrations import missing
from ledger.store.roles import INTAKE, PROJECTOR, READER, RELAY, may_take

ROLES = (
    *("mingzhang_reader", "mingzhang_writer", "mingzhang_fold", "mingzhang_vault"),
    *("mingzhang_integrator", "mingzhang_relay", "mingzhang_projector", "mingzhang_intake"),
)
"""The group roles that migrations make, if they may."""
TAKEN = (READER, RELAY, PROJECTOR, INTAKE)
"""Those that processes take."""

DRIFT = timedelta(seconds=5)
LATE = 3
"""A time stamp is late after so many times the length between two."""

NOT_ASKED = Message("数据库未运行，未检查。", "Not looked at: the database does not run just now.")


def _programs(_settings: Settings) -> Result:
    path = binary("postgres")
    with failures.explained(path):
        shown = subprocess.run(  # noqa: S603 - a program of ours, without a shell
            [path, "--version"], capture_output=True, text=True, check=False
        )
    if shown.returncode != 0:
        raise failures.of_output(
            shown.stderr.splitlines(), path, Message("PostgreSQL 运行", "Running PostgreSQL")
        )
    version = shown.stdout.strip()
    if os.geteuid() != 0:
        return good(f"{version}，可以运行。", f"{version} can be run.")
    return good(
        f"{version}，可以运行；以 root 启动时改用系统用户 {SYSTEM_USER}。",
        f"{version} can be run; under root it runs as the system user {SYSTEM_USER}.",
    )


def _data(settings: Settings) -> Result:
    status = EmbeddedServer(settings.home).status()
    if status.state == "absent" or status.root is None:
        return good("首次启动时创建。", "They are made at the first start.")
    with failures.explained(status.root):
        check_version(status.root / "data")
    return _process(status)


def _process(status: ServerStatus) -> Result:
    """Say how the server's process is."""
    root, pid, url = status.root, status.pid, status.url
    if status.state == "stopped":
        return good(f"{root} 完好，服务器未运行。", f"{root} is well; the server does not run.")
    if status.state == "left":
        return Result(
            "note",
            Message(
                "服务器上次被强行终止；下次启动会自动恢复。",
                "The server was killed; the next start recovers by itself.",
            ),
        )
    if url is None:
        return Result(
            "note",
            Message(f"服务器（进程 {pid}）正在恢复数据。", f"The server ({pid}) is recovering."),
            Message("等待其完成，不要终止。", "Let it finish; do not stop it."),
        )
    try:
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        found = Message(f"服务器（进程 {pid}）不应答：{reason}", f"No answer from {pid}: {reason}")
        return Result("bad", found)
    return good(f"{root} 正在使用（进程 {pid}）。", f"{root} is in use (process {pid}).")


def _own_server(settings: Settings) -> Result:
    url = OwnServer(settings.database_url or "").start()
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        rows = connection.execute(
            "select name, setting from pg_settings where name = any(%s)",
            [["server_encoding", "fsync", "full_page_writes", "synchronous_commit"]],
        ).fetchall()
        version = connection.info.parameter_status("server_version")
    values: dict[str, str] = dict(rows)
    wrong = [name for name in ("fsync", "full_page_writes") if values[name] != "on"]
    wrong += ["synchronous_commit"] * (values["synchronous_commit"] in {"off", "local"})
    if values["server_encoding"] != "UTF8":
        return Result(
            "bad",
            Message("数据库编码不是 UTF8。", "The encoding of the database is not UTF8."),
            Message("用 encoding 'UTF8' 另建数据库。", "Create one with encoding 'UTF8'."),
        )
    if wrong:
        listed = ", ".join(wrong)
        return Result(
            "bad",
            Message(
                f"断电会丢失已确认的记录：{listed}", f"Acknowledged entries can be lost: {listed}"
            ),
            Message(f"在该服务器上设为 on：{listed}", f"Set on at that server: {listed}"),
        )
    return good(f"PostgreSQL {version}，应答正常。", f"PostgreSQL {version} answers.")


def _roles(settings: Settings) -> Result:
    with psycopg.connect(
        settings.database_url or "", connect_timeout=CONNECT_SECONDS
    ) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "select rolname from pg_roles where rolname = any(%s)", [list(ROLES)]
            )
        }
        row = connection.execute(
            "select rolsuper or rolcreaterole, has_database_privilege(current_database(), 'create')"
            " from pg_roles where rolname = current_user"
        ).fetchone()
        untaken = [name for name in TAKEN if name in there and not may_take(connection, name)]
    may_make_roles, may_make_schemas = row or (False, False)
    lacking = [name for name in ROLES if name not in there]
    if lacking and not may_make_roles:
        return Result(
            "bad",
            Message(
                f"缺少角色且无权创建：{', '.join(lacking)}",
                f"Roles are missing and may not be created: {', '.join(lacking)}",
            ),
            Message(
                "由管理员执行：" + " ".join(f"create role {name} nologin;" for name in lacking),
                "Let an administrator run: "
                + " ".join(f"create role {name} nologin;" for name in lacking),
            ),
        )
    if not may_make_schemas:
        return Result(
            "note",
            Message("该用户无权建模式，不能升级结构。", "This user may not migrate the database."),
            Message("升级时改用数据库的所有者。", "Migrate as the owner of the database."),
        )
    if untaken:
        return Result(
            "note",
            Message(
                f"该用户不能取用角色，各进程以其全部权限工作：{', '.join(untaken)}",
                "This user may not take roles, and processes work with all its rights: "
                + ", ".join(untaken),
            ),
            Message(
                "由管理员将这些角色授予该用户。",
                "Let an administrator grant these roles to the user.",
            ),
        )
    return good("角色与权限齐备。", "Roles and rights are there.")


def _migrations(settings: Settings) -> Result:
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    waiting = missing(url)
    if not waiting:
        return good("结构为最新。", "The database has the form that this program knows.")
    listed = ", ".join(waiting)
    return Result(
        "note",
        Message(f"有待执行的升级：{listed}", f"Migrations are waiting: {listed}"),
        Message("执行 mingzhang init；run 会自动执行。", "Run mingzhang init; run does it itself."),
    )


def _last_entry(settings: Settings) -> Result:
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        there = connection.execute("select to_regclass('ledger.head') is not null").fetchone()
        if there != (True,):
            return good("尚无记录。", "There are no entries yet.")
        row = connection.execute("select position, recorded_at from ledger.head").fetchone()
    if row is None or row[0] == 0:
        return good("尚无记录。", "There are no entries yet.")
    position, recorded = row
    if recorded > SystemClock().now() + DRIFT:
        return Result(
            "bad",
            Message(
                f"最后一条记录（第 {position} 条）的时间 {recorded} 晚于系统时钟。",
                f"The last entry (position {position}) is of {recorded}, later than the clock.",
            ),
            Message(
                "校准时钟；模拟账本属正常现象。",
                "Set the clock; in a simulated ledger this is as it should be.",
            ),
        )
    return good(f"共 {position} 条记录。", f"There are {position} entries.")


def _damage(settings: Settings) -> Result:
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
        row = connection.execute(
            "select current_setting('data_checksums'), sum(coalesce(checksum_failures, 0))"
            " from pg_stat_database"
        ).fetchone()
    checked, failures_seen = row or ("off", 0)
    if failures_seen:
        return Result(
            "bad",
            Message(
                f"已发现 {failures_seen} 个损坏的数据页。",
                f"{failures_seen} damaged pages were met.",
            ),
            Message(
                "停止服务，检查磁盘，从备份恢复，再执行 mingzhang verify。",
                "Stop the service, see to the disk, restore a backup, then run mingzhang verify.",
            ),
        )
    if checked != "on":
        return Result(
            "note",
            Message("该服务器未启用数据校验和。", "That server keeps no data checksums."),
            Message("停机后执行 pg_checksums --enable。", "Stop it and run pg_checksums --enable."),
        )
    return good("未发现损坏的数据页。", "No damaged page was met.")


def _evidence(settings: Settings) -> Result:
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        there = connection.execute("select to_regclass('evidence.tree') is not null").fetchone()
        if there != (True,):
            return good("尚无证据。", "There is no evidence yet.")
        fault = open_fault(connection)
        row = connection.execute(
            "select position, (select min(size) from evidence.tree) from ledger.head"
        ).fetchone()
    if fault is not None:
        return Result(
            "bad",
            Message(f"整合已停止。{fault.text.zh}。", f"Integration has stopped: {fault.text.en}."),
            Message(
                "执行 mingzhang verify 查明原因，从备份恢复被改动的内容；恢复后自动继续。",
                "Run mingzhang verify and restore what was changed; it then goes on by itself.",
            ),
        )
    head, size = row or (0, 0)
    return good(
        f"树已覆盖 {size} 条，尚余 {head - size} 条。",
        f"The trees hold {size} entries; {head - size} are to come.",
    )


def _witnesses(settings: Settings) -> Result:
    vouching = Vouching.of(settings)
    policy = vouching.policy()
    if policy is None or not policy.witnesses:
        return good("未设见证人。", "There are no witnesses.")
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        there = connection.execute("select to_regclass('evidence.witness') is not null").fetchone()
        if there != (True,):
            return good("尚无证据。", "There is no evidence yet.")
        stands = standing(connection, policy, vouching.stale_seconds)
    now = SystemClock().now()
    if stands.is_well(now):
        return Result("good", stands.text(now))
    mend = Message(
        "执行 mingzhang verify，并与见证人核对；在查明之前不要重启或恢复任何内容。",
        "Run mingzhang verify and ask the witness; restore and restart nothing until it is clear.",
    )
    if not stands.contradicting:
        mend = Message(
            "核对见证人的网址、公钥和网络；服务须在运行。",
            "See to addresses, keys and network of the witnesses; the service has to run.",
        )
    return Result("bad", stands.text(now), mend)


def _time_stamps(settings: Settings) -> Result:
    vouching = Vouching.of(settings)
    if not vouching.authorities:
        return good("未设时间戳机构。", "There are no time-stamping authorities.")
    vouching.certificates()
    url = _url(settings)
    if url is None:
        return Result("good", NOT_ASKED)
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        there = connection.execute(
            "select to_regclass('evidence.time_stamp') is not null"
        ).fetchone()
        if there != (True,):
            return good("尚无证据。", "There is no evidence yet.")
        last = last_stamps(connection)
    allowed = LATE * vouching.stamp_seconds
    now = SystemClock().now()
    late = [
        one
        for one in vouching.authorities
        if one not in last or (now - last[one].at).total_seconds() > allowed
    ]
    if late:
        named = ", ".join(late)
        return Result(
            "note",
            Message(f"近期未盖时间戳：{named}", f"No time stamp lately: {named}"),
            Message(
                "服务须在运行；日志静止时不再盖戳；否则核对网址和根证书。",
                "The service has to run; a log at rest gets none; else see to address and roots.",
            ),
        )
    sizes = ", ".join(str(last[one].size) for one in vouching.authorities)
    return good(f"已盖时间戳至第 {sizes} 条。", f"Stamped up to {sizes} entries.")


def _url(settings: Settings) -> str | None:
    """Return where the database is, if it can be asked without starting anything."""
    if settings.database_url is None:
        return EmbeddedServer(settings.home).status().url
    try:
        psycopg.connect(settings.database_url, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        raise unreachable(error) from error
    return settings.database_url


EMBEDDED = (
    Examination("programs", Message("PostgreSQL 程序", "PostgreSQL programs"), _programs),
    Examination("data", Message("数据库文件", "Data files"), _data),
)
OWN = (
    Examination("server", Message("自备服务器", "Your own server"), _own_server),
    Examination("roles", Message("数据库角色", "Database roles"), _roles),
)
BOTH = (
    Examination("migrations", Message("数据库结构", "Migrations"), _migrations),
    Examination("damage", Message("数据完好", "Damage"), _damage),
    Examination("entries", Message("账本", "Ledger"), _last_entry),
    Examination("evidence", Message("证据", "Evidence"), _evidence),
    Examination("witnesses", Message("见证人", "Witnesses"), _witnesses),
    Examination("time_stamps", Message("时间戳", "Time stamps"), _time_stamps),
)
