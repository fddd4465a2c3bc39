"""Contacts of care: which of a file the desk doesn't have yet."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from core.calendar import local_day
from core.care import check_contact
from core.imports.judge import Row
from core.imports.places import building_of
from db.keys import keyring
from db.models.grids import Building, Household, Staff
from db.models.merges import Merge
from db.models.residents import Contact, Resident, SpecialGroup
from db.queries.imports.plan import NEW, Complaint, Intake

_PART = 500


class Contacts(Intake):
    """Contacts by person, act and minute, however they came to the desk. A person is known by ID number, else by name and door, else by a name nobody else has."""

    def load(self) -> None:
        query = select(SpecialGroup.resident_id, func.min(SpecialGroup.from_date)).where(SpecialGroup.community_id == self.community_id)
        self.enrolled = dict(self.session.execute(query.group_by(SpecialGroup.resident_id)).all())
        went = set(self.session.scalars(select(Merge.merged_id).where(Merge.community_id == self.community_id, Merge.undone_at.is_(None))))
        records = self.records(Resident, Resident.name, Resident.id_number, Resident.household_id, Resident.grid_id, Resident.left_on)
        self.by_id, self.by_name = {}, {}
        for one in (one for one in records if one["id"] in self.enrolled and one["id"] not in went):
            self.by_name.setdefault(one["name"], []).append(one)
            if one["id_number"]:
                self.by_id[one["id_number"]] = one
        self.buildings = {building_of(r["name"]): r["id"] for r in self.records(Building, Building.name)}
        self.homes = {r["id"]: (r["building_id"], r["door"]) for r in self.records(Household, Household.building_id, Household.door)}
        self.staff: dict[str, list[dict]] = {}
        for one in self.records(Staff, Staff.name, Staff.left_on):
            self.staff.setdefault(one["name"], []).append(one)
        self.there: dict[UUID, dict[tuple[str, datetime], dict]] = {}

    def look_ahead(self, rows: Sequence[Row]) -> None:
        named = [(one["id"], row.values["happened"]) for row in rows for one in self._who(row.values)]
        ids = list(dict.fromkeys(one for one, _ in named))
        first, last = (pick((at for _, at in named), default=self.now) for pick in (min, max))
        within = (Contact.happened_at >= first.replace(second=0, microsecond=0), Contact.happened_at < last + timedelta(minutes=1))
        for start in range(0, len(ids), _PART):
            part = ids[start : start + _PART]
            self.there |= {one: {} for one in part}
            for r in self.records(Contact, Contact.resident_id, Contact.act, Contact.happened_at, where=(Contact.resident_id.in_(part), *within)):
                self.there[r["resident_id"]][r["act"], r["happened_at"].replace(second=0, microsecond=0)] = r

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        found = self._who(values)
        if len(found) != 1:
            return [("name", "several_residents" if found else "unknown_resident", {}, True)]
        [who] = found
        act, outcome, at = values["act"], values.get("outcome") or "reached", values["happened"].replace(second=0, microsecond=0)
        if refused := check_contact(act, outcome, at, self.now, self.enrolled[who["id"]], who["left_on"]):
            return [("happened", f"contact_{refused.reason.rpartition('.')[2]}", refused.values, True)]
        known, key = self.there[who["id"]], (act, at)
        fixed = {"grid_id": who["grid_id"], "resident_id": who["id"], "act": act, "outcome": outcome, "happened_at": at, "recorded_at": self.now, "note": values.get("note")}
        by, remarks = self._by(values.get("by"), local_day(at))
        fixed |= {"staff_id": by, "source_key": keyring().blind_index(f"{who['id']} {act} {at.isoformat()}", "contact.source_key").hex()}
        contact = self.put(Contact, known, key, {}, fixed=fixed)
        if self._state == NEW:
            self.plan.contacts.append({name: contact[name] for name in ("id", "resident_id", "act", "outcome", "happened_at")})
        return remarks

    def _by(self, name: str | None, day: date) -> tuple[UUID | None, list[Complaint]]:
        """Who of the staff made it; of several of that name the one who had not left by that day. Not known: a remark, for nobody's visits can be looked into."""
        same = self.staff.get(name, []) if name else []
        same = [one for one in same if one["left_on"] is None or one["left_on"] >= day] if len(same) > 1 else same
        if name is None or len(same) == 1:
            return same[0]["id"] if same else None, []
        return None, [("by", "several_staff" if same else "unknown_staff", {"name": name}, False)]

    def _who(self, values: dict) -> list[dict]:
        if number := values.get("id_number"):
            return [self.by_id[number]] if number in self.by_id else []
        same = self.by_name.get(values["name"], [])
        if "door" not in values or "building" not in values:
            return same
        home = (self.buildings.get(values["building"]), values["door"])
        return [one for one in same if self.homes.get(one["household_id"]) == home]
