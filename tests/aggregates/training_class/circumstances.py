"""What else may be the case around a class: a suspension, a project, a budget."""

from datetime import date
from typing import Any

from aggregates.institution.facts import InstitutionSuspended
from aggregates.institution.state import INSTITUTION
from aggregates.project.facts import ProjectRegistered
from aggregates.project.state import PROJECT
from tests.aggregates.harness import (
    COUNTY,
    Happened,
    happened,
    official,
)
from tests.aggregates.institution.samples import (
    COOK,
    DOC,
    SCHOOL,
)
from tests.aggregates.training_class.samples import (
    COUNTY_BUREAU,
    PROJECT_ID,
)


def suspension(scope: Any = "ALL", **changes: Any) -> Happened:  # noqa: ANN401 - fields
    """Say that the school was suspended."""
    fields: dict[str, Any] = {
        "institution_id": SCHOOL,
        "decision_no": "聊人社罚〔2024〕1号",
        "decision_doc": DOC,
        "valid_from": date(2024, 2, 1),
        "scope": scope,
        "running_classes_continue": True,
        "negative_items": ("NL-4.1",),
        "decided_by": official(8),
        **changes,
    }
    return happened("2024-02-01", INSTITUTION, SCHOOL, InstitutionSuspended(**fields))


def project(**changes: Any) -> Happened:  # noqa: ANN401 - fields of the fact
    """Say that a project was registered."""
    fields: dict[str, Any] = {
        "project_id": PROJECT_ID,
        "county_code": COUNTY,
        "family": "TARGET_GROUP",
        "buyer": "东昌府区人力资源和社会保障局、财政局",
        "supplier_id": SCHOOL,
        "supervising_org": COUNTY_BUREAU,
        "procurement_ref": "LCZC-2024-11",
        "contract_doc": DOC,
        "target_group": ("RURAL", "UNEMP"),
        "occupations": (COOK,),
        "heads": 200,
        "amount_fen": 24_000_000,
        "fund": "SPECIAL_ACCOUNT",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2024, 12, 31),
        **changes,
    }
    return happened("2024-01-02", PROJECT, PROJECT_ID, ProjectRegistered(**fields))
