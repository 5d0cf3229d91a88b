"""Every setting of the environment stands in the README, and nobody reads one in secret."""

import re

import pytest

from ledger.settings import SETTINGS
from tests.architecture.tree import PACKAGES, File, page, texts

SETTING = re.compile(r"\bMINGZHANG_[A-Z0-9]+(?:_[A-Z0-9]+)*\b(?!_)")
DECLARED = {setting.variable for setting in SETTINGS}


def settings_in(files: tuple[File, ...]) -> set[str]:
    return {name for file in files for name in SETTING.findall(file.text)}


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_explains_every_setting_and_invents_none(name: str) -> None:
    assert settings_in((page(name),)) == DECLARED


def test_the_code_names_no_setting_that_is_not_declared() -> None:
    ours = tuple(file for file in texts() if file.path.startswith((*PACKAGES, "infra", ".ci")))

    assert settings_in(ours) <= DECLARED


def test_a_setting_is_found_in_code_and_prose() -> None:
    file = File("a.py", 'os.environ["MINGZHANG_HOME"]  # not MINGZHANG_ and not XMINGZHANG_B')

    assert settings_in((file,)) == {"MINGZHANG_HOME"}
