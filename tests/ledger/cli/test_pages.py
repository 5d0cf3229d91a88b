import pytest

from ledger.cli.pages import generated
from tests.architecture.tree import ROOT


@pytest.mark.parametrize("name", ["LAW.md", "COMMANDS.md"])
def test_a_generated_page_says_what_the_code_says(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == generated()[name], "run mingzhang docs"
