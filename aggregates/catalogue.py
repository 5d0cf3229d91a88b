"""Everything the aggregates declare, in one import: facts, streams, commands, rules.

The stored names and commands register themselves when their module is imported; whoever needs
all of them imports this module.
"""

from importlib import import_module

CONCEPTS = (
    "policy_book",
    "institution",
    "instructor",
    "project",
    "monthly_plan",
    "trainee",
    "enrolment",
    "training_class",
    "inspection",
    "assessment",
    "certificate",
    "entitlement",
    "subsidy_claim",
    "publicity",
    "fund_account",
    "payment",
    "archive",
    "risk_signal",
    "access",
    "signing_keys",
    "system",
    "log_heads",
    "renewal",
)
"""The concepts, one per kind of stream, in the order of the story."""


def load() -> None:
    """Import facts, state and commands of every concept. Idempotent."""
    for concept in CONCEPTS:
        for part in ("facts", "state", "commands"):
            import_module(f"aggregates.{concept}.{part}")


load()
