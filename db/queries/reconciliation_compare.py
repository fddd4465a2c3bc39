"""A department's list held against the desk's rows: what each of its rows comes to. Nothing is written here.

Ours are read once as few columns; people are found by the blind index of their ID number, so theirs are never decrypted to be compared.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core import masks
from core.addresses import Place, place_of, same_building, same_flat
from core.calendar import local_day
from core.homes import lives_at
from core.imports import checks
from core.imports.judge import Judgement, judge
from core.reconciliation import KINDS, SAME, Finding, Home, Person, compare_homes, compare_people
from core.refusals import Refused
from core.roles import masked, may
from db.engine import ScopedSession
from db.keys import keyring
from db.models.grids import Building, Community, Household
from db.models.residents import Resident
from db.queries.imports import Progress, Upload, silent

_PERSONAL = {"name": "name", "id_number": "id_number", "birth_date": "birth_date", "address": "address", "owner": "name", "owner_id": "id_number"}
HEAD_OF_HOUSEHOLD = "户主"
_PART = 500


@dataclass(frozen=True)
class Comparison:
    """What a list comes to. `rows`: the values of each of its rows by number; `findings`: those that are not the same. `ours`: how many of the desk's
    rows were compared. `found.bad` holds cell values: for the uploader's eyes only."""

    upload: Upload = field(repr=False)
    found: Judgement = field(repr=False)
    rows: dict[int, dict] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)
    same: int
    by_score: int
    ours: int

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, the same, matched without ID number, different, missing, offered as candidates, refused; bad cells and remarks."""
        kinds, refusing = Counter(one.kind for one in self.findings), sum(cell.refuses for cell in self.found.bad)
        return {
            "read": self.found.read, "ours": self.ours, "same": self.same, "by_score": self.by_score, **{kind: kinds[kind] for kind in KINDS},
            "repeated": self.found.repeated, "rejected": len(self.found.refused), "bad_cells": refusing, "remarks": len(self.found.bad) - refusing,
            "skipped": len(self.found.skipped), "blank": self.found.blank,
        }  # fmt: skip

    @property
    def missing(self) -> list[str]:
        """Required fields no column is mapped to."""
        return [name for name in self.upload.into.required if name not in self.upload.mapping.columns]


def compare(session: ScopedSession, upload: Upload, *, community_id: UUID, now: datetime, progress: Progress = silent) -> Comparison | Refused:
    """What `upload`, whose table is its source, comes to in the community. `progress` hears 0 to 1."""
    if not may(session.scope.role, "reconcile"):
        return Refused("common.not_allowed")
    if community_id not in session.scope.communities or session.scope.grids is not None:
        return Refused("imports.not_your_community")
    name = session.scalar(select(Community.name).where(Community.community_id == community_id))
    found = judge(upload.cells, upload.into, upload.mapping, today=local_day(now), now=now, progress=lambda part: progress(part * 0.5))
    checks.check(found, upload.cells, upload.into, upload.mapping, today=local_day(now), community=name or "")
    progress(0.55)
    rows = {row.number: row.values for row in found.rows}
    ours, matching = (_people, compare_people) if upload.table == "police" else (_homes, compare_homes)
    mine = ours(session, community_id)
    progress(0.75)
    findings, same, by_score = [], 0, 0
    for one in matching([_listed(upload.table, number, values) for number, values in rows.items()], mine):
        same, by_score = same + (one.kind == SAME), by_score + one.by_score
        if one.kind != SAME:
            findings.append(one)
    progress(1.0)
    return Comparison(upload, found, rows, tuple(findings), same, by_score, sum(not getattr(one, "left", False) for one in mine))


# --- theirs ---------------------------------------------------------------------------------------------------------
def address_in(values: dict) -> str | None:
    """Where a row of theirs says somebody lives: by the address if it names the same flat as building and door or stands alone, else by these."""
    written, said = values.get("address"), f"{values.get('building', '')}{values.get('door', '')}"
    known, place = place_of(written), place_of(said)
    fuller = place is None or not place.room or known is not None and same_flat(known, place)
    return written if written and fuller else said or written


def place_in(values: dict) -> Place | None:
    """The flat it is."""
    return place_of(address_in(values))


def id_key(id_number: str | None) -> bytes | None:
    """By what an ID number is recognised without being read."""
    return None if id_number is None else keyring().blind_index(id_number, "resident.id_number")


def _listed(source: str, number: int, values: dict) -> Person | Home:
    if source == "housing":
        owner, known = values.get("owner"), id_key(values.get("owner_id"))
        return Home(number, place_in(values), values.get("occupancy"), tuple((name, known if n == 0 else None) for n, name in enumerate(_several(owner))))
    born = values.get("birth_date")
    return Person(number, id_key(values.get("id_number")), values["name"], values.get("sex"), born and born.isoformat(), place_in(values))


def _several(owner: str | None) -> list[str]:
    """张三、李四 own it together."""
    return [name for name in (owner or "").replace("，", "、").replace(",", "、").replace("/", "、").split("、") if name]


# --- ours -----------------------------------------------------------------------------------------------------------
def _people(session: ScopedSession, community_id: UUID) -> list[Person]:
    doors = {home: (text, place_of(text)) for home, text in said_homes(session, community_id)}
    columns = (Resident.id, Resident.id_index, Resident.name, Resident.sex, Resident.birth_date, Resident.household_id, Resident.address, Resident.left_on)
    query = select(*columns).where(Resident.community_id == community_id).order_by(Resident.id).execution_options(yield_per=2_000)
    return [
        Person(row.id, row.id_index, row.name, row.sex, row.birth_date, _lived_at(doors.get(row.household_id), row.address), row.left_on is not None)
        for row in session.execute(query)
    ]


def _lived_at(home: tuple[str, Place | None] | None, written: str | None) -> Place | None:
    if home is None or written is not None and lives_at(home[0], written) != home[0]:
        return place_of(written)
    return home[1]


def _homes(session: ScopedSession, community_id: UUID) -> list[Home]:
    living: dict[UUID, list[tuple[str, bytes | None]]] = {}
    here = (Resident.community_id == community_id, Resident.household_id.is_not(None), Resident.left_on.is_(None))
    for home, name, known in session.execute(select(Resident.household_id, Resident.name, Resident.id_index).where(*here).execution_options(yield_per=2_000)):
        living.setdefault(home, []).append((name, known))
    return [Home(home, place_of(text), None if home in living else "vacant", tuple(living.get(home, ()))) for home, text in said_homes(session, community_id)]


def said_homes(session: ScopedSession, community_id: UUID) -> Iterator[tuple[UUID, str]]:
    """Each household and its whole door: 清溪新村3号楼2单元501."""
    names = dict(session.execute(select(Building.id, Building.name).where(Building.community_id == community_id)).all())
    query = select(Household.id, Household.building_id, Household.door).where(Household.community_id == community_id).order_by(Household.id)
    for home, building, door in session.execute(query.execution_options(yield_per=2_000)):
        yield home, f"{names.get(building, '')}{door}"


# --- what both said, for a difference -------------------------------------------------------------------------------
def said_by_them(source: str, values: dict) -> dict[str, str]:
    """A row of theirs as it is kept with a difference."""
    if source == "housing":
        told = {name: values.get(name) for name in ("owner", "owner_id", "occupancy")}
    else:
        born = values.get("birth_date")
        told = {name: values.get(name) for name in ("name", "id_number", "sex")} | {"birth_date": born and born.isoformat()}
    return {name: value for name, value in (told | {"address": address_in(values)}).items() if value}


def said_by_us(session: ScopedSession, community_id: UUID, source: str, ids: Iterable[UUID]) -> dict[UUID, tuple[dict[str, str], UUID | None]]:
    """What the desk has about residents (police) or households (housing), and the grid each is in: in full for who compares lists, else masked as the role sees it."""
    read, hidden = _flat if source == "housing" else _person, frozenset() if may(session.scope.role, "reconcile") else masked(session.scope.role)
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _PART):
        part = read(session, community_id, wanted[start : start + _PART])
        found |= {one: ({name: veiled(name, text, hidden) for name, text in said.items()}, grid_id) for one, (said, grid_id) in part.items()} if hidden else part
    return found


def veiled(name: str, text: str | None, hidden: frozenset[str]) -> str | None:
    """`text` of a field of either side, masked if it is personal and `hidden`."""
    if text is None or name not in _PERSONAL:
        return text
    if name == "owner":
        return "、".join(masks.masked("name", one, hidden) for one in text.split("、"))
    return masks.masked(_PERSONAL[name], text, hidden)


def _person(session: ScopedSession, community_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[dict[str, str], UUID | None]]:
    columns = (Resident.id, Resident.grid_id, Resident.name, Resident.id_number, Resident.sex, Resident.birth_date, Resident.address, Resident.left_reason, Resident.left_on)
    query = select(*columns, Household.door, Building.name.label("building")).outerjoin(Household, _joined(Household, Resident.household_id))
    query = query.outerjoin(Building, (Building.community_id == Household.community_id) & (Building.id == Household.building_id))
    found = {}
    for row in session.execute(query.where(Resident.community_id == community_id, Resident.id.in_(ids))):
        told = {name: getattr(row, name) for name in ("name", "id_number", "sex", "birth_date")} | {"address": lives_at(f"{row.building}{row.door}" if row.door else None, row.address)}
        told["left"] = row.left_on and f"{row.left_on.isoformat()} {row.left_reason or ''}".strip()
        found[row.id] = ({name: value for name, value in told.items() if value}, row.grid_id)
    return found


def _flat(session: ScopedSession, community_id: UUID, ids: Sequence[UUID]) -> dict[UUID, tuple[dict[str, str], UUID | None]]:
    query = select(Household.id, Household.grid_id, Household.door, Building.name.label("building")).outerjoin(Building, _joined(Building, Household.building_id))
    here = (Resident.community_id == community_id, Resident.household_id.in_(ids), Resident.left_on.is_(None))
    living: dict[UUID, list] = {}
    for home, name, relation in session.execute(select(Resident.household_id, Resident.name, Resident.relation).where(*here).order_by(Resident.id)):
        living.setdefault(home, []).insert(0 if relation == HEAD_OF_HOUSEHOLD else 99, name)
    found = {}
    for row in session.execute(query.where(Household.community_id == community_id, Household.id.in_(ids))):
        people = living.get(row.id, [])
        told = {"address": f"{row.building or ''}{row.door}", "occupancy": "lived_in" if people else "vacant", "owner": "、".join(people)}
        found[row.id] = ({name: value for name, value in told.items() if value}, row.grid_id)
    return found


def _joined(model: type, column):
    return (model.community_id == column.class_.community_id) & (model.id == column)


def door_of(place: Place) -> str:
    """A flat's door within its building as the desk writes it; "" where the place is none."""
    return f"{place.unit}单元{place.room}" if place.unit and place.room else place.room


@dataclass(frozen=True)
class Stands:
    """A building of the desk's: id, name, grid."""

    id: UUID
    name: str
    grid_id: UUID | None


class Buildings:
    """The community's buildings by the place an address names."""

    def __init__(self, session: ScopedSession, community_id: UUID):
        self._by_number: dict[str, list[tuple[Place, Stands]]] = {}
        self._by_name: dict[str, Stands] = {}
        for row in session.execute(select(Building.id, Building.name, Building.grid_id).where(Building.community_id == community_id).order_by(Building.name)):
            self._by_name[row.name] = Stands(row.id, row.name, row.grid_id)
            if place := place_of(row.name):
                self._by_number.setdefault(place.building, []).append((place, self._by_name[row.name]))

    def named(self, name: str) -> Stands | None:
        """The building of exactly that name."""
        return self._by_name.get(name)

    def of(self, place: Place | None) -> Stands | None:
        """The one building `place` is in. None: none of ours, or it could be several."""
        found = [stands for known, stands in self._by_number.get(place.building, ()) if same_building(place, known)] if place else []
        return found[0] if len(found) == 1 else None


def home_in(session: ScopedSession, community_id: UUID, theirs: dict) -> dict[str, str]:
    """Building and door where the address of a row of theirs is in one of our buildings, else the address as it stands."""
    place = place_in(theirs)
    building = Buildings(session, community_id).of(place)
    return {"building": building.name, "door": door_of(place)} if building and door_of(place) else {"address": theirs["address"]}


def as_written(session: ScopedSession, community_id: UUID, theirs: dict) -> str | None:
    """The address as the desk writes it where it is one of its own homes; None where they say none."""
    return " ".join(home_in(session, community_id, theirs).values()) if "address" in theirs else None
