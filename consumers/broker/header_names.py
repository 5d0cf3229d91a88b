"""Names of headers that are no text: the library refuses the whole record, and all behind it.

Kafka takes any bytes as the name of a header, and whoever may write to a topic could end the
reading of it for everybody. Such a name is read as question marks, one for each byte; nothing else
of the record changes, and nobody looks for a header of that name.
"""

from typing import Any, Final

from kafka.record.default_records import DefaultRecordBatch
from kafka.record.util import decode_varint

_READ: Final = DefaultRecordBatch._read_msg  # noqa: SLF001 - the one place where a record is read
_FIELDS_BEFORE: Final = 4
"""The numbers at the beginning of a record: length, attributes, time and offset."""


def _read(batch: Any, *more: Any) -> Any:  # noqa: ANN401 - the library has no types
    try:
        return _READ(batch, *more)
    except UnicodeDecodeError:
        _spell(batch._buffer, batch._pos)  # noqa: SLF001 - it stands before the record still
        return _READ(batch, *more)


def _spell(buffer: bytearray, pos: int) -> None:
    """Make text of the names of headers of the record that begins here, each as long as before."""
    for _ in range(_FIELDS_BEFORE):
        _, pos = decode_varint(buffer, pos)
    for _ in ("key", "value"):
        pos = _behind(buffer, pos)
    count, pos = decode_varint(buffer, pos)
    for _ in range(count):
        length, pos = decode_varint(buffer, pos)
        name = slice(pos, pos + length)
        try:
            buffer[name].decode()
        except UnicodeDecodeError:
            buffer[name] = b"?" * length
        pos = _behind(buffer, pos + length)


def _behind(buffer: bytearray, pos: int) -> int:
    """Return where the bytes end whose length stands here; none have the length -1."""
    length, begin = decode_varint(buffer, pos)
    return int(begin + max(0, length))


def tolerate() -> None:
    """Let records be read whatever the names of their headers are."""
    DefaultRecordBatch._read_msg = _read  # noqa: SLF001 - see above
