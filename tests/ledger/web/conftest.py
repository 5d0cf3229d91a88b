"""One server and one browser for all tests of a module that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.ledger.api.exhibiting import settle
from tests.ledger.integration.signing import KEYS, place_in
from tests.ledger.serving import Served, served
from tests.ledger.web.looking import Eyes


@pytest.fixture(scope="module")
def place(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the small world, its log signed and its heads named."""
    signer = place_in(tmp_path_factory.mktemp("home")).signer()
    with served(shared_database, keys=KEYS) as found:
        settle(found, signer)
        yield found


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        # Under root Chromium does not start inside its own sandbox; nothing here has a display.
        held = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield held
        held.close()


@pytest.fixture
def eyes(place: Served, browser: Browser) -> Iterator[Eyes]:
    """Opens pages; at the end no page may have complained or called elsewhere."""
    held = Eyes(place, browser)
    yield held
    held.close()
    assert held.complaints == []
    assert held.outside == []
