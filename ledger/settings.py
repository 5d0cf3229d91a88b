"""What an operator may set, each by one environment variable; all of it has a default.

``SETTINGS`` is the table that ``read``, the reference page and ``mingzhang doctor`` share. Values
are read once, at the door, and handed on as one frozen record; nothing else looks at the
environment.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.setting_forms import (
    SECONDS_MAX,
    addresses,
    database_url,
    matching,
    path,
    place_of_documents,
    platform_home,
    port,
    seconds,
)

PREFIX = "MINGZHANG_"

PORT_DEFAULT = 8711
HEADS_SECONDS_DEFAULT = 3600
CITY_DEFAULT = "371500"
"""Liaocheng 聊城, whose rules the policy book holds (GB/T 2260)."""

DIVISION_CODE = re.compile(r"[1-9][0-9]{5}")
ORIGIN_NAME = re.compile(r"[^\s+/]+(/[^\s+/]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, read and checked.

    Attributes:
        home: Where keys, exports and the embedded server's data are kept.
        database_url: The user's own server, or ``None`` for the embedded one. It may hold a
            password, so it is never shown.
        host: The address that the web server binds to.
        port: Its port; 0 takes any that is free.
        city: The division code of the city whose policy book is in force.
        lang: The language of texts for people, ``zh`` or ``en``.
        origin: The name of this log, which stands in every entry and checkpoint.
        key_file: The keyring of the vault.
        witness_policy: The policy that names witnesses; there are none where it is no file.
        witness_seconds: How often they are asked, at most.
        witness_stale_seconds: How old a quorum of them may be before it is told.
        tsa_urls: Time-stamping authorities (RFC 3161) that stamp checkpoints.
        tsa_roots: Certificates (PEM) in which the chains of these authorities have to end.
        tsa_seconds: How often they are asked.
        documents: Where the files of archived documents lie: a directory, or an S3 bucket with
            its secret, so it is never shown.
        heads_seconds: How long an entry waits at most until the log names the heads of all
            streams again.
    """

    home: Path
    database_url: str | None = field(repr=False)
    host: str
    port: int
    city: str
    lang: str
    origin: str
    key_file: Path
    documents: str = field(repr=False)
    heads_seconds: int = HEADS_SECONDS_DEFAULT
    witness_policy: Path
    witness_seconds: int
    witness_stale_seconds: int
    tsa_urls: tuple[str, ...]
    tsa_roots: Path
    tsa_seconds: int

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings.

        Args:
            environment: The variables; those of this process if left out. An empty one counts
                as not set.

        Raises:
            Misconfigured: Some cannot be read; all of them are named.
        """
        given = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        wrong: list[Setting] = []
        for setting in SETTINGS:
            text = given.get(setting.variable, "")
            try:
                read = setting.parse(text) if text else setting.default(given, values)
            except ValueError:
                wrong.append(setting)
                read = setting.default(given, values)
            values[setting.field] = read
        if wrong:
            raise _refused(wrong)
        return cls(**values)

    def for_demo(self) -> Self:
        """Return the settings of a demonstration: a home below this one, and no other server.

        Simulated entries never go to a server of the user's own, nor does anybody vouch for them.
        """
        home = self.home / "demo"
        return replace(
            self,
            home=home,
            database_url=None,
            key_file=_key_file(home),
            witness_policy=_witness_policy(home),
            tsa_urls=(),
            documents=str(_documents(home)),
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table.

    Attributes:
        field: The attribute of ``Settings``.
        meaning: What it is for.
        default_text: What holds if it is not set, in words.
        form: What a value looks like.
        parse: Reads a value; raises ``ValueError`` if it does not have the form.
        default: Gives the value if it is not set, from the environment and the settings above.
        secret: Whether the value may hold a password and is never shown.
    """

    field: str
    meaning: Message
    default_text: Message
    form: Message
    parse: Callable[[str], Any]
    default: Callable[[Mapping[str, str], Mapping[str, Any]], Any]
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + VARIABLES.get(self.field, self.field.upper())


VARIABLES = {"key_file": "MASTER_KEY_FILE", "tsa_urls": "TSA_URL"}
"""Variables that do not bear the name of their field."""


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that bear our prefix and mean nothing: most likely misspelt."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _key_file(home: Path) -> Path:
    return home / "keys" / "vault.keys"


def _witness_policy(home: Path) -> Path:
    return home / "witness.policy"


def _documents(home: Path) -> Path:
    return home / "documents"


def _always(
    value: str | int | tuple[str, ...] | None,
) -> Callable[[Mapping[str, str], Mapping[str, Any]], Any]:
    return lambda _environment, _above: value


def _refused(wrong: list[Setting]) -> Misconfigured:
    """Say which variables cannot be read, without their values."""
    names = [setting.variable for setting in wrong]
    return Misconfigured(
        Message(
            f"设置无法读取：{'、'.join(names)}", f"Settings not understood: {', '.join(names)}"
        ),
        mend=Message(
            "；".join(f"{one.variable}：{one.form.zh}" for one in wrong),
            "; ".join(f"{one.variable}: {one.form.en}" for one in wrong),
        ),
    )


def _every(field: str, meaning: Message, default: int) -> Setting:
    """Return a setting that is a number of seconds."""
    form = Message(f"1 至 {SECONDS_MAX} 的秒数", f"a number of seconds from 1 to {SECONDS_MAX}")
    text = Message(str(default), str(default))
    return Setting(field, meaning, text, form, seconds, _always(default))


def _file(field: str, meaning: Message, below: Callable[[Path], Path]) -> Setting:
    """Return a setting that is a file, by default one below the home."""
    default = f"MINGZHANG_HOME/{below(Path()).as_posix()}"
    form = Message("文件", "a file")
    return Setting(
        field,
        meaning,
        Message(default, default),
        form,
        path,
        lambda _environment, above: below(above["home"]),
    )


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "home",
        Message(
            "存放密钥、导出文件和内嵌数据库的目录；演示数据在其下的 demo 目录。",
            "The directory of keys, exports and the embedded database; the demonstration is kept "
            "in its subdirectory demo.",
        ),
        Message("系统的应用数据目录，例如 ~/.local/share/mingzhang", "~/.local/share/mingzhang"),
        Message("目录", "a directory"),
        path,
        lambda environment, _above: platform_home(environment),
    ),
    Setting(
        "database_url",
        Message(
            "自备的 PostgreSQL（15 版以上）；设置后不启动内嵌数据库。",
            "A PostgreSQL server of your own (15 or later); the embedded one is then not started.",
        ),
        Message("内嵌数据库", "the embedded server"),
        Message(
            "postgresql://用户:口令@主机:端口/数据库，特殊字符用百分号编码",
            "postgresql://user:password@host:port/database, special characters percent-encoded",
        ),
        database_url,
        _always(None),
        secret=True,
    ),
    Setting(
        "host",
        Message("网页与接口服务绑定的地址。", "The address that the web server binds to."),
        Message("127.0.0.1（仅本机）", "127.0.0.1 (this machine only)"),
        Message("主机名或 IP 地址", "a host name or an IP address"),
        matching(r"[^\s/]+"),
        _always("127.0.0.1"),
    ),
    Setting(
        "port",
        Message("网页与接口服务的端口；0 表示任选空闲端口。", "Its port; 0 takes any free one."),
        Message(str(PORT_DEFAULT), str(PORT_DEFAULT)),
        Message("0 至 65535 的整数", "a whole number from 0 to 65535"),
        port,
        _always(PORT_DEFAULT),
    ),
    Setting(
        "city",
        Message("适用其政策的设区市，行政区划代码。", "The city whose policies hold, by its code."),
        Message(f"{CITY_DEFAULT}（聊城市）", f"{CITY_DEFAULT} (Liaocheng)"),
        Message("六位行政区划代码（GB/T 2260）", "a division code of six digits (GB/T 2260)"),
        matching(DIVISION_CODE),
        _always(CITY_DEFAULT),
    ),
    Setting(
        "lang",
        Message("命令行输出所用的语言。", "The language of what the command line says."),
        Message("zh", "zh"),
        Message("zh 或 en", "zh or en"),
        matching("zh|en"),
        _always("zh"),
    ),
    Setting(
        "origin",
        Message(
            "本账本的名称，写入每条记录和检查点；启用后不可更改。",
            "The name of this log, in every entry and checkpoint; not to be changed once in use.",
        ),
        Message("mingzhang.local/<城市代码>", "mingzhang.local/<city>"),
        Message(
            "不带协议的网址，不含空格、加号和结尾斜杠",
            "a URL without its scheme, without spaces, plus signs and a trailing slash",
        ),
        matching(ORIGIN_NAME),
        lambda _environment, above: f"mingzhang.local/{above['city']}",
    ),
    _file(
        "key_file",
        Message(
            "保险库的密钥文件；须单独备份，勿与数据库放在一起。",
            "The keys of the vault; to be backed up by itself, never beside the database.",
        ),
        _key_file,
    ),
    Setting(
        "documents",
        Message(
            "归档材料原件的存放处：目录，或 S3 兼容服务的存储桶（需另装 minio）。",
            "Where the files of archived documents lie: a directory, or a bucket of an "
            "S3-compatible service (with the extra s3).",
        ),
        Message("MINGZHANG_HOME/documents", "MINGZHANG_HOME/documents"),
        Message(
            "目录，或 s3://访问键:密钥@主机/桶，特殊字符用百分号编码",
            "a directory, or s3://access:secret@host/bucket, special characters percent-encoded",
        ),
        place_of_documents,
        lambda _environment, above: str(_documents(above["home"])),
        secret=True,
    ),
    _every(
        "heads_seconds",
        Message(
            "日志隔多久载明一次所有流的末条，使答复可证明无遗漏；日志未动则不载明。",
            "How often the log names the heads of all streams, from which on answers are provably "
            "complete; never where nothing was appended.",
        ),
        HEADS_SECONDS_DEFAULT,
    ),
    _file(
        "witness_policy",
        Message(
            "见证策略文件（C2SP tlog-policy 的 witness、group、quorum 行）；无此文件即无见证人。",
            "The witnesses: witness, group and quorum lines of C2SP tlog-policy. Without the file "
            "there are none.",
        ),
        _witness_policy,
    ),
    _every(
        "witness_seconds",
        Message("请见证人共同签名的间隔。", "How often witnesses are asked."),
        10,
    ),
    _every(
        "witness_stale_seconds",
        Message(
            "见证超过多久未达法定人数即告警。",
            "After how long without a quorum of witnesses an alarm is raised.",
        ),
        300,
    ),
    Setting(
        "tsa_urls",
        Message(
            "时间戳机构（RFC 3161）网址，多个以空格分隔；检查点定期加盖时间戳。",
            "Time-stamping authorities (RFC 3161), with spaces between; they stamp checkpoints.",
        ),
        Message("无", "none"),
        Message("http:// 或 https:// 网址", "http:// or https:// URLs"),
        addresses,
        _always(()),
    ),
    _file(
        "tsa_roots",
        Message(
            "时间戳机构证书链的根证书（PEM）。",
            "The certificates (PEM) in which the chains of those authorities have to end.",
        ),
        lambda home: home / "tsa.pem",
    ),
    _every("tsa_seconds", Message("加盖时间戳的间隔。", "How often they are asked."), 3600),
)
"""Every setting, in the order in which they are explained."""
