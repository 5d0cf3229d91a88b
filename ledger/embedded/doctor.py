"""What is wrong with an installation, and how to mend it: checks as data, for people and programs.

Looking changes nothing: no server is started, no user or directory is made. What is said holds no
personal data and no password.
"""

from ledger.embedded import database_checks, machine_checks
from ledger.embedded.checks import Check, Examination, examine
from ledger.settings import Settings

__all__ = ["Check", "diagnose", "examinations"]


def diagnose(settings: Settings) -> list[Check]:
    """Look at everything that the service needs.

    Args:
        settings: What the operator has set.

    Returns:
        One check for each thing, good or bad, in a fixed order.
    """
    return [examine(one, settings) for one in examinations(settings)]


def examinations(settings: Settings) -> tuple[Examination, ...]:
    """Return what is looked at under these settings."""
    own = settings.database_url is not None
    server = database_checks.OWN if own else database_checks.EMBEDDED
    return (*machine_checks.EXAMINATIONS, *server, *database_checks.BOTH)
