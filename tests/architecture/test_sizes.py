"""A file fits in a head, a function on a screen."""

import ast
from collections.abc import Iterator

from tests.architecture.tree import File, code, python

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def long_files(files: tuple[File, ...]) -> list[str]:
    return [f"{file.path}: {n}" for file in files if (n := len(file.lines)) > FILE_LINES_MAX]


def long_functions(files: tuple[File, ...]) -> list[str]:
    return [
        f"{file.path}:{node.lineno} {node.name}: {lines}"
        for file in files
        for node in functions(file)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def functions(file: File) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_too_long() -> None:
    assert long_files(code()) == []


def test_no_function_is_too_long() -> None:
    assert long_functions(python()) == []


def test_a_file_of_one_line_too_many_is_found() -> None:
    assert long_files((File("a.sql", "--\n" * 400),)) == []
    assert long_files((File("a.sql", "--\n" * 401),)) == ["a.sql: 401"]


def test_a_function_of_one_line_too_many_is_found() -> None:
    def story(lines: int) -> tuple[File]:
        return (File("a.py", "class A:\n  async def long(self):\n" + "    pass\n" * (lines - 1)),)

    assert long_functions(story(60)) == []
    assert long_functions(story(61)) == ["a.py:2 long: 61"]


def test_the_code_of_all_four_packages_is_looked_at() -> None:
    seen = {file.path.split("/")[0] for file in python()}

    assert {"aggregates", "consumers", "ledger", "projections", "tests"} <= seen
