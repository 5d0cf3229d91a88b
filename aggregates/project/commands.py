"""What may be asked of projects, and the rules that answer."""

from collections.abc import Iterator
from datetime import date

from aggregates.decisions import Command, New, Unmet, World, command, flag, hard, lifecycle, unmet
from aggregates.facts import Code, Count, CountyCode, Digest, Fen, Title
from aggregates.ids import InstitutionId, ProjectId
from aggregates.institution.state import INSTITUTION
from aggregates.law.catalogues import Fund, Occupation, PersonCategory
from aggregates.project.facts import Family, ProjectRegistered
from aggregates.project.state import PROJECT

SUPPLIERS = frozenset(
    {
        "COLLEGE",
        "VOCATIONAL",
        "TECHNICIAN",
        "TRAINING_ORG",
        "ENTERPRISE_CENTRE",
        "PUBLIC_BASE",
        "ONLINE",
        "EMPLOYER",
    }
)
"""Who may sell a project: training bodies, enterprises, colleges, vocational schools."""


@command(
    "register-project",
    zh="登记项目制培训项目",
    en="Register a training project",
    kind=PROJECT,
    roles=("COUNTY_HR", "CITY_HR"),
)
class RegisterProject(Command):
    """The HR and finance departments buy a training project as a whole."""

    project_id: ProjectId | None = None
    county_code: CountyCode | None = None
    family: Family
    buyer: Title
    supplier_id: InstitutionId
    supervising_org: Code | None = None
    procurement_ref: Code | None = None
    contract_doc: Digest | None = None
    target_group: tuple[PersonCategory, ...] = ()
    custody_scheme: bool = False
    occupations: tuple[Occupation, ...] = ()
    heads: Count
    amount_fen: Fen
    fund: Fund
    valid_from: date
    valid_to: date

    def facts(self, world: World) -> Iterator[New]:
        """Record the project."""
        one = self.project_id or ProjectId(world.new_id())
        yield New(
            PROJECT,
            one,
            ProjectRegistered(
                project_id=one,
                county_code=self.county_code,
                family=self.family,
                buyer=self.buyer,
                supplier_id=self.supplier_id,
                supervising_org=self.supervising_org,
                procurement_ref=self.procurement_ref,
                contract_doc=self.contract_doc,
                target_group=self.target_group,
                custody_scheme=self.custody_scheme,
                occupations=self.occupations,
                heads=self.heads,
                amount_fen=self.amount_fen,
                fund=self.fund,
                valid_from=self.valid_from,
                valid_to=self.valid_to,
            ),
            county=self.county_code or "",
        )


@lifecycle(RegisterProject)
def project_is_new(c: RegisterProject, world: World) -> Iterator[Unmet]:
    """A project is registered once, for a period that does not run backwards."""
    if c.project_id is not None and world.state(PROJECT, c.project_id).status:
        yield unmet(("尚未登记", "not registered before"), ("已登记", "registered already"))
    if world.caller.role == "COUNTY_HR" and c.county_code is None:
        yield unmet(("注明县区", "the county named"), ("未填", "none"), where="county_code")
    if c.valid_to < c.valid_from:
        yield unmet(
            (f"不早于{c.valid_from}", f"not before {c.valid_from}"),
            (str(c.valid_to), str(c.valid_to)),
            where="valid_to",
        )


@hard("INS-06", RegisterProject)
def chosen_by_procurement_for_a_target_group(c: RegisterProject, world: World) -> Iterator[Unmet]:
    """A project's supplier is chosen by government procurement, and it is for certain people."""
    del world
    if c.procurement_ref is None:
        yield unmet(
            ("政府采购编号", "a reference of government procurement"),
            ("未填", "none"),
            where="procurement_ref",
        )
    if not c.target_group:
        yield unmet(("明确的特定人群", "a target group"), ("未填", "none"), where="target_group")


@hard("ELG-28", RegisterProject)
def bought_as_a_whole_from_a_supplier(c: RegisterProject, world: World) -> Iterator[Unmet]:
    """It is bought by contract, as a whole, from a body that trains."""
    if c.contract_doc is None:
        yield unmet(("采购合同", "a contract"), ("未提供", "none"), where="contract_doc")
    if not c.heads or not c.amount_fen:
        yield unmet(
            ("人数和金额均大于零", "heads and amount above zero"),
            (f"{c.heads}人、{c.amount_fen}分", f"{c.heads} heads, {c.amount_fen} fen"),
        )
    kind = world.state(INSTITUTION, c.supplier_id).kind
    if kind not in SUPPLIERS:
        yield unmet(
            ("培训机构、企业、高等院校或职业院校", "a training body, enterprise or school"),
            (kind or "未登记的机构", kind or "a body that is not registered"),
            where="supplier_id",
        )


@hard("ELG-17", RegisterProject)
def custody_only_in_a_scheme_for_it(c: RegisterProject, world: World) -> Iterator[Unmet]:
    """People in custody are a target group only of a scheme that says so, and the reverse."""
    del world
    if c.custody_scheme != ("CUSTODY" in c.target_group):
        yield unmet(
            (
                "面向服刑、戒毒人员的项目须注明，反之亦然",
                "target group and custody scheme to agree",
            ),
            ("二者不一致", "they do not"),
            where="custody_scheme",
        )
    elif c.custody_scheme and c.family != "TARGET_GROUP":
        yield unmet(
            ("特定群体类项目", "a project of the family of target groups"),
            (c.family, c.family),
            where="family",
        )


@flag("DEL-20", RegisterProject)
def one_body_supervises(c: RegisterProject, world: World) -> Iterator[Unmet]:
    """Each project has one supervising body: the one that implements it (谁实施、谁监管)."""
    del world
    if c.supervising_org is None:
        yield unmet(
            ("一个监管单位", "one supervising body"), ("未填", "none"), where="supervising_org"
        )
