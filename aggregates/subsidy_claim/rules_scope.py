"""Whether the heads of a claim may be subsidised at all (17号 一, 72号 一).

At the approval the bureau looked at the roster of that day. Heads join later, and registers answer
later: so it is asked again of whoever is claimed for. What is restricted is told as a number.
"""

from collections.abc import Iterator

from aggregates.decisions import Unmet, World
from aggregates.law.deadlines import local_date
from aggregates.subsidy_claim.accepting import asked_of_claims
from aggregates.subsidy_claim.case import Case, Head
from aggregates.subsidy_claim.standards import project_of
from aggregates.subsidy_claim.wording import about_heads
from aggregates.training_class.scope import Training, outside


@asked_of_claims("ELG-01")
def heads_are_within_the_scope(case: Case, world: World) -> Iterator[Unmet]:
    """Each head belongs to a category that was confirmed and that this training is open to."""
    training = training_of(case, world)
    unconfirmed, beyond = set(), set()
    for head in case.heads:
        confirmed = head.trainee.confirmed_for(training.start)
        if confirmed is None:
            unconfirmed.add(head.row.person_id)
        elif outside(category_of(head, case), head.trainee, training, world):
            beyond.add(head.row.person_id)
    yield from about_heads(
        len(unconfirmed),
        ("人员类别已确认且有效", "a category that was confirmed"),
        ("未确认", "have none"),
    )
    yield from about_heads(
        len(beyond),
        ("规定范围内的补贴人员", "people whom the rules provide for"),
        ("不在范围内", "are not"),
    )


def training_of(case: Case, world: World) -> Training:
    """Return what the heads of a claim were trained in; the lists of the approval count (C-18)."""
    held = case.training
    approved = None if held.approved_at is None else local_date(held.approved_at)
    return Training(
        kind=held.training_type,
        start=case.starts_on,
        on=approved or case.starts_on,
        project=project_of(case, world),
    )


def category_of(head: Head, case: Case) -> str | None:
    """Return the category confirmed for the first day, else the one stated at the enrolment."""
    confirmed = head.trainee.confirmed_for(case.starts_on)
    return (None if confirmed is None else confirmed.category) or head.enrolment.category
