"""Contacts of care: which of a file the desk doesn't have yet."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from core.calendar import local_day
from core.care import asking, check_contact, counts
from core.imports.judge import Row
from core.late_entries import period_over
from db.keys import keyring
from db.models.grids import Staff
from db.models.residents import Contact
from db.queries.imports.plan import NEW, Complaint
from db.queries.imports.roster import OnRoster

_PART = 500


class Contacts(OnRoster):
    """Contacts by person, act and minute, however they came to the desk."""

    def load(self) -> None:
        super().load()
        self.staff: dict[str, list[dict]] = {}
        for one in self.records(Staff, Staff.name, Staff.left_on):
            self.staff.setdefault(one["name"], []).append(one)
        self.there: dict[UUID, dict[tuple[str, datetime], dict]] = {}

    def look_ahead(self, rows: Sequence[Row]) -> None:
        named = [(one["id"], row.values["happened"]) for row in rows for one in self.who(row.values)]
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
        found = self.who(values)
        if complaints := self.nobody(found):
            return complaints
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
            clause = asking(self.ever[who["id"]], act, local_day(at)) if counts(outcome) else None
            self.plan.late += clause is not None and period_over(clause, at, self.now) is not None
        return remarks

    def _by(self, name: str | None, day: date) -> tuple[UUID | None, list[Complaint]]:
        """Who of the staff made it; of several of that name the one who had not left by that day. Not known: a remark, for nobody's visits can be looked into."""
        same = self.staff.get(name, []) if name else []
        same = [one for one in same if one["left_on"] is None or one["left_on"] >= day] if len(same) > 1 else same
        if name is None or len(same) == 1:
            return same[0]["id"] if same else None, []
        return None, [("by", "several_staff" if same else "unknown_staff", {"name": name}, False)]
