"""Runbooks as operators follow them: what a page tells to type is typed, in its order."""

import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.serving import Installation
from tests.architecture.tree import ROOT

HEADING = re.compile(r"^## .* · (.*)$")


def sections(name: str) -> dict[str, list[str]]:
    """Return what a runbook tells to type, block by block, by its English headings."""
    found: dict[str, list[str]] = {}
    heading, block = "", None
    for line in page(name).splitlines():
        if named := HEADING.match(line):
            heading = named[1]
        elif line == "```sh":
            block = list[str]()
        elif line == "```" and block is not None:
            found.setdefault(heading, []).append("\n".join(block))
            block = None
        elif block is not None:
            block.append(line)
    return found


def page(name: str) -> str:
    """Return the text of a runbook."""
    return (ROOT / "infra/runbooks" / name).read_text("utf-8")


def headings(name: str) -> list[str]:
    """Return the headings of a runbook's sections."""
    return re.findall(r"^## .*$", page(name), re.MULTILINE)


class Operator:
    """Somebody who types what a page says, in one shell session a call."""

    def __init__(self, installation: Installation, desk: Path) -> None:
        self.installation = installation
        self.desk = desk
        programs = desk.parent / "programs"
        programs.mkdir()
        command = programs / "mingzhang"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ledger.cli "$@"\n')
        command.chmod(0o755)
        self._path = f"{programs}:/usr/bin:/bin"

    def types(self, *blocks: str) -> str:
        """Type some blocks; return what they print."""
        done = subprocess.run(
            ["sh", "-eu", "-c", "\n".join(blocks)],
            cwd=self.desk,
            env=self.installation.environment | {"PATH": self._path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
