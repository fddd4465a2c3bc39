"""Work orders: what a file of another system's matters would add, and how it follows those it brought before."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from core.imports.cells import squeezed
from core.imports.judge import Row
from core.mediation import RUNGS
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import SATISFIED_FROM, Bench, dispatch, kinds
from db.commands.work_orders_bulk import Act, HistoricOrder, order_rows
from db.models.clocks import Clock, ClockPause
from db.models.grids import Community
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.calendar import current_calendar
from db.queries.catalogue import entries
from db.queries.imports.plan import NEW, Complaint, PlacedIntake
from db.queries.posts import bench

DEFAULT_KIND = "demand"
"""What a matter is when the file doesn't say: an ordinary demand."""


class WorkOrders(PlacedIntake):
    """Orders by source and number. An order new to the desk comes with the clocks of its kind; open ones go to the responsible post."""

    def load(self) -> None:
        super().load()
        columns = (WorkOrder.external_key, WorkOrder.matter, WorkOrder.detail, WorkOrder.applicant, WorkOrder.contact, WorkOrder.received_at)
        columns += (WorkOrder.closed_at, WorkOrder.status, WorkOrder.grid_id)
        self.orders = {r["external_key"]: r for r in self.records(WorkOrder, *columns, where=(WorkOrder.external_key.is_not(None),))}
        self.numbers = {r["number"] for r in self.records(WorkOrder, WorkOrder.number)}
        self.items = {squeezed(name): one.item for one in entries(self.session, self.community_id) for name in one.item.title.values()}
        self.calendar, self.benches = current_calendar(self.session), {}
        self.closes_at = self.session.scalar(select(Community.closes_at).where(Community.community_id == self.community_id))

    def _bench(self, grid_id: UUID | None) -> Bench:
        if grid_id not in self.benches:
            self.benches[grid_id] = bench(self.session, self.community_id, grid_id, self.now)
        return self.benches[grid_id]

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        grid, complaints = self.grid_of(values)
        if complaints:
            return complaints
        building = self.buildings.get(values.get("building"))
        if "building" in values and building is None:
            return [("building", "unknown_building", {"building": values["building"]}, True)]
        if "item" in values and squeezed(values["item"]) not in self.items:
            return [("item", "unknown_item", {"item": values["item"]}, True)]
        key = f"{self.source}:{values['number']}"
        if key in self.orders:
            return self._follow(self.orders[key], values)
        grid_id = building["grid_id"] if building and not grid else grid["id"] if grid else None
        return self._new(key, values, grid_id, building and building["id"])

    def _new(self, key: str, values: dict, grid_id: UUID | None, building_id: UUID | None) -> Iterable[Complaint]:
        rows = order_rows(self._history(key, values, grid_id, building_id), self.calendar, load_rulebook())
        if isinstance(rows, Refused):
            return [("received", "order_refused", {}, True)]
        self.orders[key] = rows.work_order
        self.numbers.add(rows.work_order["number"])
        for model, made in ((WorkOrder, [rows.work_order]), (Clock, rows.clocks), (ClockPause, rows.pauses), (WorkOrderEvent, rows.events)):
            self.plan.inserts.setdefault(model, []).extend(made)
        self._fresh.add(rows.work_order["id"])
        self._state = NEW
        return ()

    def _history(self, key: str, values: dict, grid_id: UUID | None, building_id: UUID | None) -> HistoricOrder:
        item = self.items.get(squeezed(values.get("item", "")))
        kind = kinds()[values.get("kind", item.kind if item else DEFAULT_KIND)]
        closed = values.get("closed")
        goes_to = dispatch(kind, self._bench(grid_id))
        return HistoricOrder(
            self.community_id, self._number_for(values["number"]), kind.id, values["matter"], values.get("applicant"), values.get("contact"), values["received"],
            acts=tuple(self._acts(values)), recorded_at=self.now, channel=values.get("channel", "online"), detail=values.get("detail"),
            grid_id=grid_id, building_id=building_id, holder_id=None if closed else goes_to.holder_id, external_key=key,
            category=values.get("category") or None, desk=goes_to.desk, closes_at=self.closes_at, item=item and item.id,
            outcome=values.get("outcome") if kind.id in RUNGS else None,
        )  # fmt: skip

    def _number_for(self, number: str) -> str:
        """The other system's number behind its source, so that it can't be taken for one of ours."""
        ours = f"{self.source or 'import'}-{number}"
        while ours in self.numbers:
            ours += "*"
        return ours

    @staticmethod
    def _acts(values: dict) -> Iterable[Act]:
        if closed := values.get("closed"):
            yield Act("finish", closed)
            if values.get("rating", 0) >= SATISFIED_FROM:
                yield Act("follow_up", closed, rating=values["rating"])

    def _follow(self, known: dict, values: dict) -> Iterable[Complaint]:
        """An order the desk has from an earlier file: its texts may be corrected, and it may have been finished; when it came stays."""
        if values["received"] != known["received_at"]:
            return [("received", "received_changed", {}, True)]
        for column in ("matter", "detail", "applicant", "contact"):
            if (new := values.get(column)) is not None and new != known[column]:
                self.change(WorkOrder, known, column, new)
        return self._finish(known, values) if values.get("closed") else ()

    def _finish(self, known: dict, values: dict) -> Iterable[Complaint]:
        """Only an order nobody here has touched is finished by a file; what the desk is working on is finished at the desk."""
        if known["closed_at"] == values["closed"]:
            return ()
        if known["closed_at"] or known["status"] != "taken_in":
            return [("closed", "closed_differs", {}, False)]
        rows = order_rows(self._history(known["external_key"], values, known["grid_id"], None), self.calendar, load_rulebook())
        if isinstance(rows, Refused):
            return [("closed", "order_refused", {}, True)]
        self.plan.finished[known["id"]] = rows
        self.change(WorkOrder, known, "closed_at", values["closed"])
        return ()
