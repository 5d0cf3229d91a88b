"""What others wrote lies here as they wrote it, and nothing is fetched from elsewhere."""

import re
from pathlib import Path

from infra.web import vendor
from ledger.web.rendering import HERE, STATIC

REFERENCE = re.compile(r"/static/vendor/[\w./-]+")


def test_vendored_files_are_those_that_were_brought() -> None:
    assert vendor.faults() == []


def test_every_vendored_file_that_a_page_names_is_there() -> None:
    text = "\n".join(path.read_text("utf-8") for path in HERE.rglob("*.html"))
    named = {one.removeprefix("/static/") for one in REFERENCE.findall(text)}

    assert named
    assert [one for one in named if not (STATIC / one).is_file()] == []


def test_our_own_assets_name_no_other_host() -> None:
    for path in sorted((STATIC / "app").iterdir()):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, Path(path).name


def test_no_template_holds_a_script_or_style_of_its_own() -> None:
    for path in HERE.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?! src=)|<style| style=| on[a-z]+=", text), path.name
