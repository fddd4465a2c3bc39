"""Histories of orders as rows, for imports and the demo: the same decisions as at the desk, played back from the acts of an old ledger.

Pure: nothing is read or written here. The caller inserts the rows, in the order of Rows' fields, in one transaction with its ledger entry.
"""

from dataclasses import dataclass, field
from datetime import datetime, time
from types import SimpleNamespace
from uuid import UUID

from core.calendar import WorkCalendar
from core.clocks import State, state
from core.refusals import Refused
from core.rulebook import Rulebook
from core.work_orders import SUPPLEMENT, Kind, Standing, Step, decide, kinds
from db.commands.clocks import Stamp, stamp
from db.types import uuid7


@dataclass(frozen=True)
class Act:
    """One act of a history: `act` of core.work_orders.ACTS at a moment; `rating` of a follow-up."""

    act: str
    at: datetime
    note: str | None = None
    rating: int | None = None
    actor_id: UUID | None = None


@dataclass(frozen=True)
class HistoricOrder:
    """An order of the past. `acts` in the order of time (what is unknown is left out); `recorded_at` None: typed in as it happened.
    `category` None: the kind's; `desk` None: the kind's ('station' for orders the head holds); `accepted` at once when no act says so.
    `outcome`: of a dispute that has a result."""

    community_id: UUID
    number: str
    kind: str
    matter: str
    applicant: str | None
    contact: str | None
    received_at: datetime
    acts: tuple[Act, ...] = ()
    recorded_at: datetime | None = None
    channel: str = "hall"
    detail: str | None = None
    grid_id: UUID | None = None
    building_id: UUID | None = None
    resident_id: UUID | None = None
    holder_id: UUID | None = None
    first_asked_id: UUID | None = None
    external_key: str | None = None
    category: str | None = None
    desk: str | None = None
    item: str | None = None
    chain: str | None = None
    closes_at: time | None = None
    outcome: str | None = None


@dataclass
class Rows:
    """Rows for WorkOrder, Clock, ClockPause and WorkOrderEvent, complete with ids; all dicts of one list have the same keys."""

    work_order: dict
    clocks: list[dict] = field(default_factory=list)
    pauses: list[dict] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)


def order_rows(order: HistoricOrder, calendar: WorkCalendar, rulebook: Rulebook) -> Rows | Refused:
    """The rows of `order`, or the Refused of the first act that could not have happened (finished before it was accepted, …).
    Steps the ledger is silent about are no obstacle: clocks it can't answer for are void once the matter is finished."""
    if order.kind not in kinds():
        return Refused("work_orders.no_such_kind", "register.fields", {"kind": order.kind})
    return _Playback(order, calendar, rulebook).rows()


class _Playback:
    def __init__(self, order: HistoricOrder, calendar: WorkCalendar, rulebook: Rulebook):
        self.order, self.calendar, self.rulebook = order, calendar, rulebook
        self.kind: Kind = kinds()[order.kind]
        self.running: dict[str, dict] = {}
        self.spans: dict[UUID, list] = {}
        self.opened_at = self.since = order.received_at
        self.asked = False
        self.result = Rows(self._work_order())

    def rows(self) -> Rows | Refused:
        self._event("take_in", self.order.received_at, None, "taken_in", None)
        for clause_id in self.kind.starting("received"):
            self._start(clause_id, self.order.received_at)
        for act in self._acts():
            step = decide(self._standing(), act.act, act.at, now=max(act.at, self.recorded_at), note=act.note or "", rating=act.rating, lenient=True)
            if isinstance(step, Refused):
                return step
            self._apply(step, act)
        return self.result

    @property
    def recorded_at(self) -> datetime:
        return self.order.recorded_at or self.order.received_at

    def _acts(self) -> tuple[Act, ...]:
        """The acts, with an acceptance at once where the ledger has a result and no acceptance."""
        acts = self.order.acts
        if acts and not any(one.act == "accept" for one in acts):
            return (Act("accept", self.order.received_at), *acts)
        return acts

    def _standing(self) -> Standing:
        due = {clause_id: clock["due_at"] for clause_id, clock in self.running.items()}
        return Standing(self.kind, self.result.work_order["status"], self.opened_at, self.since, self.asked, due)

    def _apply(self, step: Step, act: Act) -> None:
        order = self.result.work_order
        self._event(step.act, step.at, order["status"], step.to_status, act)
        if step.stands_still:
            self._stand_still(step.at)
        if step.runs_again:
            self._run_again(step.at)
        for clause_id in step.starts:
            self._start(clause_id, step.at)
        for clause_id in step.meets:
            self._close(clause_id, met_at=step.at)
        if step.voids:
            for clause_id in tuple(self.running):
                self._void(clause_id, step)
        self.asked |= step.act == "ask_materials"
        if step.reopens:
            self.opened_at = step.at
        if order["status"] != step.to_status:
            self.since = step.at
        order.update(order_changes(step, order["reopened"], act.rating))
        if step.act == "finish":
            order["outcome"] = self.order.outcome

    def _work_order(self) -> dict:
        order = self.order
        return {
            "community_id": order.community_id, "id": uuid7(), "grid_id": order.grid_id, "desk": order.desk or self.kind.desk, "version": 1,
            "number": order.number, "kind": order.kind, "category": order.category or self.kind.category, "channel": order.channel,
            "matter": order.matter, "detail": order.detail, "applicant": order.applicant, "contact": order.contact,
            "resident_id": order.resident_id, "building_id": order.building_id, "status": "taken_in", "holder_id": order.holder_id,
            "first_asked_id": order.first_asked_id or order.holder_id, "received_at": order.received_at, "recorded_at": self.recorded_at,
            "accepted_at": None, "finished_at": None, "closed_at": None, "rating": None, "reopened": 0, "external_key": order.external_key,
            "item": order.item, "chain": order.chain, "given_by": None, "outcome": None,
        }  # fmt: skip

    def _stamp(self, clause_id: str, start: datetime, spans=()) -> Stamp | None:
        return stamp(self.rulebook[clause_id], start, self.calendar, closes_at=self.order.closes_at, pauses=spans)

    def _start(self, clause_id: str, at: datetime) -> None:
        stamped = self._stamp(clause_id, at)
        if stamped is None:
            return
        order = self.result.work_order
        clock = {
            "community_id": order["community_id"], "id": uuid7(), "grid_id": order["grid_id"], "desk": order["desk"], "version": 1,
            "clause_id": clause_id, "effective_from": stamped.effective_from, "subject_kind": "work_order", "subject_id": order["id"],
            "work_order_id": order["id"], "resident_id": order["resident_id"], "holder_id": order["holder_id"], "act": None, "period_key": None,
            "times_required": 1, "times_done": 0, "started_at": at, "warn_at": stamped.warn_at, "due_at": stamped.due_at,
            "paused_at": None, "met_at": None, "voided_at": None, "closed_at": None,
        }  # fmt: skip
        self.running[clause_id] = clock
        self.result.clocks.append(clock)

    def _close(self, clause_id: str, *, met_at: datetime | None = None, voided_at: datetime | None = None) -> None:
        clock = self.running.pop(clause_id, None)
        if clock is None:
            return
        if clock["paused_at"] is not None:
            self._wake(clock, met_at or voided_at)
        clock.update(met_at=met_at, voided_at=voided_at, closed_at=met_at or voided_at, times_done=int(met_at is not None))

    def _void(self, clause_id: str, step: Step) -> None:
        """As db.commands.clocks.void: what was overdue when the matter was withdrawn is missed. A result the ledger gives without the
        steps before it says nothing of them: their clocks count for nobody, early or late."""
        clock = self.running[clause_id]
        missed = step.act == "withdraw" and state(SimpleNamespace(**clock, paused_until=None), step.at) == State.overdue
        self._close(clause_id, voided_at=step.at)
        if missed:
            clock["voided_at"] = None

    def _stand_still(self, at: datetime) -> None:
        for clause_id, clock in self.running.items():
            if clause_id != SUPPLEMENT:
                clock["paused_at"] = at
                self.result.pauses.append(
                    {"community_id": clock["community_id"], "id": uuid7(), "clock_id": clock["id"], "started_at": at, "ended_at": None, "reason": SUPPLEMENT}
                )

    def _run_again(self, at: datetime) -> None:
        for clock in self.running.values():
            if clock["paused_at"] is not None:
                self._wake(clock, at)

    def _wake(self, clock: dict, at: datetime) -> None:
        spans = self.spans.setdefault(clock["id"], [])
        for pause in self.result.pauses:
            if pause["clock_id"] == clock["id"] and pause["ended_at"] is None:
                pause["ended_at"] = at
                spans.append((pause["started_at"], at))
        stamped = self._stamp(clock["clause_id"], clock["started_at"], spans)
        clock.update(paused_at=None, warn_at=stamped.warn_at, due_at=stamped.due_at)

    def _event(self, act: str, at: datetime, before: str | None, after: str, said: Act | None) -> None:
        order = self.result.work_order
        self.result.events.append({
            "community_id": order["community_id"], "id": uuid7(), "work_order_id": order["id"], "act": act, "happened_at": at,
            "recorded_at": max(at, self.recorded_at), "actor_id": said and said.actor_id, "from_status": before, "to_status": after,
            "holder_id": order["holder_id"], "rating": said and said.rating, "note": said and said.note,
        })  # fmt: skip


def order_changes(step: Step, reopened: int, rating: int | None) -> dict:
    """The columns of the order that `step` sets; the same at the desk and in playback."""
    changes: dict = {"status": step.to_status}
    if step.accepts:
        changes["accepted_at"] = step.at
    if step.act == "finish":
        changes |= {"finished_at": step.at, "closed_at": step.at}
    if step.act == "withdraw":
        changes["closed_at"] = step.at
    if step.act == "follow_up":
        changes["rating"] = rating
    if step.reopens:
        changes |= {"finished_at": None, "closed_at": None, "reopened": reopened + 1, "outcome": None}
    return changes
