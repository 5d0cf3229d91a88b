"""What a parameter is worth on a day: the word of the highest authority, else the default.

Parameters are published in policy sets with effective dates. State goes before province, city
and county (TRN-04); within one authority the set that took effect last; a newer version of a
policy replaces the whole older one. A value is checked when it is published, not when asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.language import Message
from aggregates.law.named_parameters import PARAMETERS
from aggregates.law.parameter_kinds import Parameter, UnfitValueError, Value

PRECEDENCE = ("STATE", "PROVINCE", "CITY", "COUNTY")
"""Whose word goes first (TRN-04)."""
DEFAULT = "default"
"""The source of a value that nobody has published."""
NOTICE = "17号"
"""The policy under which a new book holds the notice's own values: where its words leave a matter
open (一般), these fix nothing."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_FAMILIES: Mapping[str, Parameter] = {p.stem: p for p in PARAMETERS.values() if p.is_family}


class UnknownParameterError(KeyError):
    """No parameter has the name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"no parameter has the name {self.name!r}"


class UnfitParametersError(ValueError):
    """Published parameters cannot be taken.

    Attributes:
        faults: What is wrong, one message for each.
    """

    def __init__(self, faults: tuple[Message, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(one.en for one in faults))


def _find(name: str) -> tuple[Parameter, str]:
    """Return the declaration of a parameter and its key in a family (empty for no family)."""
    declared = PARAMETERS.get(name)
    if declared is not None and not declared.is_family:
        return declared, ""
    stem, _, key = name.rpartition(".")
    family = _FAMILIES.get(stem)
    if family is None or not _KEY.fullmatch(key) or (family.keys and key not in family.keys):
        raise UnknownParameterError(name)
    return family, key


def declaration(name: str) -> Parameter:
    """Return the declaration of a parameter, such as ``annual_cap`` or ``claim_deadline.PERSON``.

    Raises:
        UnknownParameterError: no parameter has the name; a ``KeyError``.
    """
    return _find(name)[0]


def default_of(name: str) -> Value | None:
    """Return a parameter's value until one is published; None for *per city*.

    Raises:
        UnknownParameterError: no parameter has the name; a ``KeyError``.
    """
    declared, key = _find(name)
    return declared.default_for(key)


def faults(values: Mapping[str, object], precedence: str) -> tuple[Message, ...]:
    """Return what is wrong with parameters that an authority wants to publish; nothing if sound.

    Args:
        values: Names to values as they came (JSON).
        precedence: The authority, one of ``PRECEDENCE``.
    """
    found: list[Message] = []
    if precedence not in PRECEDENCE:
        found.append(Message(f"未知的效力层级：{precedence}", f"unknown authority: {precedence}"))
    for name, raw in values.items():
        fault = _fault(name, raw, precedence)
        if fault is not None:
            found.append(fault)
    return tuple(found)


def _fault(name: str, raw: object, precedence: str) -> Message | None:
    try:
        declared, _ = _find(name)
        declared.kind.read(raw)
    except UnknownParameterError:
        return Message(f"没有名为{name}的参数", f"no parameter has the name {name}")
    except UnfitValueError as unfit:
        return Message(f"{name}应为{unfit.expected.zh}", f"{name} takes {unfit.expected.en}")
    if precedence in PRECEDENCE and _rank(precedence) > _rank(declared.lowest):
        return Message(
            f"{name}须由{declared.lowest}或更高层级设定",
            f"{name} may be set by {declared.lowest} or a higher authority only",
        )
    return None


def parse(values: Mapping[str, object], precedence: str) -> Mapping[str, Value]:
    """Return published parameters in their own types.

    Raises:
        UnfitParametersError: a name is unknown, a value unfit, or the authority too low.
    """
    found = faults(values, precedence)
    if found:
        raise UnfitParametersError(found)
    return {name: read(name, raw) for name, raw in values.items()}


def read(name: str, raw: object) -> Value:
    """Return one published value in its own type; what was read already reads as itself.

    Raises:
        UnknownParameterError: no parameter has the name; a ``KeyError``.
        UnfitValueError: the value is not of its kind.
    """
    return declaration(name).kind.read(raw)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """One published version of a set of parameters.

    Attributes:
        policy_id: What all versions of the policy have in common.
        version: This version's name.
        precedence: The authority, one of ``PRECEDENCE``.
        effective_from: First day.
        effective_to: Last day, if it ends.
        values: Names to values, read (``parse``) or as published.
        county: The county, where the set is one county's own; empty for all.
        supersedes: The ids of policies that it replaces while it is in force.
    """

    policy_id: str
    version: str
    precedence: str
    effective_from: date
    effective_to: date | None
    values: Mapping[str, object]
    county: str = ""
    supersedes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The policy and its version, as decisions name it."""
        return f"{self.policy_id}@{self.version}"

    def stands(self, on: date, county: str) -> bool:
        """Say whether it is in force on a day in a county."""
        begun = self.effective_from <= on
        over = self.effective_to is not None and on > self.effective_to
        return begun and not over and self.county in ("", county)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value and whose word it is.

    Attributes:
        value: The value; None where the city has not set it.
        source: The policy set's name, or ``default``.
    """

    value: Value | None
    source: str

    @property
    def fixed(self) -> bool:
        """Whether an authority fixed it after the notice, so that it is no default any more."""
        return self.source.partition("@")[0] not in (DEFAULT, NOTICE)


class Parameters:
    """All parameters as they stand on a day in a county."""

    def __init__(self, published: Sequence[PolicySet], on: date, county: str = "") -> None:
        """Take the sets in the order of their publication."""
        self._standing = _standing(published, on, county)

    @property
    def version(self) -> str:
        """The names of the sets in force, the highest authority first; ``default`` for none."""
        return "+".join(one.name for one in self._standing) or DEFAULT

    def resolve(self, name: str) -> Resolved:
        """Return a parameter's value and its source.

        Raises:
            UnknownParameterError: no parameter has the name; a ``KeyError``.
            UnfitValueError: a set was taken in with a value that is not of its kind.
        """
        for one in self._standing:
            if name in one.values:
                return Resolved(read(name, one.values[name]), one.name)
        return Resolved(default_of(name), DEFAULT)

    def value(self, name: str) -> Value | None:
        """Return a parameter's value, None where the city has not set it.

        Raises:
            UnknownParameterError: no parameter has the name; a ``KeyError``.
            UnfitValueError: a set was taken in with a value that is not of its kind.
        """
        return self.resolve(name).value


def _rank(precedence: str) -> int:
    return PRECEDENCE.index(precedence)


def _standing(published: Sequence[PolicySet], on: date, county: str) -> tuple[PolicySet, ...]:
    """Return the sets that count, in the order in which they are asked."""
    newest: dict[str, tuple[date, int, PolicySet]] = {}
    for place, one in enumerate(published):
        if one.stands(on, county):
            rival = newest.get(one.policy_id)
            if rival is None or rival[0] <= one.effective_from:
                newest[one.policy_id] = (one.effective_from, place, one)
    replaced = {policy for _, _, one in newest.values() for policy in one.supersedes}
    counted = [held for held in newest.values() if held[2].policy_id not in replaced]
    counted.sort(key=lambda held: (_rank(held[2].precedence), -held[0].toordinal(), -held[1]))
    return tuple(one for _, _, one in counted)
