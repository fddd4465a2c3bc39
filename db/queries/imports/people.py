"""Residents with their special groups, staff with their posts: what a file would change about them."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import select

from core.changes import TYPED
from core.departures import check_exit
from core.homes import FILLS, OTHER, SAME, SILENT, by_address, by_door, lives_at
from core.imports.judge import Row
from core.posts import until_taken
from db.engine import ScopedSession
from db.models.grids import Household, Post, Staff
from db.models.merges import Merge
from db.models.residents import Resident, SpecialGroup
from db.queries.changes import Asked
from db.queries.departures import last_seen, last_seen_all
from db.queries.imports.plan import Change, Complaint, PlacedIntake

_OWN = ("name", "sex", "relation", "phone", "address", "registered_address", "health", "left_on", "left_reason", "id_number")
_COLUMNS = (
    Resident.name, Resident.sex, Resident.relation, Resident.birth_date, Resident.birth_year, Resident.id_number, Resident.phone, Resident.address, Resident.registered_address,
    Resident.health,
)  # fmt: skip


class Residents(PlacedIntake):
    """Residents by ID number, else by name, birth date and household. A blank cell never erases what the desk knows."""

    def load(self) -> None:
        super().load()
        self.load_households()
        records = self.records(Resident, *_COLUMNS, Resident.household_id, Resident.grid_id, Resident.left_on, Resident.left_reason)
        went = set(self.session.scalars(select(Merge.merged_id).where(Merge.community_id == self.community_id, Merge.undone_at.is_(None))))
        here = [r for r in records if r["id"] not in went]
        self.by_id = {r["id_number"]: r for r in here if r["id_number"]}
        self.by_name = {_named(r): r for r in here}
        self.went = {_named(r) for r in records if r["id"] in went} - self.by_name.keys()
        self.asked = Asked.before(self.session, self.community_id)
        groups = self.records(SpecialGroup, SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.detail, SpecialGroup.basis, where=(SpecialGroup.to_date.is_(None),))
        self.groups = {(r["resident_id"], r["group"]): r for r in groups}

    def alone(self) -> bool:
        seen = last_seen_all(self.session, self.community_id)
        self._last_seen, self.session = seen.get, None
        return True

    def _last_seen(self, resident_id: UUID) -> date | None:
        return last_seen(self.session, self.community_id, resident_id)

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        grid, complaints = self.grid_of(values)
        if complaints:
            return complaints
        building, complaints = self.building(values, grid)
        if complaints:
            return complaints
        door = building is not None and "door" in values
        household = self.households.get((building["id"], values["door"])) if door else None
        if self.went and (values["name"], values["birth_date"].isoformat(), household and household["id"]) in self.went:
            return [("name", "went_into_another", {}, False)]
        known = self._known(values, household)
        if known is None and "exit" in values and not values.get("left_on"):
            return [(values["exit"][1], "exit_without_day", {}, True)]
        says = FILLS if known is None else self._door(known, values, building, household)
        if door and (household or says is FILLS):
            household = self.household(values, building)  # nobody is moved into another one by a ledger alone
        wanted = {name: value for name in _OWN if (value := values.get(name)) is not None}  # a record has keys for what is said: there are a lot of them
        if known is None or says is FILLS:
            wanted |= {"household_id": household and household["id"], "grid_id": building["grid_id"] if building else grid["id"] if grid else None}
        elif says is SAME:
            wanted["grid_id"] = building["grid_id"]
        remarks: list[Complaint] = []
        if known is not None:
            wanted["address"] = self._address(known, values, says)
            remarks = self._exit(known, wanted.pop("left_on", None), wanted.pop("left_reason", None), *values.get("exit", (None, None)))
        elsewhere = building is None and grid and known and known["household_id"] and known["grid_id"] != grid["id"]
        resident = self._resident(values, wanted, household)
        self._groups(resident, values)
        return [*remarks, *([("grid", "home_in_other_grid", {}, False)] if elsewhere else [])]

    def change(self, model: type, record: dict, column: str, new: object) -> None:
        """A protected field that says something already waits for a second person; a birth year stays with its date."""
        old = record.get(column)
        if model is not Resident or old is None or record["id"] in self._fresh:
            super().change(model, record, column, new)
        elif column in TYPED:
            self._ask(record["id"], column, old, new)
        elif column != "birth_year" or not record["birth_date"] or int(record["birth_date"][:4]) == new:
            super().change(model, record, column, new)

    def _exit(self, known: dict, day: date | None, reason: str | None, kind: str | None, says: str | None) -> list[Complaint]:
        """Somebody known died or moved away: no ledger alone takes anybody off the roster, and what can't be, or isn't said plainly, is remarked on."""
        if says is None or known["left_on"]:
            return [(says or "left_on", "left_already", {"day": known["left_on"].isoformat()}, False)] if day and known["left_on"] != day else []
        if (known["id"], "exit") in self.asked.waiting:
            return []
        if day is None or kind is None:
            return [(says, "exit_without_day" if day is None else "exit_kind_unknown", {}, False)]
        refused = check_exit(day, self.today, None, self._last_seen(known["id"]))
        if refused:
            return [(says, f"exit_{refused.reason.rpartition('.')[2]}", refused.values, False)]
        self._ask(known["id"], "exit", None, f"{kind}:{day.isoformat()}", reason)
        return []

    def _ask(self, resident_id: UUID, column: str, old: str | None, new: str, why: str | None = None) -> None:
        """A second person is asked, unless that was done already: it waits, or was refused."""
        if (resident_id, column) in self.asked.waiting:
            return
        change = Change(self._number, Resident.__tablename__, column, old, new, why)
        refused = self.asked.refused_on(resident_id, column, new)
        if refused and not self.ask_again:
            self.plan.refused[resident_id, column] = (change, refused)
            return
        self.plan.asks[resident_id, column] = change
        self.touched()

    # --- where somebody known lives ---------------------------------------------------------------------------------
    def _known(self, values: dict, household: dict | None) -> dict | None:
        """Who the row is about, if the desk had them before this file."""
        known = self.by_id.get(values.get("id_number"))
        if known is None:
            known = self.by_name.get((values["name"], values["birth_date"].isoformat(), household and household["id"]))
            known = known if known and None in (known.get("id_number"), values.get("id_number")) else None
        return known if known and known["id"] not in self._fresh else None

    def _door(self, known: dict, values: dict, building: dict | None, household: dict | None) -> str:
        """What the row's building and door say; what is elsewhere is asked for."""
        if building is None:
            return SILENT if known["household_id"] else FILLS
        if household and household["id"] == known["household_id"]:
            return SAME
        if known["household_id"] is None and known["address"] is None:
            return FILLS
        home = self._home(known)
        says = by_door(building["name"] + values.get("door", ""), home and "".join(home), known["address"])
        if says is OTHER:
            self._ask(known["id"], "address", lives_at(home and " ".join(home), known["address"]), " ".join(filter(None, (building["name"], values.get("door")))))
        return says

    def _address(self, known: dict, values: dict, says: str) -> str | None:
        """The address to be written at once; one that says something else is asked for, unless the door was: one request a person."""
        text, written = values.get("address"), known["address"]
        if text is None or text == written or says is OTHER:
            return None
        if known["household_id"] is None and written is None:
            return text
        home = self._home(known)
        match by_address(text, home and "".join(home), written):
            case "other":
                self._ask(known["id"], "address", lives_at(home and " ".join(home), written), " ".join(text.split()))
            case "silent":
                self.plan.silent += 1
        return None

    def _home(self, known: dict) -> tuple[str, str] | None:
        """Building and door of somebody's household."""
        return self._homes.get(known["household_id"]) if known["household_id"] else None

    @cached_property
    def _homes(self) -> dict[UUID, tuple[str, str]]:
        names = {one["id"]: one["name"] for one in self.buildings.values()}
        return {one["id"]: (names.get(place, ""), door) for (place, door), one in self.households.items()}

    def _resident(self, values: dict, wanted: dict, household: dict | None) -> dict:
        born: date = values["birth_date"]
        wanted |= {"birth_date": born.isoformat(), "birth_year": born.year}
        known, key = self._find(values, wanted["birth_date"], household)
        before = known[key]["grid_id"] if key in known else wanted["grid_id"]
        resident = self.put(Resident, known, key, wanted)
        self.by_name[(resident["name"], resident["birth_date"], resident["household_id"])] = resident
        if resident["grid_id"] != before:
            self.plan.moved_residents[resident["id"]] = resident["grid_id"]
        return resident

    def _find(self, values: dict, born: str, household: dict | None) -> tuple[dict, object]:
        """The index and key under which the row's resident is, or will be, known."""
        id_number = values.get("id_number")
        name_key = (values["name"], born, household and household["id"])
        if id_number is None:
            return self.by_name, name_key
        same = self.by_name.get(name_key)
        if id_number not in self.by_id and same and not same.get("id_number"):
            self.by_id[id_number] = same
        return self.by_id, id_number

    def _groups(self, resident: dict, values: dict) -> None:
        if resident.get("left_on") or values.get("left_on"):
            return
        for group, detail in (values.get("groups") or {}).items():
            known = (resident["id"], group)
            if known not in self.groups:
                self.touched()
                self.plan.enrolled.setdefault(resident["id"], {})[group] = detail
            fixed = {"resident_id": resident["id"], "group": group, "from_date": self.today, "grid_id": resident["grid_id"]}
            self.put(SpecialGroup, self.groups, known, {"detail": detail, "basis": values.get("basis")}, main=False, fixed=fixed)


def _named(record: dict) -> tuple:
    return record["name"], record["birth_date"], record["household_id"]


class OneResident(Residents):
    """Somebody known (`who`), whatever number or name the row gives them, or somebody new (None): nobody else is read. `building`: name of the one
    whose doors the row may name."""

    def __init__(self, session: ScopedSession, community_id: UUID, now: datetime, who: UUID | None, building: str | None):
        self._who, self._building = who, building
        super().__init__(session, community_id, now)

    def load(self) -> None:
        PlacedIntake.load(self)
        home = self.buildings.get(self._building, {}).get("id")
        doors = self.records(Household, Household.building_id, Household.door, Household.grid_id, where=(Household.building_id == home,)) if home else []
        self.households = {(r["building_id"], r["door"]): r for r in doors}
        own = (*_COLUMNS, Resident.household_id, Resident.grid_id, Resident.left_on, Resident.left_reason)
        self.known = {r["id"]: r for r in self.records(Resident, *own, where=(Resident.id == self._who,))} if self._who else {}
        self.by_id, self.by_name, self.groups, self.went, self.asked = {}, {}, {}, set(), Asked()

    def _known(self, values: dict, household: dict | None) -> dict | None:
        return self.known.get(self._who)

    def _find(self, values: dict, born: str, household: dict | None) -> tuple[dict, object]:
        return self.known, self._who


class StaffAndPosts(PlacedIntake):
    """Staff by name and phone; a row with a grid and a post takes that post over from its day on."""

    def load(self) -> None:
        super().load()
        records = self.records(Staff, Staff.name, Staff.phone, Staff.kind, Staff.certificate, Staff.left_on)
        self.staff = {(r["name"], r["phone"]): r for r in records}
        posts = self.records(Post, Post.grid_id, Post.post, Post.staff_id, Post.from_date, where=(Post.to_date.is_(None),))
        self.posts = {(r["grid_id"], r["post"]): r for r in posts}

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        grid, complaints = self.grid_of(values)
        if complaints:
            return complaints
        key = self._key(values)
        if key is None:
            return [("name", "several_of_that_name", {"name": values["name"]}, True)]
        wanted = {name: values.get(name) for name in ("kind", "certificate", "left_on", "phone")}
        person = self.put(Staff, self.staff, key, wanted, fixed={"name": values["name"]})
        if grid and "post" in values:
            self._stand(person, grid, values)
        return ()

    def _key(self, values: dict) -> tuple | None:
        """The known person of that name and phone, or of that name alone where only one side has a phone; None: it could be several."""
        name, phone = values["name"], values.get("phone")
        if (name, phone) in self.staff:
            return name, phone
        same = [key for key in self.staff if key[0] == name and (phone is None or key[1] is None)]
        return (name, phone) if not same else same[0] if len(same) == 1 else None

    def _stand(self, person: dict, grid: dict, values: dict) -> None:
        place, since = (grid["id"], values["post"]), values.get("from_date") or self.today
        present = self.posts.get(place)
        if present and present["staff_id"] == person["id"]:
            return
        if present:
            self.change(Post, present, "to_date", until_taken(present["from_date"], since))
            del self.posts[place]
        self.touched()
        self.put(Post, self.posts, place, {}, main=False, fixed={"grid_id": grid["id"], "post": values["post"], "staff_id": person["id"], "from_date": since})
