"""Prints the Python on which .venv is to be made: the one that runs this, or a clearly quicker one.

Who builds Python himself, as version managers do, often builds it without the optimisations that
its makers advise, and everything written in Python then takes a quarter longer. Where another one
of the same version lies on PATH, both do a little work, and the quicker is taken.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter

CLEARLY = 0.85
"""Less than this part of the time: so far apart are no two runs of one Python."""
SECONDS_MAX = 20.0
TURNS = 7
OBJECTS = 30_000


class _Thing:
    def __init__(self, number: int) -> None:
        self.number = number
        self.name = str(number)


def _seconds() -> float:
    """Return the shortest time that a little work takes: objects, attributes, texts, dicts."""
    spent = []
    for _ in range(TURNS):
        begun = perf_counter()
        held = {one.name: one for one in map(_Thing, range(OBJECTS))}
        for name in [name for name, one in held.items() if one.number % 3 == 0]:
            del held[name]
        spent.append(perf_counter() - begun)
    return min(spent)


def _others() -> Iterator[Path]:
    """Yield the Pythons of this version that lie on PATH, but for this one."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    seen = {Path(sys.executable).resolve()}
    for folder in os.get_exec_path():
        found = Path(folder) / version
        with suppress(OSError):
            if found.resolve() not in seen and os.access(found, os.X_OK):
                seen.add(found.resolve())
                yield found


def _seconds_of(python: Path) -> float | None:
    """Return what another one needs; None where it does not run, or cannot make .venv."""
    does = "import ensurepip, runpy, sys; runpy.run_path(sys.argv[1])['tell']()"
    asked = [str(python), "-c", does, __file__]
    try:
        told = subprocess.run(
            asked, capture_output=True, text=True, timeout=SECONDS_MAX, check=True
        )
        return float(told.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def tell() -> None:
    """Print how long the work takes this Python, in seconds."""
    print(_seconds())


def main() -> None:
    """Print which Python to take, and on stderr why it is another one."""
    taken, own = Path(sys.executable), _seconds()
    least = own * CLEARLY
    for other in _others():
        spent = _seconds_of(other)
        if spent is not None and spent < least:
            taken, least = other, spent
    if least < own * CLEARLY:
        quicker = round(100 * (own / least - 1))
        print(f"改用 {taken}：比 {sys.executable} 快 {quicker}%。", file=sys.stderr)
        print(f"Taking {taken}: {quicker} % quicker than {sys.executable}.", file=sys.stderr)
    print(taken)


if __name__ == "__main__":
    main()
