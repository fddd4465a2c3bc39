"""One demo community as rows: the ground, its people, its staff, and a year of what they did."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from core.calendar import SHANGHAI, local_day
from core.care import BY_AGE, plan
from core.duties import ELSEWHERE
from core.imports.id_numbers import birth_of
from core.periods import period_of
from core.rulebook import Clause
from db.commands.cadence import Subject
from db.commands.care_bulk import cadence_rows
from db.demo.acts import CARELESS, DILIGENCE, UNANSWERED, Days, acts_in, periods_since
from db.demo.geography import Neighbourhood, district_origin, neighbourhood
from db.demo.orders import order_history
from db.demo.packages import Teams
from db.demo.people import Home, Person, age_on, homes, staff_names
from db.geography import geojson
from db.keys import keyring
from db.models.clocks import Clock, ClockPause
from db.models.consents import Consent
from db.models.duties import DutyRecord
from db.models.explanations import Explanation
from db.models.grids import Absence, BaseFeature, Building, Community, Grid, Household, Post, Staff
from db.models.mediation import Mediation, MediationPaper, MediationParty, MediationStep, MediationWord
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.reviews import Review
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.types import uuid7

NAMES = ("清溪", "凤凰", "文苑", "汇河", "长勺", "柳岸", "安泰", "和润", "春晓", "瑞祥", "莲河", "嬴和", "银座", "朝阳", "龙潭", "鹏泉", "丰裕", "仁和", "永兴", "万福")
REGISTERED = "济南市示例区示例路18号2单元"
"""Where one in twenty-five is registered who lives here: invented."""
TABLES = (
    Community, Grid, Building, BaseFeature, Staff, Post, Absence, Household, Resident, SpecialGroup, TeamMember, ServiceRecord, Consent, WorkOrder, WorkOrderEvent, Review, Clock, ClockPause,
    Mediation, MediationParty, MediationStep, MediationWord, MediationPaper, Explanation, Contact, DutyRecord,
)  # fmt: skip
"""In the order in which foreign keys let them be filled."""


@dataclass
class Made:
    """A community's rows by table, and who its people are."""

    community_id: UUID
    name: str
    rows: dict[type, list[dict]] = field(default_factory=lambda: defaultdict(list))
    staff: dict[str, UUID] = field(default_factory=dict)
    grids: list[UUID] = field(default_factory=list)

    def add(self, model: type, **values) -> UUID:
        """Add a row of this community; its id."""
        row = {"community_id": self.community_id, **values}
        if model is not Community:
            row.setdefault("id", uuid7())
        self.rows[model].append(row)
        return row.get("id")


class Builder:
    """Builds the `index`-th community of a demo district as it stands at `now`, with `months` of history."""

    def __init__(self, index: int, grids: int, months: int, now: datetime, calendar, rulebook):
        self.index, self.now, self.calendar, self.rulebook = index, now, calendar, rulebook
        self.chance = random.Random(f"community {index}")
        self.since = now - timedelta(days=round(months * 30.44))
        self.ground: Neighbourhood = neighbourhood(index + 1, grids, district_origin(index))
        self.days = Days(calendar)
        name = NAMES[index % len(NAMES)] + ("" if index < len(NAMES) else "新") + "社区"
        self.made = Made(uuid7(), name)
        self.careless = {1, grids - 2}
        self.teams = Teams(index, self.made.add, self.holder, self.careless)

    def build(self) -> Made:
        """All rows, ready to be inserted in the order of TABLES."""
        made = self.made
        made.add(Community, code=f"demo-{self.index + 1:02d}", name=made.name, street="嬴城街道", is_demo=True, created_at=self.since, map_version=1)
        self._ground()
        self._staff()
        self._people()
        order_history(self)
        self._duties()
        return made

    # --- the ground -----------------------------------------------------------------------------------------------
    def _ground(self) -> None:
        made = self.made
        made.grids = [made.add(Grid, code=g.code, name=g.name, polygon=geojson(g.polygon), version=1) for g in self.ground.grids]
        self.building_ids, self.building_grids = [], []
        for walk, building in enumerate(self.ground.buildings):
            grid_id = None if building.grid is None else made.grids[building.grid]
            self.building_ids.append(made.add(Building, grid_id=grid_id, name=building.name, polygon=geojson(building.polygon), walk=walk))
            self.building_grids.append(building.grid)
        for n, feature in enumerate(self.ground.features):
            made.add(BaseFeature, layer=feature.layer, name=feature.name or None, geometry=geojson(feature.geometry), source_key=f"demo-{n}")

    # --- staff ----------------------------------------------------------------------------------------------------
    def _staff(self) -> None:
        """A head, one worker a grid (A of its own, B of its partner's: they stand in for each other), the property company."""
        made, grids = self.made, self.made.grids
        names = iter(staff_names(len(grids) + 3, self.chance))
        hired = date(self.since.year - 1, 3, 1)

        def hire(kind: str, certificate: str | None = None) -> UUID:
            name, phone = next(names)
            return made.add(Staff, name=name, kind=kind, phone=phone, phone_index=keyring().blind_index(phone, "staff.phone"), certificate=certificate, account_id=None, version=1)

        made.staff["head"] = hire("head", "senior_social_worker")
        self.workers = [hire("grid_worker", ("social_worker", "assistant", None)[n % 3]) for n in range(len(grids))]
        made.staff["property"] = hire("property")
        for n, grid_id in enumerate(grids):
            partner = min(n ^ 1, len(grids) - 1)
            made.add(Post, grid_id=grid_id, post="A", staff_id=self.workers[n], from_date=hired, to_date=None)
            if n != len(grids) - 3:
                made.add(Post, grid_id=grid_id, post="B", staff_id=self.workers[partner], from_date=hired, to_date=None)
        made.staff |= {f"worker{n + 1}": staff_id for n, staff_id in enumerate(self.workers)}
        self.away = self.workers[len(grids) // 2]
        made.add(Absence, staff_id=self.away, starts_at=self.now - timedelta(days=1), ends_at=self.now + timedelta(days=3), reason="leave")

    def holder(self, grid: int | None, post: str = "A") -> UUID:
        """Who stands at `post` of grid number `grid`; the head where there is no grid."""
        if grid is None:
            return self.made.staff["head"]
        return self.workers[grid if post == "A" else min(grid ^ 1, len(self.workers) - 1)]

    # --- people ---------------------------------------------------------------------------------------------------
    def _people(self) -> None:
        index = keyring().blind_index
        self.households: list[tuple[Home, UUID, int | None]] = []
        for home in homes(self.ground, self.chance, local_day(self.now)):
            grid = self.building_grids[home.building]
            grid_id = None if grid is None else self.made.grids[grid]
            household_id = self.made.add(
                Household, grid_id=grid_id, building_id=self.building_ids[home.building], door=home.door, door_index=index(home.door, "household.door")
            )
            for person in home.people:
                self._resident(person, home, household_id, grid, grid_id)
            self.households.append((home, household_id, grid))

    def _resident(self, person: Person, home: Home, household_id: UUID, grid: int | None, grid_id: UUID | None) -> None:
        index = keyring().blind_index
        resident_id = self.made.add(
            Resident, grid_id=grid_id, household_id=household_id, name=person.name, sex=person.sex, birth_year=person.born.year, relation=person.relation,
            birth_date=birth_of(person.id_number).isoformat(), id_number=person.id_number, id_index=index(person.id_number, "resident.id_number"),
            phone=person.phone, phone_index=index(person.phone, "resident.phone"), address=None, health=None, version=1,
            registered_address=REGISTERED if person.born.toordinal() % 25 == 0 else None,
        )  # fmt: skip
        if person.groups:
            enrolled = self._enrol(person, resident_id, grid_id)
            self._care(person, resident_id, grid, grid_id, enrolled)
            self.teams.file(person, home.people, resident_id, grid, enrolled.date(), local_day(self.now))
            self._consents(person, resident_id, self.holder(grid, "B"), enrolled)

    def _consents(self, person: Person, resident_id: UUID, staff_id: UUID, enrolled: datetime) -> None:
        """Most agreed when they were enrolled; of some nothing is on file, and of every third child no photo may be taken. By birthday: nothing else is drawn otherwise for it."""
        drawn, day = person.born.toordinal() % 100, {"said_on": enrolled.date(), "recorded_at": enrolled}
        way = "guardian" if "child" in person.groups else "written"
        for purpose, asked in (("care", 95), ("share", 90), ("photo", 80)):
            if drawn < asked:
                agreed = purpose != "photo" or way == "written" or drawn % 3 > 0
                self.made.add(Consent, resident_id=resident_id, purpose=purpose, agreed=agreed, way=way, note=None, staff_id=staff_id, **day)

    def _enrol(self, person: Person, resident_id: UUID, grid_id: UUID | None) -> datetime:
        since, by_age = self.since.astimezone(SHANGHAI), False
        if "elder" in person.groups and age_on(person.born, since.date()) < 60:
            birthday = person.born.replace(year=person.born.year + 60, day=min(person.born.day, 28))
            since = datetime(birthday.year, birthday.month, birthday.day, 9, tzinfo=SHANGHAI)
            by_age = True
        since = min(since, self.now)
        for group, detail in person.groups.items():
            basis, review = BY_AGE if by_age and group == "elder" else "演示数据", self._next_review(person) if group == "disabled" else None
            self.made.add(SpecialGroup, grid_id=grid_id, resident_id=resident_id, group=group, detail=detail, from_date=since.date(), to_date=None, basis=basis, next_review=review)
        return since

    def _next_review(self, person: Person) -> date:
        """A disability certificate is looked at once a year; of some the day has passed."""
        return local_day(self.now) + timedelta(person.born.toordinal() % 365 - 12)

    def _care(self, person: Person, resident_id: UUID, grid: int | None, grid_id: UUID | None, enrolled: datetime) -> None:
        diligence = CARELESS if grid in self.careless else DILIGENCE
        habit = self.chance.randrange(1000)
        holder_id = self.holder(grid, "B")
        for clause in plan(person.groups, self.rulebook, local_day(self.now)):
            cadence = clause.on(local_day(self.now)).figure
            moments = []
            for period in periods_since(cadence.per, enrolled, self.now):
                moments += [m for m in acts_in(period, cadence.times, habit, diligence, self.days, self.chance, self.now) if m >= enrolled]
            for moment in moments:
                self._contact(resident_id, grid_id, self._standing_in(grid, holder_id, moment), cadence.act, moment)
            subject = Subject(self.made.community_id, "resident", resident_id, grid_id)
            self._clocks(cadence_rows(subject, clause, local_day(enrolled), moments, self.now))

    def _standing_in(self, grid: int | None, holder_id: UUID, moment: datetime) -> UUID:
        """While the B post is away the A post makes its calls and visits; a few are entered under the absent one's name all the same."""
        away = holder_id == self.away and moment >= self.now - timedelta(days=1) and moment.minute >= 12
        return self.holder(grid) if away else holder_id

    def _contact(self, resident_id: UUID, grid_id: UUID | None, staff_id: UUID, act: str, moment: datetime) -> None:
        row = {"grid_id": grid_id, "resident_id": resident_id, "act": act, "staff_id": staff_id, "note": None, "source_key": None}
        if act == "call" and self.chance.random() < UNANSWERED:
            earlier = moment - timedelta(hours=2)
            self.made.add(Contact, **row, outcome="no_answer", happened_at=earlier, recorded_at=earlier + timedelta(minutes=1))
        self.made.add(Contact, **row, outcome="reached", happened_at=moment, recorded_at=moment + timedelta(minutes=3))

    # --- duties ---------------------------------------------------------------------------------------------------
    def _duties(self) -> None:
        for clause in self.rulebook.values():
            dated = clause.on(local_day(self.now))
            cadence = dated and dated.figure
            if getattr(cadence, "subject", None) == "grid":
                for n, grid_id in enumerate(self.made.grids):
                    self._duty(clause, cadence, grid_id, self.holder(n), CARELESS if n in self.careless else DILIGENCE)
            elif getattr(cadence, "subject", None) == "community":
                self._duty(clause, cadence, None, self.made.staff["head"], CARELESS)

    def _duty(self, clause: Clause, cadence, grid_id: UUID | None, staff_id: UUID, diligence: float) -> None:
        made, moments = self.made, []
        for period in periods_since(cadence.per, self.since, self.now):
            moments += [m for m in acts_in(period, cadence.times, self.chance.randrange(9), diligence, self.days, self.chance, self.now) if m >= self.since]
        if clause.id in ELSEWHERE:  # this quarter's is for whoever looks at the demo
            moments = [moment for moment in moments if moment < period_of(cadence.per, self.now).start]
        for moment in moments:
            made.add(DutyRecord, grid_id=grid_id, clause_id=clause.id, happened_at=moment, recorded_at=moment + timedelta(minutes=20), staff_id=staff_id, attendees=None, note=None)
        subject = Subject(made.community_id, "grid", grid_id, grid_id) if grid_id else Subject(made.community_id, "community", made.community_id)
        self._clocks(cadence_rows(subject, clause, local_day(self.since), moments, self.now))

    def _clocks(self, rows: list[dict]) -> None:
        """Rows of one insert have the same keys: those of orders name a holder and may stand still."""
        self.made.rows[Clock] += [{"work_order_id": None, "holder_id": None, "paused_at": None} | row for row in rows]


def communities(count: int, grids: int, months: int, now: datetime, calendar, rulebook) -> Iterator[Made]:
    """`count` communities, one after the other."""
    for index in range(count):
        yield Builder(index, grids, months, now, calendar, rulebook).build()
