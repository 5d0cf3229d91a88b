"""What people call what the ledger stores: facts, fields, codes, counties, in both languages.

Stored names and codes never change and are English; these are the words beside them. The tables
are data, so that an installation can correct a word without touching code.
"""

import csv
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from aggregates.language import Message


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _messages(name: str, key: str) -> Mapping[str, Message]:
    return MappingProxyType({row[key]: Message(row["zh"], row["en"]) for row in _rows(name)})


FACTS: Mapping[str, Message] = _messages("facts", "name")
"""Titles of facts by their stored name without its version."""
TONES: Mapping[str, str] = MappingProxyType({row["name"]: row["tone"] for row in _rows("facts")})
"""How a fact is coloured on a timeline: plain, green, amber or red."""
FIELDS: Mapping[str, Message] = _messages("fields", "name")
"""What the fields of facts and the columns of read models are called."""
CODES: Mapping[str, Message] = _messages("codes", "code")
"""What codes mean; ``field.CODE`` where a code means different things in different fields."""
COUNTIES: Mapping[str, Message] = _messages("counties", "code")
"""Jurisdictions by their division code (GB/T 2260)."""

OCCUPATIONS: Mapping[str, Message] = _messages("occupations", "code")
"""Occupations by their code (国家职业分类大典, the city's own courses)."""


def unversioned(stored: str) -> str:
    """Return a stored name without its version: ``training-class.started``."""
    return stored.rpartition(".v")[0] or stored


def fact_title(stored: str) -> Message:
    """Return what a fact is called; its stored name where it has no title."""
    name = unversioned(stored)
    return FACTS.get(name) or Message(name, name)


def tone(stored: str) -> str:
    """Return the colour of a fact on a timeline."""
    return TONES.get(unversioned(stored), "plain")


def field_title(name: str) -> Message:
    """Return what a field is called; its own name where it has no title."""
    return FIELDS.get(name) or Message(name, name)


def code_title(field: str, code: str) -> Message | None:
    """Return what a code in a field means; None for a text that is no code."""
    return CODES.get(f"{field}.{code}") or CODES.get(code)


def county_title(code: str) -> Message:
    """Return a jurisdiction's name; its code where it is unknown, 市本级 where it is empty."""
    return COUNTIES.get(code or "371500") or Message(code, code)


def occupation_title(code: str) -> Message:
    """Return an occupation's name; its code where it is unknown."""
    return OCCUPATIONS.get(code) or Message(code, code)
