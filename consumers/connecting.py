"""Where Kafka is and how one shows who one is, from the settings and a file of properties.

The file has the form and the names that operators of Kafka know (those of librdkafka, with
certificates as PEM)::

    security.protocol=SASL_SSL
    ssl.ca.location=/etc/kafka/ca.pem
    sasl.mechanism=SCRAM-SHA-512
    sasl.username=mingzhang
    sasl.password=…

Passwords stand in it and nowhere else: neither in the environment nor on a command line.
"""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from aggregates.language import Message
from consumers.broker import Cluster
from ledger.errors import Misconfigured
from ledger.settings import Settings

_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


def _text(value: str) -> str:
    return value


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.upper() not in allowed:
            raise ValueError
        return value.upper()

    return read


def _checks_names(value: str) -> bool:
    if value not in {"https", "none"}:
        raise ValueError
    return value == "https"


PROPERTIES: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "client.id": ("client_id", _text),
    "security.protocol": ("security_protocol", _one_of(*_PROTOCOLS)),
    "ssl.ca.location": ("ssl_cafile", _text),
    "ssl.certificate.location": ("ssl_certfile", _text),
    "ssl.key.location": ("ssl_keyfile", _text),
    "ssl.key.password": ("ssl_password", _text),
    "ssl.endpoint.identification.algorithm": ("ssl_check_hostname", _checks_names),
    "sasl.mechanism": ("sasl_mechanism", _one_of(*_MECHANISMS)),
    "sasl.username": ("sasl_plain_username", _text),
    "sasl.password": ("sasl_plain_password", _text),
}
"""Each property that may stand in the file: what the library calls it, and how it is read."""


def cluster_of(settings: Settings) -> Cluster:
    """Return where Kafka is.

    Raises:
        Misconfigured: no broker is named, or the file of properties cannot be understood.
    """
    if settings.kafka is None:
        raise Misconfigured(
            Message("尚未指定Kafka服务器", "no Kafka is named"),
            mend=Message(
                "请设置 MINGZHANG_KAFKA，例如 127.0.0.1:9092",
                "set MINGZHANG_KAFKA, for instance to 127.0.0.1:9092",
            ),
        )
    file = settings.kafka_properties
    return Cluster(settings.kafka, {} if file is None else options_of(file))


def options_of(file: Path) -> dict[str, Any]:
    """Return what a file of properties tells the library.

    Raises:
        Misconfigured: it cannot be read, others may read its passwords, or a line is none that is
            known. Its values are not told.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
        mode = stat.S_IMODE(file.stat().st_mode)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise _wrong(file, f"无法读取（{reason}）", f"cannot be read ({reason})") from None
    found: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith(("#", "!")):
            continue
        name, _, value = (one.strip() for one in text.partition("="))
        try:
            option, read = PROPERTIES[name]
            found[option] = read(value)
        except (KeyError, ValueError):
            raise _wrong(
                file, f"第{number}行无法理解", f"line {number} is not understood"
            ) from None
    if mode & 0o077 and any("password" in name for name in found):
        raise _wrong(
            file,
            "含有口令，但其他用户可以读取；请执行 chmod 600",
            "holds a password and others may read it; chmod 600",
        )
    return found


def _wrong(file: Path, zh: str, en: str) -> Misconfigured:
    known = ", ".join(PROPERTIES)
    return Misconfigured(
        Message(f"{file}：{zh}", f"{file}: {en}"),
        mend=Message(f"可用的项：{known}", f"known properties: {known}"),
    )
