"""What may be asked of institutions, and the rules that answer.

Sites, selection and sanctions are asked in modules of their own, imported at the end.
"""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, hard, lifecycle, unmet
from aggregates.facts import Code, CountyCode, Digest, Title
from aggregates.ids import InstitutionId, derived_id
from aggregates.institution.facts import InstitutionFiledInCounty, InstitutionRegistered
from aggregates.institution.parts import (
    BasicAccount,
    InstitutionKind,
    SelfEvaluation,
    Shareholder,
    Uscc,
)
from aggregates.institution.state import INSTITUTION
from aggregates.institution.uscc import is_sound
from aggregates.sealed import Matchable, Name, Personal, Phone, PlainText

UNLICENSED = frozenset({"EMPLOYER", "ASSESSMENT_BODY"})
"""Kinds that train no one but their own staff, or no one: they need no licence to train."""


@command(
    "register-institution",
    zh="登记机构",
    en="Register an institution",
    kind=INSTITUTION,
    roles=("INST_HEAD", "EMPLOYER", "COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE", "CITY_HR"),
)
class RegisterInstitution(Command):
    """A body that trains, employs or assesses is registered (17号 二(一))."""

    institution_id: InstitutionId | None = None
    uscc: Uscc
    name: Title
    kind: InstitutionKind
    legal_rep: Personal[Name]
    licence_no: Code | None = None
    licence_scope: tuple[Code, ...] = ()
    licence_valid_to: date | None = None
    county_code: CountyCode
    address: Title
    contact: Personal[PlainText]
    phone: Matchable[Phone]
    basic_account: BasicAccount
    shareholders: tuple[Shareholder, ...] = ()
    hr_filing_no: Code | None = None
    self_evaluation: SelfEvaluation | None = None

    @property
    def own_id(self) -> InstitutionId:
        """The id chosen, else the one that follows from the credit code."""
        return self.institution_id or InstitutionId(derived_id("institution", self.uscc))

    def facts(self, world: World) -> Iterator[New]:
        """Record the registration."""
        del world
        yield New(
            INSTITUTION,
            self.own_id,
            InstitutionRegistered(
                institution_id=self.own_id,
                uscc=self.uscc,
                name=self.name,
                kind=self.kind,
                legal_rep=self.legal_rep,
                licence_no=self.licence_no,
                licence_scope=self.licence_scope,
                licence_valid_to=self.licence_valid_to,
                county_code=self.county_code,
                address=self.address,
                contact=self.contact,
                phone=self.phone,
                basic_account=self.basic_account,
                shareholders=self.shareholders,
                hr_filing_no=self.hr_filing_no,
                self_evaluation=self.self_evaluation,
            ),
            county=self.county_code,
        )


@lifecycle(RegisterInstitution)
def institution_is_new(c: RegisterInstitution, world: World) -> Iterator[Unmet]:
    """A body is registered once."""
    if world.state(INSTITUTION, c.own_id).registered:
        yield unmet(("尚未登记", "not registered before"), ("已登记", "registered already"))


@hard("INS-01", RegisterInstitution)
def lawfully_established_and_qualified(c: RegisterInstitution, world: World) -> Iterator[Unmet]:
    """Only bodies established by law and qualified may take part."""
    if not is_sound(c.uscc):
        yield unmet(
            ("有效的统一社会信用代码", "a valid unified social credit code"),
            ("校验码不符", "the check character does not fit"),
            where="uscc",
        )
    if c.kind in UNLICENSED:
        return
    if c.licence_no is None:
        yield unmet(
            ("办学许可证或培训资质", "a licence or qualification to train"),
            ("未填", "none"),
            where="licence_no",
        )
    elif c.licence_valid_to is not None and c.licence_valid_to < world.today:
        yield unmet(
            ("有效期内的许可证", "a licence that is valid"),
            (f"{c.licence_valid_to}到期", f"it ended on {c.licence_valid_to}"),
            where="licence_valid_to",
        )


@command(
    "file-institution-in-county",
    zh="承训机构属地备案",
    en="File an institution with a county",
    kind=INSTITUTION,
    roles=("COUNTY_CLERK", "COUNTY_HR", "CITY_CENTRE"),
)
class FileInstitutionInCounty(Command):
    """A county and a listed body have chosen each other (17号 二(一)2)."""

    institution_id: InstitutionId
    county_code: CountyCode
    valid_from: date
    valid_to: date | None = None
    responsible_org: Code
    mutual_selection_doc: Digest

    def facts(self, world: World) -> Iterator[New]:
        """Record the filing."""
        del world
        yield New(
            INSTITUTION,
            self.institution_id,
            InstitutionFiledInCounty(
                institution_id=self.institution_id,
                county_code=self.county_code,
                valid_from=self.valid_from,
                valid_to=self.valid_to,
                responsible_org=self.responsible_org,
                mutual_selection_doc=self.mutual_selection_doc,
            ),
            county=self.county_code,
        )


@lifecycle(FileInstitutionInCounty)
def filing_period_runs_forward(c: FileInstitutionInCounty, world: World) -> Iterator[Unmet]:
    """The body is registered and not suspended, and the filing does not end before it begins."""
    one = world.state(INSTITUTION, c.institution_id)
    if not one.registered:
        yield unmet(("已登记的机构", "a registered body"), ("未登记", "not registered"))
    held = one.suspension(max(c.valid_from, world.today), c.county_code)
    if held is not None:
        yield unmet(
            ("未被暂停承训资格的机构", "a body that is not suspended"),
            (f"自{held.valid_from}起暂停", f"suspended from {held.valid_from}"),
        )
    if c.valid_to is not None and c.valid_to < c.valid_from:
        yield unmet(
            (f"不早于{c.valid_from}", f"not before {c.valid_from}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@hard("INS-04", FileInstitutionInCounty)
def chosen_within_the_city_catalogue(c: FileInstitutionInCounty, world: World) -> Iterator[Unmet]:
    """Counties choose within the city's list of employment-skill institutions."""
    day = max(c.valid_from, world.today)
    if not world.state(INSTITUTION, c.institution_id).listed(day, "就业技能"):
        yield unmet(
            ("就业技能培训机构目录内的机构", "an institution listed for employment skills"),
            ("不在目录内", "it is not listed"),
        )


from aggregates.institution import (  # noqa: E402 - they declare commands and rules of their own
    listing,
    rules_evaluation,
    sanctions,
    selection,
    sites,
)

__all__ = [
    "FileInstitutionInCounty",
    "RegisterInstitution",
    "listing",
    "rules_evaluation",
    "sanctions",
    "selection",
    "sites",
]
