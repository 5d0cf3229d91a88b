"""Which entries other systems are alerted to."""

from typing import Any, Final

import orjson

from aggregates.facts import stored_names
from aggregates.risk_signal.facts import RiskSignalRaised
from aggregates.system.facts import DeadlineMissed

MISSES: Final = stored_names((DeadlineMissed,))
SIGNALS: Final = stored_names((RiskSignalRaised,))
TYPES: Final = tuple(sorted(MISSES | SIGNALS))
"""The only facts that are read; a sealed one has another type."""
GRAVE: Final = frozenset({"HIGH", "CRITICAL"})
ABOUT_AUTHORITIES: Final = frozenset({"RI-27", "RI-29", "RI-33"})
"""Indicators that judge an authority or somebody in office: for auditors and discipline only."""
SIGNALLED: Final = frozenset({"class_id", "claim_id"})
"""What a doubt is about that others are told of."""
PEOPLE: Final = frozenset({"person_id", "enrolment_id", "instructor_id", "official_id"})
"""What is a person's, be it under a pseudonym."""


def is_for_others(body: bytes) -> bool:
    """Say whether others are alerted to an entry; one that is not understood is for nobody."""
    event = orjson.loads(body)
    data: dict[str, Any] = event["data"]
    subject = {name for name, one in (data.get("subject") or {}).items() if one is not None}
    if event["type"] in MISSES:
        return bool(subject) and not subject & PEOPLE
    if event["type"] not in SIGNALS:
        return False
    return (
        data.get("severity") in GRAVE
        and data.get("rule_id") not in ABOUT_AUTHORITIES
        and bool(subject)
        and subject <= SIGNALLED
    )
