"""The table of settings, in the order in which they are explained."""

import re
from collections.abc import Callable
from pathlib import Path

from aggregates.language import Message
from ledger.settings.reading import (
    SECONDS_MAX,
    addresses,
    always,
    brokers,
    database_url,
    documents,
    home,
    key_file,
    matching,
    path,
    place_of_documents,
    port,
    seconds,
    witness_policy,
)
from ledger.settings.setting import Setting

PORT_DEFAULT = 8711
HEADS_SECONDS_DEFAULT = 3600
CITY_DEFAULT = "371500"
"""Liaocheng 聊城, whose rules the policy book holds (GB/T 2260)."""
DIVISION_CODE = re.compile(r"[1-9][0-9]{5}")
ORIGIN_NAME = re.compile(r"[^\s+/]+(/[^\s+/]+)*")


def _every(field: str, meaning: Message, default: int) -> Setting:
    """Return a setting that is a number of seconds."""
    form = Message(f"1 至 {SECONDS_MAX} 的秒数", f"a number of seconds from 1 to {SECONDS_MAX}")
    text = Message(str(default), str(default))
    return Setting(field, meaning, text, form, seconds, always(default))


def _file(field: str, meaning: Message, below: Callable[[Path], Path]) -> Setting:
    """Return a setting that is a file, by default one below the home."""
    default = f"MINGZHANG_HOME/{below(Path()).as_posix()}"
    return Setting(
        field,
        meaning,
        Message(default, default),
        Message("文件", "a file"),
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
        lambda environment, _above: home(environment),
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
        always(None),
        secret=True,
    ),
    Setting(
        "host",
        Message("网页与接口服务绑定的地址。", "The address that the web server binds to."),
        Message("127.0.0.1（仅本机）", "127.0.0.1 (this machine only)"),
        Message("主机名或 IP 地址", "a host name or an IP address"),
        matching(r"[^\s/]+"),
        always("127.0.0.1"),
    ),
    Setting(
        "port",
        Message("网页与接口服务的端口；0 表示任选空闲端口。", "Its port; 0 takes any free one."),
        Message(str(PORT_DEFAULT), str(PORT_DEFAULT)),
        Message("0 至 65535 的整数", "a whole number from 0 to 65535"),
        port,
        always(PORT_DEFAULT),
    ),
    Setting(
        "city",
        Message("适用其政策的设区市，行政区划代码。", "The city whose policies hold, by its code."),
        Message(f"{CITY_DEFAULT}（聊城市）", f"{CITY_DEFAULT} (Liaocheng)"),
        Message("六位行政区划代码（GB/T 2260）", "a division code of six digits (GB/T 2260)"),
        matching(DIVISION_CODE),
        always(CITY_DEFAULT),
    ),
    Setting(
        "lang",
        Message("命令行输出所用的语言。", "The language of what the command line says."),
        Message("zh", "zh"),
        Message("zh 或 en", "zh or en"),
        matching("zh|en"),
        always("zh"),
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
    Setting(
        "key_file",
        Message(
            "保险库的密钥文件；须单独备份，勿与数据库放在一起。",
            "The keys of the vault; to be backed up by itself, never beside the database.",
        ),
        Message("MINGZHANG_HOME/keys/vault.keys", "MINGZHANG_HOME/keys/vault.keys"),
        Message("文件", "a file"),
        path,
        lambda _environment, above: key_file(above["home"]),
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
        lambda _environment, above: str(documents(above["home"])),
        secret=True,
    ),
    Setting(
        "kafka",
        Message(
            "Kafka服务器，供relay、projector等进程使用。",
            "The brokers of Kafka, for relay, projector and their like.",
        ),
        Message("不使用Kafka", "Kafka is not used"),
        Message("主机:端口，多个以逗号分隔", "host:port, several with commas between"),
        brokers,
        always(None),
    ),
    Setting(
        "kafka_properties",
        Message(
            "连接Kafka的TLS与SASL设置，librdkafka格式的属性文件。",
            "A file of properties for TLS and SASL, with the names of librdkafka.",
        ),
        Message("明文，不认证", "plain text, nobody asked who one is"),
        Message("文件", "a file"),
        path,
        always(None),
    ),
    Setting(
        "read_database_url",
        Message(
            "由Kafka供给的只读数据库（15 版以上），projector写入，serve --read 据以服务。",
            "A database of its own that the projector feeds from Kafka and serve --read serves.",
        ),
        Message("无", "none"),
        Message("同 MINGZHANG_DATABASE_URL", "as MINGZHANG_DATABASE_URL"),
        database_url,
        always(None),
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
        matching(r"https?://[^\s/]+"),
        always(None),
    ),
    Setting(
        "ledger_token_file",
        Message("向该服务出示的令牌所在的文件。", "The file with the token to show there."),
        Message("无", "none"),
        Message("文件", "a file"),
        path,
        always(None),
    ),
    Setting(
        "heads_seconds",
        Message(
            "日志隔多久载明一次所有流的末条，使答复可证明无遗漏；日志未动则不载明。",
            "How often the log names the heads of all streams, from which on answers are provably "
            "complete; never where nothing was appended.",
        ),
        Message("3600", "3600"),
        Message("1 至 86400 的秒数", "a number of seconds from 1 to 86400"),
        seconds,
        always(HEADS_SECONDS_DEFAULT),
    ),
    _file(
        "witness_policy",
        Message(
            "见证策略文件（C2SP tlog-policy 的 witness、group、quorum 行）；无此文件即无见证人。",
            "The witnesses: witness, group and quorum lines of C2SP tlog-policy. Without the file "
            "there are none.",
        ),
        witness_policy,
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
        always(()),
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
