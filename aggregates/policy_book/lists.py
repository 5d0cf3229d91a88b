"""How the city's lists are published: institutions, standards, bodies, platforms, routes."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from aggregates.decisions import (
    Command,
    New,
    Unmet,
    World,
    command,
    flag,
    hard,
    lifecycle,
    policy_book_id,
    unmet,
)
from aggregates.facts import Code, Digest
from aggregates.law.catalogues import (
    AssessmentBody,
    CatalogueKind,
    CategoryScope,
    ClassHourStandard,
    InstitutionListing,
    OccupationRoute,
    OfficialSite,
    OnlinePlatform,
    SubsidyStandard,
)
from aggregates.policy_book.entries import (
    PART_BYTES_MAX,
    digest_of,
    entries_of,
    parted,
    size_of,
    strangers,
)
from aggregates.policy_book.facts import CatalogueVersionPublished, Url
from aggregates.policy_book.state import POLICY_BOOK

PUBLIC_LISTS = frozenset({"INSTITUTION", "SUBSIDY_STANDARD", "ASSESSMENT_BODY"})
"""The lists that 17号 七(一) names among what is published to everybody."""


@command(
    "publish-catalogue-version",
    zh="发布目录版本",
    en="Publish a version of a list",
    kind=POLICY_BOOK,
    roles=("CITY_CENTRE", "CITY_HR"),
)
class PublishCatalogueVersion(Command):
    """A whole version of one list; the ledger parts it into entries by itself.

    Attributes:
        entries_hash: The digest that the publisher reckoned, if it is to be compared.
    """

    catalogue: CatalogueKind
    version: Code
    effective_from: date
    published_url: Url | None = None
    entries_hash: Digest | None = None
    institutions: tuple[InstitutionListing, ...] = ()
    standards: tuple[SubsidyStandard, ...] = ()
    bodies: tuple[AssessmentBody, ...] = ()
    platforms: tuple[OnlinePlatform, ...] = ()
    routes: tuple[OccupationRoute, ...] = ()
    categories: tuple[CategoryScope, ...] = ()
    hour_standards: tuple[ClassHourStandard, ...] = ()
    sites: tuple[OfficialSite, ...] = ()

    def facts(self, world: World) -> Iterator[New]:
        """Record the version, one fact for each part of it."""
        own = entries_of(self, self.catalogue)
        blank = CatalogueVersionPublished(
            catalogue=self.catalogue,
            version=self.version,
            entries_hash=digest_of(own),
            part=1,
            parts=1,
            effective_from=self.effective_from,
            published_url=self.published_url,
        )
        for part in parted(blank, own):
            yield New(POLICY_BOOK, policy_book_id(world.city), part)


@lifecycle(PublishCatalogueVersion)
def version_is_new_and_whole(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """A version is new, holds entries of its own kind only, and is what the publisher reckoned."""
    book = world.state(POLICY_BOOK, policy_book_id(world.city))
    if (c.catalogue, c.version) in book.published:
        yield unmet(("新的版本", "a new version"), ("该版本已发布", "published"), where="version")
    held = entries_of(c, c.catalogue)
    if not held:
        yield unmet(("至少一条目录", "one entry or more"), ("没有", "none"))
    for name in strangers(c, c.catalogue):
        yield unmet(
            (f"只含{c.catalogue}的条目", f"entries of {c.catalogue} only"),
            ("另有他类条目", "others as well"),
            where=name,
        )
    if c.entries_hash is not None and c.entries_hash != digest_of(held):
        yield unmet(
            ("条目摘要一致", "entries that give the digest named"),
            (f"实为{digest_of(held)}", f"they give {digest_of(held)}"),
            where="entries_hash",
        )
    for at, entry in enumerate(held):
        if size_of(entry) > PART_BYTES_MAX:
            yield unmet(
                (f"单条不超过{PART_BYTES_MAX}字节", f"at most {PART_BYTES_MAX} bytes an entry"),
                (f"{size_of(entry)}字节", f"{size_of(entry)} bytes"),
                where=f"[{at}]",
            )


def _repeated(keys: Iterable[Hashable]) -> Iterator[int]:
    seen: set[Hashable] = set()
    for at, key in enumerate(keys):
        if key in seen:
            yield at
        seen.add(key)


def _one_amount(c: PublishCatalogueVersion, kind: str) -> Iterator[Unmet]:
    """Yield where standards of a kind give two amounts, or none, for the same thing."""
    keys = [
        (one.occupation, one.level, one.training_type) if one.kind == kind else at
        for at, one in enumerate(c.standards)
    ]
    for at in _repeated(keys):
        yield unmet(
            ("同一职业、等级、类型只有一个标准", "one amount for an occupation, level and type"),
            ("重复", "another one"),
            where=f"standards[{at}]",
        )
    for at, one in enumerate(c.standards):
        if one.kind == kind and not one.amount_fen:
            yield unmet(
                ("大于零的标准", "an amount above zero"), ("0分", "0 fen"), f"standards[{at}]"
            )


@hard("ELG-19", PublishCatalogueVersion)
def one_training_standard_each(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """The city's list says for each occupation, level and type what training is paid."""
    del world
    yield from _one_amount(c, "TRAINING")


@hard("ELG-29", PublishCatalogueVersion)
def one_assessment_standard_each(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """The city's list says for each occupation, level and type what an assessment is paid."""
    del world
    yield from _one_amount(c, "ASSESSMENT")


@hard("FIL-10", PublishCatalogueVersion)
def one_hour_standard_each(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """An occupation at a level has one class-hour standard, of some hours."""
    del world
    for at in _repeated((one.occupation, one.level) for one in c.hour_standards):
        yield unmet(
            ("同一职业、等级只有一个课时标准", "one standard for an occupation and level"),
            ("重复", "another one"),
            where=f"hour_standards[{at}]",
        )
    for at, one in enumerate(c.hour_standards):
        if not one.total:
            yield unmet(
                ("大于零的课时", "hours above zero"), ("0课时", "none"), f"hour_standards[{at}]"
            )


@hard("ASM-03", PublishCatalogueVersion)
def own_test_only_where_nothing_else(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """The institution's own test is open only where no other route is."""
    del world
    for at, one in enumerate(c.routes):
        if "OWN" in one.routes and len(set(one.routes)) > 1:
            yield unmet(
                ("无其他考核途径时方可自行考核", "the own test where no other route is open"),
                ("另有其他途径", "there are others"),
                where=f"routes[{at}]",
            )


@flag("SUP-01", PublishCatalogueVersion)
def list_is_public(c: PublishCatalogueVersion, world: World) -> Iterator[Unmet]:
    """The lists that the notice names are published where everybody can read them."""
    del world
    if c.catalogue in PUBLIC_LISTS and c.published_url is None:
        yield unmet(
            ("公开发布的网址", "the address at which it is published"),
            ("未填", "none"),
            where="published_url",
        )
