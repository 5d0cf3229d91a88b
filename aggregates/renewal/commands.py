"""What is asked to be recorded about renewals, at the machine that signs them."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Digest, Title
from aggregates.log_heads.facts import Size
from aggregates.renewal.facts import RootsRenewed
from aggregates.renewal.state import RENEWALS, renewals_id
from aggregates.signing_keys.state import KEPT_BY


@command(
    "record-renewal",
    zh="记录证据续期",
    en="Record a renewal of evidence",
    kind=RENEWALS,
    roles=("KEY_KEEPER",),
)
class RecordRenewal(Command):
    """The roots of both trees were stated again."""

    log: Title
    on: date
    size: Size
    sha256_root: Digest
    sm3_root: Digest
    digest: Digest
    before: Digest | None = None
    time_stamped: bool

    def facts(self, world: World) -> Iterator[New]:
        """Record it."""
        del world
        fact = RootsRenewed(
            log=self.log,
            on=self.on,
            size=self.size,
            sha256_root=self.sha256_root,
            sm3_root=self.sm3_root,
            digest=self.digest,
            before=self.before,
            time_stamped=self.time_stamped,
        )
        yield New(RENEWALS, renewals_id(self.log), fact)


@lifecycle(RecordRenewal)
def recorded_where_it_was_signed(c: RecordRenewal, world: World) -> Iterator[Unmet]:
    """Only whoever holds the keys says what they signed: nobody over a wire, no import."""
    del c
    if world.channel != KEPT_BY:
        yield unmet(
            ("在保管密钥的机器上办理", "done at the machine that holds the keys"),
            ("其他渠道", "another channel"),
        )


@lifecycle(RecordRenewal)
def continues_the_one_before(c: RecordRenewal, world: World) -> Iterator[Unmet]:
    """Each statement follows the one on record, of a log that has not become smaller."""
    chain = world.state(RENEWALS, renewals_id(c.log))
    if chain.last and c.before != chain.last:
        yield unmet(
            (f"接续声明 {chain.last[:16]}…", f"it continues the statement {chain.last[:16]}…"),
            ("接续另一份", "it continues another one"),
            where="before",
        )
    if c.size < chain.size:
        yield unmet(
            (f"不小于{chain.size}", f"no smaller than {chain.size}"),
            (str(c.size), str(c.size)),
            where="size",
        )
