"""Training bought as a whole by the departments: a scheme for carers, one for people in custody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.ids import ProjectId
from ledger.simulation.bodies import Body
from ledger.simulation.chance import Chance
from ledger.simulation.courses import PROJECTS, Course, categories
from ledger.simulation.days import in_office
from ledger.simulation.naming import Naming
from ledger.simulation.offices import Office
from ledger.simulation.script import Script

HEADS = 1_200
"""How many persons a project is for at most."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the plan knows it."""

    project_id: ProjectId
    body: Body
    course: Course


def register(
    script: Script, naming: Naming, office: Office, bodies: Sequence[Body], on: date
) -> list[Project]:
    """Register the projects of a county for the years from a day on."""
    found: list[Project] = []
    chance = Chance(naming.seed, "projects", office.county, on)
    for course in PROJECTS:
        able = [one for one in bodies if any(held.skill == course.skill for held in one.courses)]
        if not able:
            continue
        at = in_office(on, chance)
        body = able[0]
        one = ProjectId(naming.at(at, "project", office.county, course.code))
        groups = [category for category, _ in categories(course)]
        data = {
            "project_id": one,
            "county_code": office.county,
            "family": "TARGET_GROUP",
            "buyer": "模拟县区人社局、财政局",
            "supplier_id": body.institution_id,
            "supervising_org": office.hr,
            "procurement_ref": f"ZFCG-{office.county}-{course.code}",
            "contract_doc": naming.digest("contract", office.county, course.code),
            "target_group": groups,
            "custody_scheme": "CUSTODY" in groups,
            "occupations": [{"code": course.code, "level": course.level}],
            "heads": HEADS,
            "amount_fen": HEADS * course.standard_fen,
            "fund": "EMPLOYMENT",
            "valid_from": on,
            "valid_to": date(2029, 12, 31),
        }
        script.ask(at, office.approver, "register-project", data)
        found.append(Project(one, body, course))
    return found
