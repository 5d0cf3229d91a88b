"""What an operator may set, each by one environment variable; all of it has a default.

``SETTINGS`` is the table that ``read``, the reference page and ``mingzhang doctor`` share. Values
are read once, at the door, and handed on as one frozen record; nothing else looks at the
environment.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from aggregates.language import Message
from ledger.errors import Misconfigured

PREFIX = "MINGZHANG_"

PORT_DEFAULT = 8711
PORT_MAX = 65535
CITY_DEFAULT = "371500"
"""Liaocheng 聊城, whose rules the policy book holds (GB/T 2260)."""

DIVISION_CODE = re.compile(r"[1-9][0-9]{5}")
ORIGIN_NAME = re.compile(r"[^\s+/]+(/[^\s+/]+)*")
BROKER = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s/:,]+):[0-9]{1,5}")


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
        kafka: ``host:port`` of some brokers of Kafka; none where Kafka is not used.
        kafka_properties: A file that says how to show Kafka who one is.
        read_database_url: A database that read models are fed into from Kafka; may hold a password.
        ledger_url: Where the ledger is served, for whoever holds a copy of it.
        ledger_token_file: A file with the token to show there.
    """

    home: Path
    database_url: str | None = field(repr=False)
    host: str
    port: int
    city: str
    lang: str
    origin: str
    key_file: Path
    kafka: tuple[str, ...] | None
    kafka_properties: Path | None
    read_database_url: str | None = field(repr=False)
    ledger_url: str | None
    ledger_token_file: Path | None

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

    def ledger_token(self) -> str:
        """Return the token to show to the ledger; empty where no file is named.

        Raises:
            Misconfigured: the file cannot be read.
        """
        if self.ledger_token_file is None:
            return ""
        try:
            return self.ledger_token_file.read_text("utf-8").strip()
        except OSError as error:
            file, why = self.ledger_token_file, error.strerror
            raise Misconfigured(
                Message(f"令牌文件{file}无法读取：{why}", f"cannot read the token in {file}: {why}")
            ) from None

    def for_reading(self) -> Self:
        """Return the settings under which a copy is the database.

        Raises:
            Misconfigured: no read database is named.
        """
        if self.read_database_url is None:
            raise Misconfigured(
                Message("尚未指定只读数据库", "no read database is named"),
                mend=Message(
                    "请设置 MINGZHANG_READ_DATABASE_URL",
                    "set MINGZHANG_READ_DATABASE_URL",
                ),
            )
        return replace(self, database_url=self.read_database_url)

    def for_demo(self) -> Self:
        """Return the settings of a demonstration: a home below this one, and no other server.

        Simulated entries never go to a server of the user's own.
        """
        home = self.home / "demo"
        return replace(
            self, home=home, database_url=None, read_database_url=None, key_file=_key_file(home)
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


VARIABLES = {"key_file": "MASTER_KEY_FILE"}
"""Variables that do not bear the name of their field."""


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that bear our prefix and mean nothing: most likely misspelt."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _home(environment: Mapping[str, str]) -> Path:
    """Return where the platform keeps an application's data."""
    user = Path(environment.get("HOME") or "~").expanduser()
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "mingzhang"
    # The rule of the XDG specification: a relative path is to be ignored.
    data = Path(environment.get("XDG_DATA_HOME") or ".")
    return (data if data.is_absolute() else user / ".local" / "share") / "mingzhang"


def _key_file(home: Path) -> Path:
    return home / "keys" / "vault.keys"


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _database_url(text: str) -> str:
    try:
        parts = conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        # Without its cause, which quotes the text, password and all.
        raise ValueError from None
    if "@" in str(parts.get("host", "")).lstrip("@"):
        # A password with a bare @ in it: its end would be shown as the name of the host.
        raise ValueError
    return text


def _brokers(text: str) -> tuple[str, ...]:
    found = tuple(one.strip() for one in text.split(","))
    if not all(BROKER.fullmatch(one) for one in found):
        raise ValueError
    return found


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= PORT_MAX:
        raise ValueError
    return port


def _matching(pattern: str | re.Pattern[str]) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return parse


def _always(value: str | int | None) -> Callable[[Mapping[str, str], Mapping[str, Any]], Any]:
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
        _path,
        lambda environment, _above: _home(environment),
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
        _database_url,
        _always(None),
        secret=True,
    ),
    Setting(
        "host",
        Message("网页与接口服务绑定的地址。", "The address that the web server binds to."),
        Message("127.0.0.1（仅本机）", "127.0.0.1 (this machine only)"),
        Message("主机名或 IP 地址", "a host name or an IP address"),
        _matching(r"[^\s/]+"),
        _always("127.0.0.1"),
    ),
    Setting(
        "port",
        Message("网页与接口服务的端口；0 表示任选空闲端口。", "Its port; 0 takes any free one."),
        Message(str(PORT_DEFAULT), str(PORT_DEFAULT)),
        Message("0 至 65535 的整数", "a whole number from 0 to 65535"),
        _port,
        _always(PORT_DEFAULT),
    ),
    Setting(
        "city",
        Message("适用其政策的设区市，行政区划代码。", "The city whose policies hold, by its code."),
        Message(f"{CITY_DEFAULT}（聊城市）", f"{CITY_DEFAULT} (Liaocheng)"),
        Message("六位行政区划代码（GB/T 2260）", "a division code of six digits (GB/T 2260)"),
        _matching(DIVISION_CODE),
        _always(CITY_DEFAULT),
    ),
    Setting(
        "lang",
        Message("命令行输出所用的语言。", "The language of what the command line says."),
        Message("zh", "zh"),
        Message("zh 或 en", "zh or en"),
        _matching("zh|en"),
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
        _matching(ORIGIN_NAME),
        lambda _environment, above: f"mingzhang.local/{above['city']}",
    ),
    Setting(
        "key_file",
        Message(
            "保险库的密钥文件；须单独备份，勿与数据库放在一起。",
            "The keys of the vault; to be backed up by itself, never beside the database.",
        ),
        Message("MINGZHANG_HOME/keys/vault.keys", "MINGZHANG_HOME/keys/vault.keys"),
        Message("文件", "a file"),
        _path,
        lambda _environment, above: _key_file(above["home"]),
    ),
    Setting(
        "kafka",
        Message(
            "Kafka服务器，供relay、projector等进程使用。",
            "The brokers of Kafka, for relay, projector and their like.",
        ),
        Message("不使用Kafka", "Kafka is not used"),
        Message("主机:端口，多个以逗号分隔", "host:port, several with commas between"),
        _brokers,
        _always(None),
    ),
    Setting(
        "kafka_properties",
        Message(
            "连接Kafka的TLS与SASL设置，librdkafka格式的属性文件。",
            "A file of properties for TLS and SASL, with the names of librdkafka.",
        ),
        Message("明文，不认证", "plain text, nobody asked who one is"),
        Message("文件", "a file"),
        _path,
        _always(None),
    ),
    Setting(
        "read_database_url",
        Message(
            "由Kafka供给的只读数据库（15 版以上），projector写入，serve --read 据以服务。",
            "A database of its own that the projector feeds from Kafka and serve --read serves.",
        ),
        Message("无", "none"),
        Message("同 MINGZHANG_DATABASE_URL", "as MINGZHANG_DATABASE_URL"),
        _database_url,
        _always(None),
        secret=True,
    ),
    Setting(
        "ledger_url",
        Message(
            "账本服务的网址：只读数据库由此补取缺失的条目、转报查阅记录。",
            "Where the ledger is served: missing entries are fetched and look-ups recorded there.",
        ),
        Message("无", "none"),
        Message("http(s)://主机[:端口]", "http(s)://host[:port]"),
        _matching(r"https?://[^\s/]+"),
        _always(None),
    ),
    Setting(
        "ledger_token_file",
        Message("向该服务出示的令牌所在的文件。", "The file with the token to show there."),
        Message("无", "none"),
        Message("文件", "a file"),
        _path,
        _always(None),
    ),
)
"""Every setting, in the order in which they are explained."""
