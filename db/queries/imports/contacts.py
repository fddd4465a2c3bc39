"""Contacts of care: which of a file the desk doesn't have yet.

A line that gives a day without a time is the same as any contact of that person, act, outcome and day, and what is on file without a time is the same as any line
of that day: nobody can tell them apart, and one must not count as two. But for what somebody refused: that may be said again, with its time.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_

from core.calendar import is_day_only, local_day
from core.care import asking, check_contact, counts
from core.imports.judge import Row
from core.late_entries import period_over
from core.periods import local_midnight
from db.keys import keyring
from db.models.grids import Staff
from db.models.residents import Contact
from db.queries.imports.plan import Complaint
from db.queries.imports.roster import OnRoster
from db.queries.late_entries import not_refused

_PART = 500


def _keys(act: str, outcome: str, at: datetime, day_only: bool | None, stands: bool | None) -> set[tuple]:
    """What a contact at that minute is known by. `stands`: it has no time, and nobody refused it."""
    of_day = (act, outcome, local_day(at))
    return {of_day, *([(*of_day, "only")] if stands else [] if day_only else [(act, at.replace(second=0, microsecond=0))])}


class Contacts(OnRoster):
    """Contacts by person, act and minute, or day, however they came to the desk."""

    def load(self) -> None:
        super().load()
        self.staff: dict[str, list[dict]] = {}
        for one in self.records(Staff, Staff.name, Staff.left_on):
            self.staff.setdefault(one["name"], []).append(one)
        self.there: dict[UUID, set[tuple]] = {}
        # By resident, as `_keys` has them.

    def look_ahead(self, rows: Sequence[Row]) -> None:
        named = [(one["id"], row.values["happened"]) for row in rows for one in self.who(row.values)]
        ids = list(dict.fromkeys(one for one, _ in named))
        first, last = (pick((at for _, at in named), default=self.now) for pick in (min, max))
        within = (Contact.happened_at >= local_midnight(local_day(first)), Contact.happened_at < local_midnight(local_day(last) + timedelta(1)))
        columns = (Contact.resident_id, Contact.act, Contact.outcome, Contact.happened_at, Contact.day_only, and_(Contact.day_only, not_refused()).label("stands"))
        for start in range(0, len(ids), _PART):
            part = ids[start : start + _PART]
            self.there |= {one: set() for one in part}
            for r in self.records(Contact, *columns, where=(Contact.resident_id.in_(part), *within)):
                self.there[r["resident_id"]] |= _keys(r["act"], r["outcome"], r["happened_at"], r["day_only"], r["stands"])

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        found = self.who(values)
        if complaints := self.nobody(found):
            return complaints
        [who] = found
        act, outcome, at = values["act"], values.get("outcome") or "reached", values["happened"].replace(second=0, microsecond=0)
        if refused := check_contact(act, outcome, at, self.now, self.enrolled[who["id"]], who["left_on"]):
            return [("happened", f"contact_{refused.reason.rpartition('.')[2]}", refused.values, True)]
        by, remarks = self._by(values.get("by"), local_day(at))
        known, day_only = self.there[who["id"]], is_day_only(values["happened"])
        same = {(act, outcome, local_day(at))} if day_only else {(act, at), (act, outcome, local_day(at), "only")}
        if known & same:
            return remarks
        known |= _keys(act, outcome, at, day_only, day_only)
        said = f"{local_day(at)} {outcome}" if day_only else at.isoformat()
        fixed = {"grid_id": who["grid_id"], "resident_id": who["id"], "act": act, "outcome": outcome, "happened_at": at, "recorded_at": self.now, "note": values.get("note")}
        fixed |= {"staff_id": by, "source_key": keyring().blind_index(f"{who['id']} {act} {said}", "contact.source_key").hex(), "day_only": day_only or None}
        contact = self.put(Contact, {}, None, {}, fixed=fixed)
        self.plan.contacts.append({name: contact[name] for name in ("id", "resident_id", "act", "outcome", "happened_at", "day_only")})
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
