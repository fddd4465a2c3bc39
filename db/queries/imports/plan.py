"""What a file would change: new rows, changed fields of known rows, and the state of each row of the sheet.

Nothing is written here. A plan is made for the preview and made again inside the transaction that carries it out; the two
must have the same fingerprint, or somebody has changed a row in between.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from core.calendar import local_day
from core.imports.judge import Row
from core.imports.places import building_of, grid_key
from db.commands.work_orders_bulk import Rows
from db.engine import ScopedSession
from db.models.grids import Building, Grid, Household
from db.types import uuid7

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
Complaint = tuple[str, str, dict, bool]
"""Field, reason, values for its words, whether the row is refused (as in core.imports.checks)."""


@dataclass(frozen=True)
class Change:
    """One field of a known row that the file says otherwise, and why (None: it doesn't say). `old` and `new` are personal data where the field is."""

    row: int
    table: str
    column: str
    old: object
    new: object
    why: str | None = None


@dataclass
class Plan:
    """Rows to insert by model, in an order foreign keys allow; fields to change by model and id; each sheet row's state.

    `moved_…`: id → the grid it is in from now on. `enrolled`: residents new in a
    group → all their groups. `finished`: known orders the file says are done → their rows as they would have been. `contacts`: new contacts of care, to be
    counted. `aside`: rows made on the way (a building a resident lives in), by table. `asks`: resident and protected field → what it becomes once a
    second person agrees (core.changes). `refused`: the same of what a second person refused before, with the day; it is not asked again. `silent`: addresses
    that name no building, of people whose home is known: left as they are (core.homes). `late`: new contacts that happened in a period that is over.
    `handed`: up to which id rows of a model are handed over to be written while the planning goes on (ids grow).
    """

    inserts: dict[type, list[dict]] = field(default_factory=dict)
    updates: dict[type, dict[UUID, dict]] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    complaints: dict[int, list[Complaint]] = field(default_factory=dict)
    moved_buildings: dict[UUID, UUID] = field(default_factory=dict)
    moved_residents: dict[UUID, UUID | None] = field(default_factory=dict)
    enrolled: dict[UUID, dict[str, str | None]] = field(default_factory=dict)
    finished: dict[UUID, Rows] = field(default_factory=dict)
    contacts: list[dict] = field(default_factory=list)
    asks: dict[tuple[UUID, str], Change] = field(default_factory=dict)
    refused: dict[tuple[UUID, str], tuple[Change, date]] = field(default_factory=dict)
    silent: int = 0
    late: int = 0
    handed: dict[type, UUID] = field(default_factory=dict)
    aside: Counter = field(default_factory=Counter)

    @property
    def tally(self) -> Counter:
        """How many sheet rows are new, changed and unchanged."""
        return Counter(self.states.values())

    def fingerprint(self) -> bytes:
        """What the plan would do, without the ids it made up."""
        changes = [(c.row, c.table, c.column, c.old, c.new) for c in (*self.changes, *self.asks.values())]
        text = json.dumps([sorted(self.states.items()), changes, sorted(self.aside.items())], default=str)
        return sha256(text.encode()).digest()


class Intake:
    """Turns the rows of one table into a plan; each table has a subclass that knows its rows and what the desk already has."""

    def __init__(self, session: ScopedSession, community_id: UUID, now: datetime, source: str = "", ask_again: bool = False):
        self.session, self.community_id, self.now, self.source, self.ask_again = session, community_id, now, source, ask_again
        self.today = local_day(now)
        self.plan, self._number, self._state, self._fresh = Plan(), 0, UNCHANGED, set()
        self.load()

    def load(self) -> None:
        """Read what the desk already has."""

    def look_ahead(self, rows: Sequence[Row]) -> None:
        """Read what these rows, all there are, will ask for."""

    def alone(self) -> bool:
        """Read all else that placing asks for, and ask the database no more: then rows can be planned beside its writing. False: that can't be."""
        return False

    def place(self, row: Row) -> Iterable[Complaint]:
        """Put one row into the plan. Complaints that refuse come before anything is planned for the row."""
        raise NotImplementedError

    def take(self, row: Row) -> None:
        """Put one row into the plan and note its state."""
        self._number, self._state = row.number, UNCHANGED
        complaints = list(self.place(row))
        if complaints:
            self.plan.complaints[row.number] = complaints
        if not any(refuses for *_, refuses in complaints):
            self.plan.states[row.number] = self._state

    def records(self, model: type, *columns, where=()) -> list[dict]:
        """Rows of `model` in this community as dicts of `columns` and id."""
        found = self.session.execute(select(model.id, *columns).where(model.community_id == self.community_id, *where))
        return [dict(row) for row in found.mappings()]

    def put(self, model: type, known: dict, key, values: dict, *, main: bool = True, fixed: dict | None = None) -> dict:
        """The record under `key`: made from `values` and `fixed`, or changed where `values` say otherwise. None changes nothing."""
        record = known.get(key)
        if record is None:
            record = {"id": uuid7(), "community_id": self.community_id, **(fixed or {}), **values}
            known[key] = record
            self.insert(model, record)
            if main:
                self._state = NEW
            else:
                self.plan.aside[model.__tablename__] += 1
            return record
        for column, new in values.items():
            if new is not None and record.get(column) != new:
                self.change(model, record, column, new)
        return record

    def insert(self, model: type, record: dict) -> None:
        """Plan a new row."""
        self._fresh.add(record["id"])
        self.plan.inserts.setdefault(model, []).append(record)

    def change(self, model: type, record: dict, column: str, new: object) -> None:
        """Plan that `column` of a record becomes `new`; of one planned in this very file it simply is so, unless that is being written already."""
        old, record[column] = record.get(column), new
        if record["id"] in self._fresh:
            if model in self.plan.handed and record["id"] <= self.plan.handed[model]:
                self.plan.updates.setdefault(model, {}).setdefault(record["id"], {})[column] = new
            return
        self.plan.updates.setdefault(model, {}).setdefault(record["id"], {})[column] = new
        self.plan.changes.append(Change(self._number, model.__tablename__, column, old, new))
        if self._state != NEW:
            self._state = CHANGED

    def touched(self) -> None:
        """The present row changes something beside its own record (a new group of a known resident)."""
        if self._state == UNCHANGED:
            self._state = CHANGED


class PlacedIntake(Intake):
    """An intake whose rows name grids, buildings and doors."""

    def load(self) -> None:
        self.grids: dict[str, dict] = {}
        self._named: dict[str, dict | None] = {}
        for record in self.records(Grid, Grid.code, Grid.name):
            for name in (record["code"], record["name"]):
                self.grids.setdefault(grid_key(name), record)
        self.buildings = {building_of(r["name"]): r for r in self.records(Building, Building.name, Building.grid_id, Building.walk)}

    def load_households(self) -> None:
        """Doors are encrypted: read only by intakes that need them."""
        self.households = {(r["building_id"], r["door"]): r for r in self.records(Household, Household.building_id, Household.door, Household.grid_id)}

    def grid_of(self, values: dict) -> tuple[dict | None, list[Complaint]]:
        """The grid a row names, or the complaint that there is none of that name."""
        named = values.get("grid")
        if not named:
            return None, []
        if named not in self._named:
            self._named[named] = self.grids.get(grid_key(named))
        grid = self._named[named]
        return grid, [("grid", "unknown_grid", {"grid": named}, True)] if grid is None else []

    def building(self, values: dict, grid: dict | None, *, main: bool = False) -> tuple[dict | None, list[Complaint]]:
        """The building a row names, made if need be; one that stands in another grid than the row says is a complaint."""
        name = values.get("building")
        if name is None:
            return None, []
        grid_id = grid["id"] if grid else None
        known = self.buildings.get(name)
        if known and not main and grid_id and known["grid_id"] not in (None, grid_id):
            return known, [("grid", "building_in_other_grid", {"building": name}, True)]
        if known and grid_id and known["grid_id"] != grid_id:
            self.plan.moved_buildings[known["id"]] = grid_id
        wanted = {"grid_id": grid_id} | ({"walk": values["walk"]} if main and "walk" in values else {})
        return self.put(Building, self.buildings, name, wanted, main=main, fixed={"name": name, "walk": 0}), []

    def household(self, values: dict, building: dict, *, main: bool = False) -> dict:
        """The household behind a row's door, made if need be; its grid is its building's."""
        key = (building["id"], values["door"])
        return self.put(Household, self.households, key, {"grid_id": building["grid_id"]}, main=main, fixed={"building_id": building["id"], "door": values["door"]})
