"""Claims of before a project knew what its claims take: it is told of them afterwards (C-37)."""

from collections.abc import Iterator

from aggregates.decisions import Command, New, Unmet, World, command, lifecycle, unmet
from aggregates.ids import ClaimId, ProjectId
from aggregates.project.state import PROJECT
from aggregates.subsidy_claim.reach import takes, told_to_project
from aggregates.subsidy_claim.state import SUBSIDY_CLAIM

CLAIMS_MAX = 500


@command(
    "catch-up-project",
    zh="补记项目已占用金额",
    en="Tell a project what its old claims take",
    kind=PROJECT,
    roles=("TIMER",),
)
class CatchUpProject(Command):
    """A timer found claims that were accepted before a project was told of such things."""

    project_id: ProjectId
    claims: tuple[ClaimId, ...]

    def facts(self, world: World) -> Iterator[New]:
        """Record what each takes today, 0 where it was refused, and of what is known nothing."""
        known = world.state(PROJECT, self.project_id).claims
        for claim_id, one in world.states(SUBSIDY_CLAIM, self.claims).items():
            if claim_id not in known:
                yield told_to_project(ClaimId(claim_id), one, takes(one), world)


@lifecycle(CatchUpProject)
def told_once_of_its_own_claims(c: CatchUpProject, world: World) -> Iterator[Unmet]:
    """A project is told once, by the timer, and only of its own claims that were accepted."""
    if world.channel != "timer":
        yield unmet(("由定时任务记录", "recorded by the timer"), ("其他渠道", "another channel"))
    if not 0 < len(set(c.claims)) == len(c.claims) <= CLAIMS_MAX:
        yield unmet(
            (f"1至{CLAIMS_MAX}份申报，各一次", f"1 to {CLAIMS_MAX} claims, each once"),
            (f"{len(c.claims)}份", str(len(c.claims))),
            where="claims",
        )
        return
    for at, one in enumerate(world.states(SUBSIDY_CLAIM, c.claims).values()):
        if one.project_id != c.project_id or one.accepted_on is None:
            yield unmet(
                ("本项目已受理的申报", "an accepted claim of this project"),
                ("不是", "it is none"),
                where=f"claims[{at}]",
            )
    if world.state(PROJECT, c.project_id).claims.keys() >= set(c.claims):
        yield unmet(
            ("项目尚不知道的申报", "claims that the project does not know"),
            ("均已记录", "all are recorded already"),
            where="claims",
        )
