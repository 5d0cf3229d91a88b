"""What is installed is what was declared, looked at and locked."""

import re
import tomllib
from typing import Any

import pytest

from tests.architecture.tree import ROOT

PIN = re.compile(r"^([a-z0-9-]+)==([^\s;]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lock(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pins(text: str) -> dict[str, str]:
    """Return name and version of every locked distribution."""
    return {found[1]: found[2] for line in text.splitlines() if (found := PIN.match(line))}


def faults(text: str) -> list[str]:
    """Return the lines that are neither a pin with hashes, nor a hash, nor a comment."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = [line for line in lines if not (PIN.match(line) or HASH.match(line))]
    return found + [
        f"without a hash: {line}"
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if PIN.match(line) and not HASH.match(after)
    ]


def names(requirements: list[str]) -> set[str]:
    return {
        found[0].lower().replace("_", "-") for one in requirements if (found := NAME.match(one))
    }


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_pins_with_hashes_and_nothing_else(name: str) -> None:
    assert faults(lock(name)) == []
    assert len(pins(lock(name))) > 20
    assert "://" not in lock(name)


def test_everything_declared_is_locked() -> None:
    declared = project()["project"]
    build = project()["dependency-groups"]["build"]
    run = names(declared["dependencies"] + build)

    assert run <= pins(lock("requirements.lock")).keys()
    assert (
        run | names(declared["optional-dependencies"]["dev"])
        <= pins(lock("requirements-dev.lock")).keys()
    )


def test_tests_run_on_the_versions_that_the_program_runs_on() -> None:
    assert pins(lock("requirements.lock")).items() <= pins(lock("requirements-dev.lock")).items()


def test_the_build_backend_is_locked_in_the_version_that_is_asked_for() -> None:
    assert project()["build-system"]["requires"] == project()["dependency-groups"]["build"]


def test_a_lock_out_of_form_is_found() -> None:
    good = f"# made\na==1 ; x == 'y' \\\n    --hash=sha256:{'0' * 64}\n    # via b\n"

    assert faults(good) == []
    assert faults(good + "b==2 \\\n") == ["without a hash: b==2 \\"]
    assert faults(good + "--index-url somewhere\n") == ["--index-url somewhere"]
