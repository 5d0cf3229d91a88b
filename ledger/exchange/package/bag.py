"""Bags of files (BagIt 1.0, RFC 8493) with manifests of SHA-256 and SM3.

The same contents give the same bytes: nothing in a bag says when or where it was written. Times are
those of what it holds, files stand in the order of their names, a zip stores them as they are.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import IO, Final

from cryptography.hazmat.primitives import hashes

from aggregates.language import Message
from ledger.errors import Failure

ALGORITHMS: Final = ("sha256", "sm3")
_DECLARED: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_MODE: Final = 0o100644 << 16
_UNIX: Final = 3


class PlaceTaken(Failure):
    """Where a bag is to be written there is something already."""

    exit_code = 73


Pieces = Callable[[], Iterator[bytes]]
"""Gives the bytes of a file piece by piece, as often as asked."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a bag.

    Attributes:
        path: below the bag, with slashes.
        octets: its length.
        digests: in hexadecimal, by the name of the algorithm.
        read: gives its bytes.
    """

    path: str
    octets: int
    digests: Mapping[str, str]
    read: Pieces


def file_of(path: str, data: bytes) -> File:
    """Return a file that is in memory."""
    return streamed(path, lambda: iter((data,)))


def streamed(path: str, read: Pieces) -> File:
    """Return a file whose bytes are read when they are needed; they are hashed now."""
    octets, first, second = 0, hashlib.sha256(), hashes.Hash(hashes.SM3())
    for data in read():
        octets += len(data)
        first.update(data)
        second.update(data)
    return File(path, octets, {"sha256": first.hexdigest(), "sm3": second.finalize().hex()}, read)


@dataclass(frozen=True)
class Bag:
    """A bag.

    Attributes:
        name: of its directory, and of the zip without its ending.
        payload: what it holds, each path below ``data/``.
        info: what ``bag-info.txt`` says beside its date and size.
        day: the day that is written as its date.
    """

    name: str
    payload: tuple[File, ...]
    info: Mapping[str, str]
    day: date

    @cached_property
    def files(self) -> tuple[File, ...]:
        """Every file, in the order in which they are written."""
        held = sorted(self.payload, key=lambda one: one.path)
        oxum = f"{sum(one.octets for one in held)}.{len(held)}"
        told = {**self.info, "Bagging-Date": self.day.isoformat(), "Payload-Oxum": oxum}
        lines = "".join(f"{name}: {told[name]}\n" for name in sorted(told))
        tags = [file_of("bagit.txt", _DECLARED), file_of("bag-info.txt", lines.encode())]
        tags += [file_of(f"manifest-{one}.txt", _manifest(held, one)) for one in ALGORITHMS]
        seals = [file_of(f"tagmanifest-{one}.txt", _manifest(tags, one)) for one in ALGORITHMS]
        return (*tags, *seals, *held)

    @property
    def seal(self) -> str:
        """SHA-256 of ``tagmanifest-sha256.txt``: the digest of all of it, directory or zip."""
        (one,) = (one for one in self.files if one.path == "tagmanifest-sha256.txt")
        return one.digests["sha256"]

    def write_folder(self, folder: Path) -> Path:
        """Write the bag as a directory below ``folder``; return where it is.

        Raises:
            PlaceTaken: it is there already.
            OSError: it cannot be written.
        """
        place = _free(folder / self.name)
        under_way = folder / f".{self.name}.part"
        for one in self.files:
            path = under_way / one.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(one.read())
        under_way.rename(place)
        return place

    def write_zip_below(self, folder: Path) -> Path:
        """Write the bag as a zip below ``folder``; return where it is.

        Raises:
            PlaceTaken: it is there already.
            OSError: it cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        place = _free(folder / f"{self.name}.zip")
        under_way = folder / f".{self.name}.part"
        with under_way.open("wb") as file:
            self.write_zip(file)
        under_way.rename(place)
        return place

    def write_zip(self, out: IO[bytes]) -> None:
        """Write the bag as a zip (store mode), everything below one directory."""
        at = (self.day.year, self.day.month, self.day.day, 0, 0, 0)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as held:
            for one in self.files:
                told = zipfile.ZipInfo(f"{self.name}/{one.path}", at)
                told.create_system, told.external_attr = _UNIX, _MODE
                told.file_size = one.octets
                with held.open(told, "w", force_zip64=one.octets > zipfile.ZIP64_LIMIT) as file:
                    for data in one.read():
                        file.write(data)


def _manifest(files: Iterable[File], algorithm: str) -> bytes:
    lines = (f"{one.digests[algorithm]}  {one.path}\n" for one in files)
    return "".join(lines).encode()


def _free(place: Path) -> Path:
    if place.exists():
        raise PlaceTaken(Message(f"已经存在：{place}", f"it is there already: {place}"))
    return place
