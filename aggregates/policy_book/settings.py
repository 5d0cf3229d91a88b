"""Parameters as facts carry them, and as the law reads them."""

from collections.abc import Iterable, Mapping
from datetime import date

from aggregates.law.parameter_kinds import Value
from aggregates.policy_book.facts import Row, Setting


def values_of(settings: Iterable[Setting]) -> dict[str, object]:
    """Return settings as names and plain values, tables as mappings; the last of a name counts."""
    return {one.name: _plain(one.value) for one in settings}


def _plain(value: object) -> object:
    if isinstance(value, tuple) and value and all(isinstance(one, Row) for one in value):
        return {row.name: list(row.words) for row in value}
    return value


def setting(name: str, value: Value) -> Setting:
    """Return a parameter as a fact carries it."""
    if isinstance(value, Mapping):
        rows = sorted(value.items())
        return Setting(name=name, value=tuple(Row(name=n, words=tuple(sorted(w))) for n, w in rows))
    if isinstance(value, frozenset):
        return Setting(name=name, value=tuple(sorted(value)))
    if isinstance(value, date):
        return Setting(name=name, value=value.isoformat())
    return Setting(name=name, value=value)
