"""Who vouches for the log beside its own keys, as the operator has set it."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from cryptography.x509 import Certificate

from aggregates.language import Message
from ledger.errors import Misconfigured
from ledger.evidence.errors import Malformed
from ledger.evidence.policy import Policy
from ledger.evidence.time_stamps import roots_of
from ledger.integration.witnesses import witnesses_of
from ledger.settings import Settings

_OF_WITNESSES = ("witness", "group", "quorum")


class Named(NamedTuple):
    """What the operator's file says of witnesses.

    Attributes:
        policy: as it is read.
        lines: those about witnesses, groups and the quorum, as they are published.
    """

    policy: Policy
    lines: str


@dataclass(frozen=True, slots=True)
class Vouching:
    """Witnesses and time-stamping authorities of an installation.

    Attributes:
        policy_file: names the witnesses; there are none where it is not there.
        every_seconds: how often they are asked, at most.
        stale_seconds: how old a quorum may be before it is told.
        authorities: the URLs of time-stamping authorities.
        roots: the certificates in which their chains have to end (PEM).
        stamp_seconds: how often they are asked.
    """

    policy_file: Path | None = None
    every_seconds: int = 10
    stale_seconds: int = 300
    authorities: tuple[str, ...] = ()
    roots: Path | None = None
    stamp_seconds: int = 3600

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings say."""
        return cls(
            settings.witness_policy,
            settings.witness_seconds,
            settings.witness_stale_seconds,
            settings.tsa_urls,
            settings.tsa_roots,
            settings.tsa_seconds,
        )

    def policy(self) -> Policy | None:
        """Return the policy that names the witnesses; None if there are none.

        Raises:
            Misconfigured: the file cannot be read, is no policy, or its quorum cannot be asked.
        """
        named = self.named()
        return None if named is None else named.policy

    def named(self) -> Named | None:
        """Return what the file says of witnesses; None if it is not there.

        Raises:
            Misconfigured: the file cannot be read, is no policy, or its quorum cannot be asked.
        """
        data = self._read()
        if data is None:
            return None
        try:
            policy = Policy.parse(data)
        except Malformed as fault:
            raise Misconfigured(
                Message(
                    f"见证策略文件 {self.policy_file} 不合格式：{fault}",
                    f"the policy of witnesses {self.policy_file}: {fault}",
                ),
                mend=Message(
                    "每行为 witness 名称 公钥 网址、group 或 quorum",
                    "its lines are: witness NAME VKEY URL, group …, quorum …",
                ),
            ) from None
        witnesses_of(policy)
        rows = data.decode(errors="surrogateescape").split("\n")
        return Named(policy, "".join(f"{row.strip()}\n" for row in rows if _is_about(row)))

    def certificates(self) -> list[Certificate]:
        """Return the roots in which the chains of the authorities have to end.

        Raises:
            Misconfigured: there are authorities, and no roots that can be read.
        """
        if not self.authorities or self.roots is None:
            return []
        try:
            return roots_of(self.roots.read_bytes())
        except (OSError, Malformed):
            raise Misconfigured(
                Message(
                    f"时间戳机构的根证书 {self.roots} 无法读取",
                    f"the roots of the time-stamping authorities cannot be read: {self.roots}",
                ),
                mend=Message(
                    "将其根证书（PEM）存入该文件，并与机构公布的指纹核对",
                    "put their root certificates (PEM) there, after comparing fingerprints",
                ),
            ) from None

    def _read(self) -> bytes | None:
        if self.policy_file is None:
            return None
        try:
            return self.policy_file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Misconfigured(
                Message(
                    f"无法读取 {self.policy_file}：{error.strerror}",
                    f"cannot read {self.policy_file}: {error.strerror}",
                )
            ) from None


def _is_about(row: str) -> bool:
    first, _, _ = row.strip().replace("\t", " ").partition(" ")
    return first in _OF_WITNESSES
