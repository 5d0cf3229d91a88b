"""Names say what a thing is; these say nothing."""

from pathlib import PurePosixPath

from tests.architecture.tree import File, python

EMPTY_NAMES = frozenset(
    {"base", "common", "helper", "helpers", "manager", "managers", "misc", "service", "services"}
    | {"util", "utils"}
)


def empty_names(files: tuple[File, ...]) -> list[str]:
    return [
        file.path
        for file in files
        if EMPTY_NAMES & {word for part in PurePosixPath(file.path).parts for word in words(part)}
    ]


def words(part: str) -> list[str]:
    return part.removesuffix(".py").split("_")


def test_no_module_or_package_has_a_name_that_says_nothing() -> None:
    assert empty_names(python()) == []


def test_a_name_that_says_nothing_is_found_wherever_it_stands() -> None:
    bad = ("ledger/utils.py", "ledger/common/entry.py", "aggregates/rule_helpers.py")

    assert empty_names(tuple(File(path, "") for path in bad)) == list(bad)
    assert empty_names((File("ledger/store/append.py", ""),)) == []


def test_tests_are_modules_of_no_package() -> None:
    assert [
        file.path
        for file in python()
        if file.path.startswith("tests/") and file.path.endswith("/__init__.py")
    ] == []
