"""The indicators that run, one file each."""

from importlib.resources import files

from projections.risk.indicator import Indicator, read_indicator

INDICATORS: tuple[Indicator, ...] = tuple(
    read_indicator(file)
    for file in sorted(files(__package__).iterdir(), key=lambda one: one.name)
    if file.name.endswith(".sql")
)
"""Every indicator, by id."""


def indicator(rule_id: str) -> Indicator:
    """Return an indicator by its id.

    Raises:
        KeyError: there is none of that id.
    """
    for one in INDICATORS:
        if one.id == rule_id:
            return one
    raise KeyError(rule_id)
