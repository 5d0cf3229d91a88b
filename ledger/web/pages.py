"""Adds the web pages to the application."""

from fastapi import FastAPI

from ledger.web import (
    api_docs,
    archive,
    class_ledger,
    exhibiting,
    money,
    one_class,
    one_entry,
    risk,
    signing_in,
    status,
    trail,
    verification,
)
from ledger.web.assets import Assets
from ledger.web.failures import FailuresAsPages

_PAGES = (
    signing_in,
    class_ledger,
    one_class,
    risk,
    archive,
    trail,
    money,
    one_entry,
    exhibiting,
    verification,
    status,
    api_docs,
)


def add_pages(app: FastAPI) -> None:
    """Add every page, the static files, and failures as pages."""
    for page in _PAGES:
        app.include_router(page.routes())
    app.mount("/static", Assets(), name="static")
    app.add_middleware(FailuresAsPages)
