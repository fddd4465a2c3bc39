"""Grids, buildings, households and the catalogue of affairs: what a file would change about them."""

from collections.abc import Iterable

from core.imports.judge import Row
from core.imports.places import grid_key
from db.models.grids import Grid
from db.models.imports import AffairClass
from db.queries.imports.plan import Complaint, Intake, PlacedIntake


class Grids(Intake):
    """Grids by their code."""

    def load(self) -> None:
        self.known = {grid_key(r["code"]): r for r in self.records(Grid, Grid.code, Grid.name)}

    def place(self, row: Row) -> Iterable[Complaint]:
        code, name = row.values["code"], row.values.get("name")
        key = grid_key(code)
        fixed = {"code": code} if name else {"code": code, "name": code}
        self.put(Grid, self.known, key, {"name": name} if name else {}, fixed=fixed)
        return ()


class Buildings(PlacedIntake):
    """Buildings by name; a building that changes grid takes its households, residents and open clocks along."""

    def place(self, row: Row) -> Iterable[Complaint]:
        grid, complaints = self.grid_of(row.values)
        if not complaints:
            self.building(row.values, grid, main=True)
        return complaints


class Households(PlacedIntake):
    """Households by building and door; buildings that are missing are made."""

    def load(self) -> None:
        super().load()
        self.load_households()

    def place(self, row: Row) -> Iterable[Complaint]:
        grid, complaints = self.grid_of(row.values)
        if complaints:
            return complaints
        building, complaints = self.building(row.values, grid)
        if not complaints:
            self.household(row.values, building, main=True)
        return complaints


class Affairs(Intake):
    """The catalogue of kinds of affairs: leaves by their whole path."""

    def load(self) -> None:
        self.known = {(r["major"], r["middle"], r["minor"]): r for r in self.records(AffairClass, AffairClass.major, AffairClass.middle, AffairClass.minor)}

    def place(self, row: Row) -> Iterable[Complaint]:
        path = {level: row.values.get(level, "") for level in ("major", "middle", "minor")}
        self.put(AffairClass, self.known, tuple(path.values()), {}, fixed=path)
        return ()
