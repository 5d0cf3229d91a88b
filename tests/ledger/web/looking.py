"""Looking at pages in a real browser, and listening for what goes wrong meanwhile."""

from dataclasses import dataclass, field
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from ledger.security.sessions import COOKIE
from tests.ledger.serving import Served
from tests.ledger.small_world import as_role

DESKTOP = (1440, 900)
TELEPHONE = (390, 844)


UNSOUND = """() => {
  const wrong = [], seen = new Set();
  for (const one of document.querySelectorAll('[id]')) {
    if (seen.has(one.id)) wrong.push(`two of ${one.id}`);
    seen.add(one.id);
  }
  for (const one of document.querySelectorAll('dl > *')) {
    if (!['DIV', 'DT', 'DD'].includes(one.tagName)) wrong.push(`${one.tagName} in a dl`);
  }
  for (const one of document.querySelectorAll('th')) {
    if (!one.scope || !one.textContent.trim()) wrong.push(one.outerHTML);
  }
  let level = 0;
  for (const one of document.querySelectorAll('main h1, main h2, main h3')) {
    if (one.tagName[1] > level + 1) wrong.push(`${one.textContent} after a level ${level}`);
    level = Number(one.tagName[1]);
  }
  return wrong;
}"""
"""What a screen reader would stumble over."""


@dataclass
class Eyes:
    """Opens pages as somebody.

    Attributes:
        place: The server.
        browser: The browser.
        complaints: Errors and warnings of the console, and exceptions of scripts.
        outside: Requests that left the server.
    """

    place: Served
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    opened: list[BrowserContext] = field(default_factory=list)

    def on(
        self,
        path: str,
        role: str | None = "AUDITOR",
        *,
        institution: UUID | None = None,
        size: tuple[int, int] = DESKTOP,
        scripts: bool = True,
        dark: bool = False,
    ) -> Page:
        """Open a page."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        self.opened.append(context)
        if role is not None:
            session = self.place.session(as_role(role, institution=institution))
            context.add_cookies([{"name": COOKIE, "value": session, "url": self.place.base}])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)
        page.goto(self.place.base + path)
        return page

    def close(self) -> None:
        """Close every page."""
        for context in self.opened:
            context.close()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.place.base, "data:", "blob:")):
            self.outside.append(request.url)
