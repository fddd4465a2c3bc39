"""Service packages by person: who joins a team and which services are in place, by the rules of the file's own page (db.commands.packages)."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from core.calendar import local_day
from core.imports.judge import Row
from core.imports.teams import LACKING, NOT_NEEDED, THERE, Helper
from core.packages import ONE_TO_ONE, OR_NONE, ROLES, SERVICES, SEVERAL, STAFF_KINDS, check_day
from core.periods import period_of
from core.roles import may
from db.keys import keyring
from db.models.grids import Staff
from db.models.packages import ServiceRecord, TeamMember
from db.models.residents import SpecialGroup
from db.queries.imports.plan import Change, Complaint
from db.queries.imports.roster import OnRoster
from db.queries.packages import asked_of_all
from db.queries.posts import still_here

PHONES = {"volunteer": "volunteer_phone", "family": "family_phone", "family_doctor": "doctor_phone", "home_nurse": "nurse_phone", "therapist": "therapist_phone"}
"""Role → the column its telephone number stands in, where not beside the name."""

OF_STAFF = ("social_worker", "community_worker")
"""Roles in which a ledger names the community's own staff: a name that is unknown there is a slip of the pen."""


class Teams(OnRoster):
    """Members and services by person and part. What is there already stays; a name that is another one takes the place of who had the role."""

    def load(self) -> None:
        super().load()
        self.asked = {who["resident_id"]: {part.id for part in parts} for who, parts in asked_of_all(self.session, self.community_id, self.today)}
        self.needing = {r["resident_id"] for r in self.records(SpecialGroup, SpecialGroup.resident_id, where=(SpecialGroup.group == "disabled", SpecialGroup.to_date.is_(None)))}
        self.staff: dict[str, list[dict]] = {}
        for one in self.records(Staff, Staff.name, Staff.kind, Staff.phone, where=(still_here(self.today),)):
            self.staff.setdefault(one["name"], []).append(one)
        self.names = {one["id"]: one["name"] for one in self.records(Staff, Staff.name)}
        self.members: dict[tuple[UUID, str], list[dict]] = {}
        columns = (TeamMember.resident_id, TeamMember.role, TeamMember.staff_id, TeamMember.name, TeamMember.phone, TeamMember.from_date)
        for one in self.records(TeamMember, *columns, where=(TeamMember.to_date.is_(None),)):
            self.members.setdefault((one["resident_id"], one["role"]), []).append(one)
        self.services: dict[tuple[UUID, str], list[dict]] = {}
        for one in self.records(ServiceRecord, ServiceRecord.resident_id, ServiceRecord.part, ServiceRecord.is_there, ServiceRecord.from_date, where=(ServiceRecord.to_date.is_(None),)):
            self.services.setdefault((one["resident_id"], one["part"]), []).append(one)
        self.serves = {one["phone"]: one["resident_id"] for (who, role), own in self.members.items() for one in own if role == ONE_TO_ONE and who in self.needing}
        self.free = local_day(period_of("quarter", self.now).start)

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        found = self.who(values)
        if complaints := self.nobody(found):
            return complaints
        [who] = found
        wanted = self.asked.get(who["id"], ())
        if who["left_on"] or not wanted:
            return [("name", "no_package", {}, True)]
        day = values.get("since") or self.today
        if refused := check_day(day, self.today, self.free, may(self.session.scope.role, "care_exit")):
            return [("since", f"package_{refused.reason.rpartition('.')[2]}", refused.values, True)]
        named = [part for part in (*ROLES, *SERVICES) if part in values]
        taken = [part for part in named if part in wanted]
        steps = {part: list(self._helpers(who["id"], part, values, day) if part in ROLES else self._service(who["id"], part, values[part], day)) for part in taken}
        complaints = [one for own in steps.values() for one in own if isinstance(one, tuple)]
        if not any(refuses for *_, refuses in complaints):
            for part, own in steps.items():
                self._carry_out(who["id"], part, [one for one in own if isinstance(one, dict)], day)
        # What nobody asks for and isn't there either is no news.
        return complaints + [(part, "not_asked", {}, False) for part in named if part not in wanted and values[part] not in ((), LACKING, NOT_NEEDED)]

    # --- what a cell comes to: rows to be made, or complaints --------------------------------------------------------
    def _helpers(self, who: UUID, role: str, values: dict, day: date) -> Iterator[dict | Complaint]:
        helpers: tuple[Helper, ...] = values[role]
        own = self.members.get((who, role), [])
        if not helpers:
            yield from self._nobody(who, role, day) if role in OR_NONE else ()
            return
        if len(helpers) > 1 and role != SEVERAL:
            yield role, "one_helper", {}, True
            return
        for name, phone in helpers:
            phone = phone or (values.get(PHONES.get(role)) if len(helpers) == 1 else None)
            staff = self._staff(role, name, phone)
            if isinstance(staff, tuple):
                yield staff
                continue
            same = [one for one in own if (one["staff_id"] == staff["id"] if staff else one["name"] == name)]
            if same and (staff or phone in (None, same[0]["phone"])):
                continue
            former = same if role == SEVERAL else own
            yield from self._before(role, former, day)
            if role == ONE_TO_ONE:
                yield from self._one_to_one(who, phone)
            yield {"staff_id": staff and staff["id"], "name": None if staff else name, "phone": None if staff else phone, "former": former, "shown": name}

    def _staff(self, role: str, name: str, phone: str | None) -> dict | Complaint | None:
        """The one of the staff who may have the role; None: somebody else, by name, where that may be."""
        kinds = STAFF_KINDS.get(role, ())
        fit = [one for one in self.staff.get(name, ()) if one["kind"] in kinds]
        if len(fit) > 1:
            fit = [one for one in fit if phone and one["phone"] == phone]
            if len(fit) != 1:
                return role, "several_of_that_name", {"name": name}, True
        if fit or role not in OF_STAFF:
            return fit[0] if fit else None
        return role, "staff_unfit" if name in self.staff else "unknown_worker", {"name": name}, True

    def _one_to_one(self, who: UUID, phone: str | None) -> Iterator[Complaint]:
        if phone is None:
            yield "therapist", "therapist_phone", {}, True
        elif self.serves.setdefault(phone, who) != who and who in self.needing:
            yield "therapist", "one_to_one", {}, True

    def _service(self, who: UUID, part: str, said: str, day: date) -> Iterator[dict | Complaint]:
        own = self.services.get((who, part), [])
        if said == LACKING:
            if any(one["is_there"] for one in own):
                yield part, "service_on_record", {"day": max(one["from_date"] for one in own).isoformat()}, False
        elif said != THERE and part not in OR_NONE:
            yield part, "always_asked", {}, False
        elif not any(one["is_there"] == (said == THERE) for one in own):
            yield from self._before(part, own, day)
            yield {"is_there": said == THERE, "former": own, "shown": said}

    def _nobody(self, who: UUID, role: str, day: date) -> Iterator[dict | Complaint]:
        if self.members.get((who, role)):
            yield role, "somebody_there", {}, False
        elif not any(not one["is_there"] for one in self.services.get((who, role), ())):
            yield {"is_there": False, "former": [], "shown": NOT_NEEDED}

    def _before(self, part: str, former: list[dict], day: date) -> Iterator[Complaint]:
        if later := [one["from_date"] for one in former if one["from_date"] > day]:
            yield part, "package_before_begin", {"day": max(later).isoformat()}, True

    # --- and what it does -------------------------------------------------------------------------------------------
    def _carry_out(self, who: UUID, part: str, made: list[dict], day: date) -> None:
        for one in made:
            former, shown = one.pop("former"), one.pop("shown")
            model, known = (TeamMember, self.members) if "staff_id" in one else (ServiceRecord, self.services)
            ended = [(model, other) for other in former] + ([(ServiceRecord, other) for other in self.services.pop((who, part), [])] if model is TeamMember else [])
            for of, other in ended:
                self._end(of, other, day)
            old = None if part == SEVERAL and not former else next((self._told(other) for _, other in ended), None)
            record = {"community_id": self.community_id, "resident_id": who, "from_date": day, "role" if model is TeamMember else "part": part} | one
            self.put(model, {}, None, {}, main=False, fixed=record | self._indexed(one))
            gone = {id(other) for other in former}
            known[who, part] = [other for other in known.get((who, part), ()) if id(other) not in gone] + [record | {"id": None}]
            self.plan.changes.append(Change(self._number, model.__tablename__, part, old, shown))
            self.touched()

    def _indexed(self, one: dict) -> dict:
        phone = one.get("phone")
        return {"phone_index": keyring().blind_index(phone, "team_member.phone")} if phone else {}

    def _end(self, model: type, other: dict, day: date) -> None:
        self.plan.updates.setdefault(model, {})[other["id"]] = {"to_date": max(day, other["from_date"])}

    def _told(self, other: dict) -> str | None:
        return other["name"] or self.names.get(other["staff_id"]) if "name" in other else THERE if other["is_there"] else NOT_NEEDED
