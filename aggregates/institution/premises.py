"""A training site as decisions see it: what it holds, and for what it was found fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from aggregates.institution.facts import TrainingSiteRegistered
from aggregates.institution.parts import Camera, FireProof, Room

TEACHING = frozenset({"THEORY", "PRACTICE"})
"""The uses of a room that make it a place of teaching."""

_NONE: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """A training site.

    Attributes:
        site_id: Its code within the institution.
        county: The county it lies in.
        type: ``MAIN`` or ``TEACHING_POINT``.
        tenure: ``OWNED``, ``LEASED`` or ``LENT``.
        owner_uscc: Whose premises they are, if they are others'.
        theory_area_m2: Usable area for theory, in square metres.
        practice_area_m2: Usable area for practice, in square metres.
        rooms: Its rooms by id.
        cameras: Its cameras.
        workstations: Work-stations by occupation.
        fire_proof: The proof of its fire acceptance, if there is one.
        address: Where it is.
        approved: Occupations and levels for which a verification found it fit (FIL-09).
    """

    site_id: str
    county: str
    type: str
    tenure: str
    owner_uscc: str | None
    theory_area_m2: int
    practice_area_m2: int
    rooms: Mapping[str, Room]
    cameras: tuple[Camera, ...]
    workstations: Mapping[str, int]
    fire_proof: FireProof | None
    address: str = ""
    approved: frozenset[tuple[str, str]] = frozenset()

    def usable(self, on: date) -> bool:
        """Say whether its fire acceptance is proven on a day (INS-14)."""
        proof = self.fire_proof
        return proof is not None and (proof.valid_to is None or on <= proof.valid_to)

    def capacity(self, room_id: str) -> int:
        """Return how many a room holds; 0 where there is no such room."""
        room = self.rooms.get(room_id)
        return 0 if room is None else room.capacity

    def monitored(self, room_id: str) -> bool:
        """Say whether a room has a camera with sound and picture on line (DEL-23)."""
        return any(
            one.room_id == room_id and one.audio and one.video and one.online
            for one in self.cameras
        )

    def unmonitored(self) -> tuple[str, ...]:
        """Return the places of teaching without such a camera, in order of their ids."""
        return tuple(r for r in self.teaching_rooms() if not self.monitored(r))

    def teaching_rooms(self) -> tuple[str, ...]:
        """Return the ids of the places of teaching, in order."""
        return tuple(sorted(r.room_id for r in self.rooms.values() if r.use in TEACHING))

    def cameras_in(self, room_id: str) -> int:
        """Return how many cameras a room has."""
        return sum(one.room_id == room_id for one in self.cameras)

    def stations(self, occupation: str) -> int | None:
        """Return its work-stations for an occupation, None where it states none (INS-17)."""
        return self.workstations.get(occupation)

    def fit_for(self, occupation: str, level: str) -> bool:
        """Say whether a verification found it fit for an occupation at a level (FIL-09)."""
        return (occupation, level) in self.approved


def site_of(fact: TrainingSiteRegistered, before: Site | None) -> Site:
    """Return the site as registered; what it was found fit for stays while it is the same place."""
    stations: dict[str, int] = {}
    for one in fact.workstations:
        stations[one.occupation] = stations.get(one.occupation, 0) + one.count
    return Site(
        site_id=fact.site_id,
        county=fact.county_code,
        type=fact.type,
        tenure=fact.tenure,
        owner_uscc=fact.owner_uscc,
        theory_area_m2=fact.theory_area_m2,
        practice_area_m2=fact.practice_area_m2,
        rooms=MappingProxyType({room.room_id: room for room in fact.rooms}),
        cameras=fact.cameras,
        workstations=MappingProxyType(stations),
        fire_proof=fact.fire_proof,
        address=fact.address,
        approved=before.approved
        if before is not None and before.address == fact.address
        else _NONE,
    )
