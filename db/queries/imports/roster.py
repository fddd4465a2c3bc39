"""Ledgers about people on the roster: whom a row means."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from core.imports.places import building_of
from db.models.grids import Building, Household
from db.models.merges import Merge
from db.models.residents import Resident, SpecialGroup
from db.queries.imports.plan import Complaint, Intake


class OnRoster(Intake):
    """A person is known by ID number, else by name and door, else by a name nobody else on the roster has."""

    def load(self) -> None:
        query = select(SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.from_date).where(SpecialGroup.community_id == self.community_id)
        self.enrolled: dict[UUID, date] = {}
        self.ever: dict[UUID, frozenset[str]] = {}
        for one, group, since in self.session.execute(query):
            self.enrolled[one] = min(since, self.enrolled.get(one, since))
            self.ever[one] = self.ever.get(one, frozenset()) | {group}
        went = set(self.session.scalars(select(Merge.merged_id).where(Merge.community_id == self.community_id, Merge.undone_at.is_(None))))
        # A community has ten times as many residents as people on its roster, and each name and number is unsealed.
        member = select(SpecialGroup.id).where(SpecialGroup.community_id == Resident.community_id, SpecialGroup.resident_id == Resident.id).exists()
        records = self.records(Resident, Resident.name, Resident.id_number, Resident.household_id, Resident.grid_id, Resident.left_on, where=(member,))
        self.by_id, self.by_name = {}, {}
        for one in (one for one in records if one["id"] not in went):
            self.by_name.setdefault(one["name"], []).append(one)
            if one["id_number"]:
                self.by_id[one["id_number"]] = one
        self.buildings = {building_of(r["name"]): r["id"] for r in self.records(Building, Building.name)}
        lived_in = select(Resident.household_id).where(Resident.community_id == self.community_id, member)
        doors = self.records(Household, Household.building_id, Household.door, where=(Household.id.in_(lived_in),))
        self.homes = {r["id"]: (r["building_id"], r["door"]) for r in doors}

    def who(self, values: dict) -> list[dict]:
        """Everybody the row may mean."""
        if number := values.get("id_number"):
            return [self.by_id[number]] if number in self.by_id else []
        same = self.by_name.get(values["name"], [])
        if "door" not in values or "building" not in values:
            return same
        home = (self.buildings.get(values["building"]), values["door"])
        return [one for one in same if self.homes.get(one["household_id"]) == home]

    def nobody(self, found: list[dict]) -> list[Complaint]:
        """Why it is not one person."""
        return [] if len(found) == 1 else [("name", "several_residents" if found else "unknown_resident", {}, True)]
