"""Logs for the tests: made of entries, signed with made-up keys, kept in memory."""

from dataclasses import dataclass, field


@dataclass
class MemoryLog:
    """A log whose files are values; tests change them as a tamperer would.

    Attributes:
        files: bytes by path.
        asked: the paths that were read, in order.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes | None:
        """Return what lies at a path."""
        self.asked.append(path)
        return self.files.get(path)
