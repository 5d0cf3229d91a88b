"""Accepted claims that their project was never told of, from before projects were told (C-37)."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.detail.link import CODES
from projections.run import PARTS, position_of

_UNTOLD = """
select project.id, claim.id
from detail.link as project
join entry as submitted using (position)
cross join lateral (select split_part(submitted.stream, '/', 2)::uuid as id) as claim
where project.kind = %(project)s
  and submitted.type = 'subsidy-claim.submitted.v1'
  and exists (
    select from entry as accepted
    where accepted.stream = submitted.stream and accepted.type = 'subsidy-claim.accepted.v1'
  )
  and not exists (
    select from detail.link as told
    join entry as taken using (position)
    where told.kind = %(claim)s and told.id = claim.id
      and taken.type = 'project.money-taken.v1'
  )
  -- The newest entries have no links yet.
  and not exists (
    select from entry as taken
    where taken.position > %(folded)s and taken.type = 'project.money-taken.v1'
      and taken.body like '%%' || claim.id || '%%'
  )
order by project.id, submitted.position
"""


def untold(connection: Connection[Any]) -> dict[UUID, list[UUID]]:
    """Return projects, each with the accepted claims that it does not know, the oldest first."""
    asked = {
        "project": CODES["project"],
        "claim": CODES["claim"],
        "folded": position_of(connection, PARTS),
    }
    found: dict[UUID, list[UUID]] = {}
    for project, claim in connection.execute(_UNTOLD, asked):
        found.setdefault(project, []).append(claim)
    return found
