"""What the city publishes before the first class: parameters, lists, who may train what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from aggregates.law.catalogues import PersonCategory, TrainingType
from ledger.simulation.bodies import Body
from ledger.simulation.courses import COURSES, OPEN_TO, PLATFORM, STARTING, Course
from ledger.simulation.naming import Naming
from ledger.simulation.offices import CITY_CENTRE, CITY_HR
from ledger.simulation.scales import CITY
from ledger.simulation.script import Script

PARAMETERS: Final[Mapping[str, int]] = {
    "sla_claim_days": 90,
    "sla_listing_update_days": 10,
    "institution_change_report_days": 15,
    "heads_per_station": 4,
    "plan_aggregate_deadline": 5,
    "class_expiry_days": 60,
    "spot_check_target": 2_000,
    "phone_check_share": 1_000,
    "sla_certificate_delivery_days": 30,
    "assessment_report_days": 15,
    "objection_decide_days": 10,
    "sla_archive_produce_days": 5,
    "sla_clue_days": 60,
    "sla_incident_hours": 24,
}
"""What the simulated city has set; how much attendance it asks for, it has left open."""
WEBSITE: Final = "https://hrss.simulation.example"


def host(county: str) -> str:
    """Return the host on which a county publishes."""
    return f"rsj-{county}.simulation.example"


def publish_parameters(script: Script, at: datetime) -> None:
    """Publish the city's parameters."""
    number = f"聊人社发〔{at.year}〕模拟1号"
    settings = [{"name": name, "value": value} for name, value in sorted(PARAMETERS.items())]
    data = {
        "policy_id": number,
        "version": "1",
        "doc_no": number,
        "title": "模拟市职业技能培训若干参数（模拟）",
        "precedence": "CITY",
        "effective_from": at.date(),
        "parameters": settings,
    }
    script.ask(at, CITY_HR, "publish-policy-set", data)


class Lists:
    """Publishes versions of the city's lists."""

    def __init__(self, script: Script, version: str) -> None:
        """Begin; all lists bear one version."""
        self._script = script
        self._version = version

    def publish(self, at: datetime, kind: str, field: str, entries: Sequence[Any]) -> None:
        """Publish one list."""
        data = {
            "catalogue": kind,
            "version": self._version,
            "effective_from": at.date(),
            "published_url": f"{WEBSITE}/lists/{kind.lower()}/{self._version}",
            field: list(entries),
        }
        self._script.ask(at, CITY_CENTRE, "publish-catalogue-version", data)

    def general(self, at: datetime, counties: Iterable[str]) -> None:
        """Publish all lists that name no training body."""
        minute = timedelta(minutes=1)
        self.publish(at, "SUBSIDY_STANDARD", "standards", _standards())
        self.publish(at + minute, "OCCUPATION_ROUTE", "routes", _routes())
        self.publish(at + 2 * minute, "PERSON_CATEGORY", "categories", _categories())
        self.publish(at + 3 * minute, "CLASS_HOUR_STANDARD", "hour_standards", _hours())
        platform = {"platform_id": PLATFORM, "name": "云课堂（模拟）", "status": "RECOGNISED"}
        self.publish(at + 4 * minute, "ONLINE_PLATFORM", "platforms", [platform])
        hosts = [{"county": CITY, "host": WEBSITE.removeprefix("https://")}]
        hosts += [{"county": one, "host": host(one)} for one in counties]
        self.publish(at + 5 * minute, "OFFICIAL_SITE", "sites", hosts)

    def bodies(self, at: datetime, bodies: Sequence[Body]) -> None:
        """Publish who may train and who may assess."""
        listed = [entry for body in bodies for entry in _listings(body)]
        assessed = [
            {"body_id": body.institution_id, "occupations": occupations(_assessed())}
            for body in bodies
            if body.kind == "ASSESSMENT_BODY"
        ]
        self.publish(at, "INSTITUTION", "institutions", listed)
        self.publish(at + timedelta(minutes=1), "ASSESSMENT_BODY", "bodies", assessed)


def occupations(courses: Iterable[Course]) -> list[dict[str, str]]:
    """Return occupations with their levels, each once."""
    return [
        {"code": code, "level": level} for code, level in dict.fromkeys(c.skill for c in courses)
    ]


def by_category(body: Body) -> dict[str, list[Course]]:
    """Return what a body is to train by the part of the catalogue it is listed in."""
    found: dict[str, list[Course]] = {}
    for course in body.courses:
        found.setdefault(course.category, []).append(course)
    return found


def _listings(body: Body) -> list[dict[str, Any]]:
    if body.kind in ("EMPLOYER", "ASSESSMENT_BODY"):
        return []
    return [
        {
            "institution_id": body.institution_id,
            "category": category,
            "occupations": occupations(courses),
        }
        for category, courses in by_category(body).items()
    ]


def _assessed() -> list[Course]:
    return [one for one in COURSES if one.route != "OWN"]


def _standards() -> list[dict[str, Any]]:
    found = []
    for one in COURSES:
        of = {"occupation": one.code, "level": one.level, "training_type": one.training_type}
        found.append({**of, "kind": "TRAINING", "amount_fen": one.standard_fen})
        if one.assessment_fen:
            found.append({**of, "kind": "ASSESSMENT", "amount_fen": one.assessment_fen})
    return found


def _routes() -> list[dict[str, Any]]:
    routes: dict[tuple[str, str], list[str]] = {}
    for one in COURSES:
        held = routes.setdefault(one.skill, [])
        if one.route not in held:
            held.append(one.route)
    return [
        {"occupation": code, "level": level, "routes": held}
        for (code, level), held in routes.items()
    ]


def _categories() -> list[dict[str, Any]]:
    types: dict[PersonCategory, list[TrainingType]] = {}
    for training_type, categories in OPEN_TO.items():
        for category, _ in categories:
            types.setdefault(category, []).append(training_type)
    types["STUDENT"] = ["EMPLOYMENT_SKILL", "ENTREPRENEURSHIP"]
    types["CUSTODY"] = ["PROJECT"]
    funds = ["EMPLOYMENT", "SPECIAL_ACCOUNT"]
    return [
        {
            "category": category,
            "training_types": held,
            "funds": [*funds, "UI"] if category == "UNEMP" else funds,
        }
        for category, held in types.items()
    ]


def _hours() -> list[dict[str, Any]]:
    own = {one.skill: one for one in COURSES if one.practice_bp}
    return [
        {
            "occupation": code,
            "level": level,
            "total": one.hours,
            "practice_bp": one.practice_bp,
        }
        for (code, level), one in own.items()
    ]


def steps(naming: Naming, on: date, *names: str) -> list[dict[str, Any]]:
    """Return steps of a selection, the last one on a day and each a day after the one before."""
    first = on - timedelta(days=len(names) - 1)
    return [
        {"step": name, "on": first + timedelta(days=at), "doc": naming.digest("step", name, on)}
        for at, name in enumerate(names)
    ]


BUSINESS: Final = STARTING.category
"""The part of the catalogue for entrepreneurship."""
