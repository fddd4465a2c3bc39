"""Bills: what a file would add, and which of those the desk has it says are paid."""

from collections.abc import Iterable
from datetime import datetime

from core import bills
from core.imports.judge import Row
from core.imports.places import building_of
from db.models.bills import Bill, BillStep
from db.models.grids import Building
from db.queries.bills import door_index
from db.queries.calendar import current_calendar
from db.queries.imports.plan import Complaint, Intake


class Bills(Intake):
    """Bills by building, door, kind and period. What is settled here stays as it is; when one was to be paid never changes."""

    def load(self) -> None:
        self.buildings = {building_of(r["name"]): r["id"] for r in self.records(Building, Building.name)}
        key = (Bill.building_id, Bill.door_index, Bill.kind, Bill.period)
        columns = (Bill.amount, Bill.due_on, Bill.paid_at, Bill.suspended_at, Bill.closed_at)
        self.known = {tuple(r[c.key] for c in key): r for r in self.records(Bill, *key, *columns, where=(Bill.cancelled_at.is_(None),))}
        self.calendar = current_calendar(self.session)

    def place(self, row: Row) -> Iterable[Complaint]:
        values = row.values
        building_id = self.buildings.get(values["building"])
        if building_id is None:
            return [("building", "unknown_building", {"building": values["building"]}, True)]
        if refused := bills.may_enter(values["kind"], values["period"], values["amount"], values["due_on"], self.now):
            return [("due_on", refused.reason.rpartition(".")[2], {}, True)]
        key = (building_id, door_index(values["door"]), values["kind"], values["period"])
        return self._follow(self.known[key], values) if key in self.known else self._new(key, values)

    def _new(self, key: tuple, values: dict) -> Iterable[Complaint]:
        known, paid = bills.limits(values["due_on"], self.calendar), values.get("paid")
        wanted = {"amount": values["amount"], "due_on": values["due_on"], "overdue_at": known.overdue_at, "dun_by": known.dun_by}
        wanted |= {"paid_at": paid, "paid_way": paid and bills.LEDGER, "closed_at": paid, "suspended_at": None, "cancelled_at": None, "recorded_at": self.now}
        fixed = dict(zip(("building_id", "door_index", "kind", "period"), key, strict=True)) | {"door": values["door"]}
        self._pay(self.put(Bill, self.known, key, wanted, fixed=fixed), paid)
        return ()

    def _follow(self, known: dict, values: dict) -> Iterable[Complaint]:
        """A bill the desk has: its amount may be corrected while it is owed, and it may have been paid."""
        if values["due_on"] != known["due_on"]:
            return [("due_on", "bill_due_changed", {}, True)]
        if known["paid_at"] is not None or known["closed_at"] is not None:
            return [("amount", "bill_settled", {}, False)] if values["amount"] != known["amount"] else ()
        if values["amount"] != known["amount"]:
            self.change(Bill, known, "amount", values["amount"])
        if paid := values.get("paid"):
            self.change(Bill, known, "paid_at", paid)
            self.change(Bill, known, "paid_way", bills.LEDGER)
            if known["suspended_at"] is None:
                self.change(Bill, known, "closed_at", paid)
            self._pay(known, paid)
        return ()

    def _pay(self, record: dict, paid: datetime | None) -> None:
        if paid:
            step = {"bill_id": record["id"], "act": "pay", "happened_at": paid, "recorded_at": self.now, "actor_id": self.session.scope.actor_id, "way": bills.LEDGER}
            self.put(BillStep, {}, None, step, main=False)
