"""What stands before the first class of a county: bodies registered, evaluated, listed, visited."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from aggregates.institution.rules_evaluation import BASIC_CONDITIONS, SYSTEMS
from ledger.simulation.bodies import STATIONS, Body, Lecturer
from ledger.simulation.chance import Chance
from ledger.simulation.days import in_office, moment, plus
from ledger.simulation.lists import BUSINESS, by_category, occupations, steps
from ledger.simulation.naming import Naming, account
from ledger.simulation.offices import CITY_CENTRE, REVIEWERS, Office
from ledger.simulation.script import Script

MORE_CONDITIONS: Final = (
    "MANAGEMENT_INFORMATION_SYSTEM",
    "PRACTICE_SAFETY",
    "EQUIPMENT_WORKING",
    "SAFETY_EQUIPMENT",
    "ARCHIVE_RULES",
)
BUSINESS_CONDITIONS: Final = (
    "INTERNAL_SUPERVISION",
    "DATA_STATISTICS",
    "FOLLOW_UP_SERVICES",
    "COURSE_PREMISES",
)
CALL: Final = "2024-模拟征集-1"
_SCORE = 9_000


class Preparing:
    """Writes what bodies of a county need before they may train.

    Registration lies on the first day, the visits before the first task on about the tenth.
    """

    def __init__(self, script: Script, naming: Naming, office: Office, begins: date) -> None:
        """Begin on a working day."""
        self._script = script
        self._naming = naming
        self._office = office
        self._begins = begins
        self._chance = Chance(naming.seed, "preparing", office.county)

    def on(self, workdays: int) -> date:
        """Return the day so many working days after the beginning."""
        return plus(self._begins, workdays)

    @property
    def listing_day(self) -> date:
        """The day on which the catalogue is published and bodies are listed."""
        return self.on(8)

    def register(self, bodies: Sequence[Body]) -> None:
        """Register bodies, their sites and lecturers."""
        for body in bodies:
            at = in_office(self.on(1), self._chance)
            self._script.ask(
                at, self._office.clerk, "register-institution", self._registration(body)
            )
            for site_id in body.sites():
                at += timedelta(minutes=4)
                self._script.ask(at, body.caller(), "register-site", self._site(body, site_id))
            for lecturer in body.lecturers:
                self._lecturer(body, lecturer, in_office(self.on(2), self._chance))

    def select(self, bodies: Sequence[Body]) -> None:
        """Let bodies apply, be evaluated, listed, filed with the county and visited."""
        for body in bodies:
            if body.employs:
                self._verify(body, self.on(6), "LISTING", body.sites())
            elif body.courses:
                self._select(body)
            if body.courses:
                self._verify(body, self.on(10), "FIRST_TASK_PRE", body.sites()[:1])

    def _registration(self, body: Body) -> dict[str, Any]:
        data: dict[str, Any] = {
            "institution_id": body.institution_id,
            "uscc": body.uscc,
            "name": body.name,
            "kind": body.kind,
            "legal_rep": self._people_name(body, "legal"),
            "county_code": body.county,
            "address": f"模拟路{body.number}号",
            "contact": self._people_name(body, "contact"),
            "phone": body.phone,
            "basic_account": {"bank": "模拟银行", "account": body.account, "holder": body.name},
        }
        if body.employs:
            data["hr_filing_no"] = f"QY-{body.county}-{body.number}"
            data["self_evaluation"] = {"cert_no": f"ZP-{body.number}", "valid_to": "2030-12-31"}
        elif body.courses:
            data["licence_no"] = f"人社民{body.county}{body.number:05}号"
            data["licence_scope"] = sorted({course.code for course in body.courses})
            data["licence_valid_to"] = "2029-12-31"
        return data

    def _people_name(self, body: Body, post: str) -> str:
        held = body.lecturers
        if held:
            return held[0 if post == "legal" else 1].person.name
        return "模拟人员甲" if post == "legal" else "模拟人员乙"

    def _site(self, body: Body, site_id: str) -> dict[str, Any]:
        rooms = [room for room in body.rooms if room.site_id == site_id]
        main = site_id == "S1"
        return {
            "institution_id": body.institution_id,
            "site_id": site_id,
            "county_code": body.county,
            "address": f"模拟路{body.number}号" if main else f"模拟乡镇{body.number}村教学点",
            "place": {
                "lat_e6": 36_400_000 + body.number * 1_000,
                "lon_e6": 115_900_000 + body.number * 1_000,
            },
            "theory_area_m2": 420 if main else 160,
            "practice_area_m2": 600 if main else 200,
            "rooms": [{"room_id": r.room_id, "capacity": r.capacity, "use": r.use} for r in rooms],
            "workstations": [
                {"occupation": code, "count": STATIONS}
                for code in sorted({course.code for course in body.courses})
            ],
            "fire_proof": {
                "doc_no": f"消验{body.county}-{body.number}-{site_id}",
                "sha256": self._naming.digest("fire", body.uscc, site_id),
                "valid_to": "2029-12-31",
            },
            "cameras": [
                {
                    "camera_id": room.camera_id,
                    "room_id": room.room_id,
                    "audio": True,
                    "video": True,
                    "online": True,
                }
                for room in rooms
                if room.use != "OFFICE"
            ],
            "devices": [{"device_id": f"FT-{site_id}-1", "kind": "FACE_TERMINAL"}],
            "tenure": "OWNED" if main else "LENT",
            "type": "MAIN" if main else "TEACHING_POINT",
        }

    def _lecturer(self, body: Body, one: Lecturer, at: datetime) -> None:
        person = one.person
        data = {
            "instructor_id": one.instructor_id,
            "county_code": body.county,
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
            "qualifications": [
                {
                    "type": "ENTREPRENEURSHIP_LECTURER" if c.category == BUSINESS else "TEACHER",
                    "occupation": c.code,
                    "level": c.level,
                    "cert_no": f"JS{person.number:06}-{c.code}",
                    "valid_to": "2029-12-31",
                    "role": "BOTH",
                }
                for c in body.courses
            ],
        }
        # Employers hand their lecturers' papers in; the county enters them.
        who = self._office.clerk if body.employs else body.caller()
        self._script.ask(at, who, "register-instructor", data)
        engaged = {
            "instructor_id": one.instructor_id,
            "institution_id": body.institution_id,
            "employment": "FULL" if one.full_time else "PART",
            "valid_from": self._begins,
            "employer_of_social_insurance": body.uscc if one.full_time else None,
        }
        self._script.ask(at + timedelta(minutes=2), who, "engage-instructor", engaged)

    def _select(self, body: Body) -> None:
        for category, courses in by_category(body).items():
            listed = occupations(courses)
            about: dict[str, Any] = {
                "institution_id": body.institution_id,
                "category": category,
                "occupations": listed,
            }
            applied = in_office(self.on(3), self._chance)
            self._script.ask(
                applied, body.caller(), "apply-for-selection", {**about, "call_id": CALL}
            )
            business = category == BUSINESS
            at = in_office(self.on(7), self._chance)
            who = CITY_CENTRE if business else REVIEWERS
            evaluation = about | self._evaluation(body, business=business) | {"occupations": listed}
            self._script.ask(at, who, "evaluate-institution", evaluation)
            entry = about | {
                "catalogue_version": "1",
                "valid_from": self.listing_day,
                "valid_to": "2029-12-31",
                "steps": steps(
                    self._naming,
                    self.listing_day,
                    *("CALL", "APPLICATION", "REVIEW", "PUBLICITY", "PUBLICATION"),
                ),
            }
            at = in_office(self.listing_day, self._chance, after=moment(self.listing_day, 11))
            self._script.ask(at, CITY_CENTRE, "list-institution", entry)
        self._verify(body, self.on(6), "LISTING", body.sites())
        filed = {
            "institution_id": body.institution_id,
            "county_code": body.county,
            "valid_from": self.on(9),
            "responsible_org": self._office.hr,
            "mutual_selection_doc": self._naming.digest("mutual", body.uscc),
        }
        at = in_office(self.on(9), self._chance)
        self._script.ask(at, self._office.clerk, "file-institution-in-county", filed)

    def _evaluation(self, body: Body, *, business: bool) -> dict[str, Any]:
        codes: tuple[str, ...] = (*BASIC_CONDITIONS, *SYSTEMS, *MORE_CONDITIONS)
        codes += BUSINESS_CONDITIONS if business else ()
        digest = self._naming.digest
        return {
            "method": "ASSESSMENT" if business else "THIRD_PARTY_REVIEW",
            "evaluator": "市公共就业人才服务中心（模拟）" if business else "第三方评审组（模拟）",
            "evaluator_level": "CITY" if business else "THIRD_PARTY",
            "evaluation_id": self._naming.at(
                moment(self.on(7), 8), "evaluation", body.uscc, str(business)
            ),
            "indicators": [{"code": "TOTAL", "score_e2": _SCORE}],
            "conditions": [{"code": code, "ok": True, "valid_to": "2029-12-31"} for code in codes],
            "materials": [
                {
                    "occupation": course.code,
                    "level": course.level,
                    "plan": digest("plan", course.code, course.level, body.uscc),
                    "syllabus": digest("syllabus", course.code, course.level, body.uscc),
                    "textbook": digest("textbook", course.code, course.level, body.uscc),
                }
                for course in body.courses
            ],
            "instructor_ids": [one.instructor_id for one in body.lecturers],
            "managers": 2,
            "result": "PASS",
            "report_doc": digest("evaluation", body.uscc, str(business)),
        }

    def _verify(self, body: Body, on: date, purpose: str, sites: Sequence[str]) -> None:
        verifiers = [account(body.county, "COUNTY_CLERK", 1), account(body.county, "INSPECTOR", 1)]
        for site_id in sites:
            at = in_office(on, self._chance)
            data = {
                "verification_id": self._naming.at(at, "verification", body.uscc, site_id, purpose),
                "institution_id": body.institution_id,
                "site_id": site_id,
                "county_code": body.county,
                "purpose": purpose,
                "occupations": occupations(body.courses) if purpose == "LISTING" else [],
                "verifiers": verifiers,
                "verified_at": at - timedelta(minutes=50),
                "observations": ["现场与登记一致（模拟）"],
                "result": "PASS",
            }
            self._script.ask(at, self._office.inspector(0), "verify-site", data)
