"""What an operator may set, each by one environment variable; all of it has a default.

``SETTINGS`` is the table that ``read``, the reference page and ``mingzhang doctor`` share. Values
are read once, at the door, and handed on as one frozen record; nothing else looks at the
environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.settings.reading import documents, key_file, witness_policy
from ledger.settings.setting import PREFIX, Setting
from ledger.settings.table import HEADS_SECONDS_DEFAULT, SETTINGS

__all__ = ["PREFIX", "SETTINGS", "SIMULATED", "Setting", "Settings", "unknown"]

SIMULATED = "//simulation/"
"""How the name of a ledger begins whose world is simulated."""


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
        documents: Where the files of archived documents lie: a directory, or an S3 bucket with
            its secret, so it is never shown.
        kafka: ``host:port`` of some brokers of Kafka; none where Kafka is not used.
        kafka_properties: A file that says how to show Kafka who one is.
        read_database_url: A database that read models are fed into from Kafka; may hold a password.
        ledger_url: Where the ledger is served, for whoever holds a copy of it.
        ledger_token_file: A file with the token to show there.
        witness_policy: The policy that names witnesses; there are none where it is no file.
        witness_seconds: How often they are asked, at most.
        witness_stale_seconds: How old a quorum of them may be before it is told.
        tsa_urls: Time-stamping authorities (RFC 3161) that stamp checkpoints.
        tsa_roots: Certificates (PEM) in which the chains of these authorities have to end.
        tsa_seconds: How often they are asked.
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
    kafka: tuple[str, ...] | None
    kafka_properties: Path | None
    read_database_url: str | None = field(repr=False)
    ledger_url: str | None
    ledger_token_file: Path | None
    witness_policy: Path
    witness_seconds: int
    witness_stale_seconds: int
    tsa_urls: tuple[str, ...]
    tsa_roots: Path
    tsa_seconds: int
    heads_seconds: int = HEADS_SECONDS_DEFAULT

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, *, demo: bool = False) -> Self:
        """Read the settings.

        Args:
            environment: The variables; those of this process if left out. An empty one counts
                as not set.
            demo: Return those of the demonstration; see ``for_demo``.

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
        settings = cls(**values)
        return settings.for_demo() if demo else settings

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

    def for_demo(self) -> Self:
        """Return the settings of a demonstration: a home below this one, and no other server.

        Simulated entries never go to a server of the user's own, nor does anybody vouch for them.
        """
        home = self.home / "demo"
        return replace(
            self,
            home=home,
            database_url=None,
            read_database_url=None,
            key_file=key_file(home),
            documents=str(documents(home)),
            witness_policy=witness_policy(home),
            tsa_urls=(),
        )


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that bear our prefix and mean nothing: most likely misspelt."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


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
