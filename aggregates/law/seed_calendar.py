"""The working-day calendars that a new ledger starts with: 2019 to 2026.

The days were taken from the data file of chinesecalendar 1.11.0 (``constants.py``, whose digest
each year names) and compared with the State Council's notices named in ``source_doc``. The tests
compare them with two other libraries and with the notices' own words.
"""

from importlib.resources import files

import msgspec

from aggregates.law.workdays import CalendarYear


def _read() -> tuple[CalendarYear, ...]:
    data = files("aggregates.law").joinpath("calendar_years.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[CalendarYear, ...])


_SEED = _read()


def seed_years() -> tuple[CalendarYear, ...]:
    """Return the calendars of 2019 to 2026, ascending."""
    return _SEED
