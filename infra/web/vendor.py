"""Brings third-party web assets into the tree, and checks that they are what was brought.

    python infra/web/vendor.py sync     fetch by npm, check, copy (needs npm and a registry)
    python infra/web/vendor.py check    off line: nothing edited, missing or added

``assets.toml`` names packages, exact versions, the integrity of their archives and the files that
are copied, each with its licence beside it. ``VENDOR.csv`` in the target lists every file with
its SHA-256. The assets are committed, so neither installing nor running needs Node.
"""

import base64
import csv
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "ledger" / "web" / "static" / "vendor"
LIST = TARGET / "VENDOR.csv"
FIELDS = ("path", "sha256", "bytes", "package", "version", "licence")


def packages() -> list[dict[str, object]]:
    """Return the packages that are vendored."""
    with (HERE / "assets.toml").open("rb") as file:
        found: list[dict[str, object]] = tomllib.load(file)["package"]
        return found


def sync() -> int:
    """Fetch every package, check its integrity, copy its files, write the list."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages():
            named = f"{package['name']}@{package['version']}"
            packed = subprocess.run(
                ["npm", "pack", "--silent", named],
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            archive = Path(folder) / packed.stdout.strip().splitlines()[-1]
            found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if found != package["sha512"]:
                print(f"{named}: expected sha512-{package['sha512']}, found sha512-{found}")
                return 1
            rows.extend(_copied(archive, package))
    with LIST.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: str(row["path"])))
    return check()


def _copied(archive: Path, package: dict[str, object]) -> list[dict[str, object]]:
    folder = TARGET / f"{package['name']}-{package['version']}"
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with tarfile.open(archive) as tar:
        files = package["files"]
        assert isinstance(files, list)  # noqa: S101 - our own file
        for name in files:
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise FileNotFoundError(name)
            target = folder / Path(name).name
            target.write_bytes(member.read())
            rows.append(_row(target) | {k: package[k] for k in ("version", "licence")})
            rows[-1]["package"] = package["name"]
    return rows


def _row(path: Path) -> dict[str, object]:
    held = path.read_bytes()
    return {
        "path": path.relative_to(TARGET).as_posix(),
        "sha256": hashlib.sha256(held).hexdigest(),
        "bytes": len(held),
    }


def faults() -> list[str]:
    """Return what is wrong with the vendored files, in words; nothing if all is as listed."""
    with LIST.open(newline="", encoding="utf-8") as file:
        listed = {row["path"]: row for row in csv.DictReader(file)}
    present = {
        path.relative_to(TARGET).as_posix()
        for path in TARGET.rglob("*")
        if path.is_file() and path != LIST
    }
    wrong = [f"{path}: missing" for path in sorted(listed.keys() - present)]
    wrong += [f"{path}: not in the list" for path in sorted(present - listed.keys())]
    for path in sorted(listed.keys() & present):
        found = _row(TARGET / path)
        if found["sha256"] != listed[path]["sha256"]:
            wrong.append(f"{path}: expected {listed[path]['sha256']}, found {found['sha256']}")
    return wrong


def check() -> int:
    """Print what is wrong; 0 if nothing is."""
    wrong = faults()
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit({"sync": sync, "check": check}[sys.argv[1]]())
