"""Says at the end of a run which checkers of others had their say, and which had not, and why.

A test that lets code of others judge is marked ``@pytest.mark.outsider("Tessera fsck")``. Its
outcome goes with its report, so that the summary is the same with several processes.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from typing import Final

import pytest

MARK: Final = "outsider"
KNOWN: Final = (
    "Tessera fsck",
    "golang.org/x/mod/sumdb",
    "transparency-dev formats",
    "transparency-dev witness",
    "tlog-scales",
    "OpenSSL, SM2",
    "OpenSSL, RFC 3161",
    "rfc3161-client",
    "bagit",
    "veraPDF",
    "rfc8785",
)
"""All of them, so that one that no test of a run called is told as well."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known, wherever this is used."""
    config.addinivalue_line("markers", f"{MARK}(name): lets a checker that is not ours judge")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Refuse a name that is not listed: it would never be missed."""
    for item in items:
        for name in _named(item):
            if name not in KNOWN:
                raise pytest.UsageError(f"{item.nodeid}: no such outsider: {name}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a report say whom its test has asked."""
    report = yield
    report.user_properties.extend((MARK, name) for name in _named(item))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each."""
    passed, failed = defaultdict[str, int](int), defaultdict[str, int](int)
    skipped: dict[str, str] = {}
    for outcome, reports in terminalreporter.stats.items():
        for report in reports:
            for name in _asked(report):
                if outcome == "passed" and report.when == "call":
                    passed[name] += 1
                elif outcome in {"failed", "error"}:
                    failed[name] += 1
                elif outcome == "skipped":
                    skipped[name] = _reason(report)
    if not (passed or failed or skipped):
        return
    terminalreporter.section("checkers that are not ours")
    for name in KNOWN:
        said = [f"{passed[name]} agreed"] if passed[name] else []
        said += [f"{failed[name]} FAILED"] if failed[name] else []
        said += [f"skipped: {skipped[name]}"] if name in skipped else []
        terminalreporter.line(f"{name:26} {', '.join(said) or 'no test of this run'}")


def _named(item: pytest.Item) -> Iterable[str]:
    return [str(name) for mark in item.iter_markers(MARK) for name in mark.args]


def _asked(report: object) -> list[str]:
    held = getattr(report, "user_properties", ())
    return [str(value) for key, value in held if key == MARK]


def _reason(report: pytest.TestReport) -> str:
    held = report.longrepr
    return str(held[2] if isinstance(held, tuple) else held).removeprefix("Skipped: ")
