"""Teams and services of a demo community: most are complete, some lack somebody. Names and numbers are invented, as in db.demo.people."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from uuid import UUID

from core.packages import ONE_TO_ONE, Part, asked
from db.demo.people import GIVEN, SURNAMES, Person
from db.keys import keyring
from db.models.packages import ServiceRecord, TeamMember

THERE = {
    "social_worker": 0.98, "volunteer": 0.93, "family": 0.94, "community_worker": 0.97, "family_doctor": 0.93, "home_nurse": 0.88, "emergency_call": 0.92,
    "meals": 0.55, "fall_check": 0.9, "coordinator": 0.96, "therapist": 0.75, "job_post": 0.6, "aids": 0.6, "teacher": 0.9, "psychologist": 0.8,
}  # fmt: skip
"""Share of those asked for it who have it: invented."""
NONE = {"family": 0.03, "meals": 0.4, "job_post": 0.33, "aids": 0.35}
"""Share on record as needing none, or having no family known: invented."""
OWN = {"social_worker": "B", "community_worker": "A"}
"""Roles that a worker of the grid's own post fills."""
POOL = 9
"""Volunteers, doctors, nurses, teachers of a grid: each serves several."""


class Teams:
    """Draws who serves whom, with a chance of its own: the rest of the demo stays as it is. `holder`: who stands at a post of a grid."""

    def __init__(self, index: int, add: Callable, holder: Callable[[int | None, str], UUID], careless: set[int]):
        self.chance, self.add, self.holder, self.careless = random.Random(f"teams {index}"), add, holder, careless
        self.numbers: Iterator[int] = iter(range(97_000_000 + 100_000 * index, 98_000_000 + 100_000 * index))
        self.pools: dict[tuple, list[tuple[str, str]]] = {}

    def file(self, person: Person, household: Sequence[Person], resident_id: UUID, grid: int | None, since: date, today: date) -> None:
        """The team and services of somebody who is on the roster since that day."""
        for part in asked(person.groups.items(), person.born.year, True, today):
            share = THERE[part.id] - (0.15 if grid in self.careless and part.id == "volunteer" else 0)
            drawn = self.chance.random()
            if drawn < share:
                self._there(part, person, household, resident_id, grid, since)
            elif drawn < share + NONE.get(part.id, 0):
                self.add(ServiceRecord, resident_id=resident_id, part=part.id, is_there=False, from_date=since, to_date=None, note=None, version=1)

    def _there(self, part: Part, person: Person, household: Sequence[Person], resident_id: UUID, grid: int | None, since: date) -> None:
        if part.kind == "service":
            self.add(ServiceRecord, resident_id=resident_id, part=part.id, is_there=True, from_date=since, to_date=None, note=None, version=1)
            return
        staff_id = self.holder(grid, OWN[part.id]) if part.id in OWN else None
        name, phone = (None, None) if staff_id else self._somebody(part, person, household, grid)
        index = keyring().blind_index(phone, "team_member.phone") if phone else None
        self.add(TeamMember, resident_id=resident_id, role=part.id, staff_id=staff_id, name=name, phone=phone, phone_index=index, from_date=since, to_date=None, version=1)

    def _somebody(self, part: Part, person: Person, household: Sequence[Person], grid: int | None) -> tuple[str, str]:
        relatives = [one for one in household if one is not person and "child" not in one.groups and one.relation != "子女"]
        if part.id == "family" and relatives:
            return relatives[-1].name, relatives[-1].phone
        if part.id in ("family", ONE_TO_ONE):
            return self._new(person.name[0] if part.id == "family" else None)
        pool = self.pools.setdefault((part.id, grid), [])
        if len(pool) < POOL:
            pool.append(self._new())
        return self.chance.choice(pool)

    def _new(self, surname: str | None = None) -> tuple[str, str]:
        given = "".join(self.chance.choices(GIVEN[self.chance.choice("MF")], k=2))
        return (surname or self.chance.choice(SURNAMES)) + given, f"100{next(self.numbers):08d}"
