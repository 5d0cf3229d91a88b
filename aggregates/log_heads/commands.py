"""What the integrator asks to be recorded about the log."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.facts import Count, Digest
from aggregates.log_heads.facts import Size, Sm3RootLogged, StreamHeadsLogged
from aggregates.log_heads.state import LOG_HEADS, heads_id


@command(
    "record-log-heads",
    zh="记录日志流头与双树根",
    en="Record the heads of the log",
    kind=LOG_HEADS,
    roles=("TIMER",),
)
class RecordLogHeads(Command):
    """The trees were brought up to a size, and the heads of all streams gathered there."""

    size: Size
    streams: Count
    root: Digest
    sm3_root: Digest
    sha256_root: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record both words, one after the other in the stream of this size."""
        del world
        one = heads_id(self.size)
        heads = StreamHeadsLogged(size=self.size, streams=self.streams, root=self.root)
        roots = Sm3RootLogged(size=self.size, root=self.sm3_root, sha256_root=self.sha256_root)
        yield New(LOG_HEADS, one, heads)
        yield New(LOG_HEADS, one, roots)


@lifecycle(RecordLogHeads)
def recorded_by_the_timer_once(c: RecordLogHeads, world: World) -> Iterator[Unmet]:
    """Only the timer says it, and once for a size."""
    if world.channel != "timer":
        yield unmet(("由定时任务记录", "recorded by the timer"), ("其他渠道", "another channel"))
    if world.exists(LOG_HEADS, heads_id(c.size)):
        yield unmet(("尚未记录", "not recorded before"), ("已记录", "recorded already"))
