"""Random walks of all roles over an order, legal and illegal acts mixed, dated back or not, recomputed, confirmed and swept in between.

After every step: no illegal state, no lost entry, no two open clocks of one clause; a refusal changes nothing.
"""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core.clocks import State, state
from core.refusals import Refused
from core.work_orders import ACTS, NOTES, STATUSES, STEPS, SUPPLEMENT, kinds
from db.commands import late_entries
from db.commands import work_orders as commands
from db.commands.clocks import recompute
from db.engine import open_session
from db.models.clocks import Clock, ClockPause
from db.models.late_entries import LateEntry
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import HOUR, NOW, Office

ROLES = ("head", "a", "head", "b", "head", "property", "committee_member", "street_officer", "administrator")
WALKS = settings(max_examples=60, stateful_step_count=20, suppress_health_check=list(HealthCheck))
KINDS = (*sorted(kinds()), *("complex", "subsidy", "complaint") * 4)
"""Those whose papers may be missing, and with two clocks at once, more often."""
WAITS = (timedelta(0), timedelta(minutes=20), 3 * HOUR, timedelta(1), timedelta(4))
BACK = (None, timedelta(0), timedelta(minutes=30), 5 * HOUR, timedelta(2), -HOUR)
"""How far an act is dated back; None: not at all; the last lies in the future."""


class Everybody(Office):
    def scope(self, name: str) -> Scope:
        return super().scope(name) if name in self.staff else Scope(uuid7(), name, frozenset({self.id}))


class Walk(RuleBasedStateMachine):
    office: Everybody

    @initialize(kind=st.sampled_from(KINDS), late=st.sampled_from(WAITS))
    def taken_in(self, kind, late):
        self.now = NOW
        self.filed = self._filed()
        taken = self.office.take_in(kind, who="head", received_at=NOW - late)
        self.order_id = taken.order_id
        self.noted(taken, "work_order.take_in")
        self.acts = Counter(["take_in"])

    # --- what anybody may try ---
    @rule(
        who=st.sampled_from(ROLES), act=st.sampled_from((*ACTS, *ACTS, *ACTS)), wait=st.sampled_from(WAITS), back=st.sampled_from(BACK),
        rating=st.sampled_from((None, 1, 5, 9)), note=st.sampled_from(("", "理由")), told=st.booleans(),
    )  # fmt: skip
    def tries(self, who, act, wait, back, rating, note, told):
        self.now += wait
        self.carry_out(who, act, {} if back is None else {"happened_at": self.now - back}, rating, note, told)

    @rule(who=st.sampled_from(("a", "head")), wait=st.sampled_from(WAITS), pick=st.integers(0, 20), rating=st.sampled_from((1, 5)))
    def goes_on(self, who, wait, pick, rating):
        """An act that fits the status, by somebody who may: so that walks get far."""
        self.now += wait
        self.carry_out(who, self.fitting(pick), {}, rating, "理由", told=True)

    @rule(who=st.sampled_from(("a", "head")), days=st.integers(1, 30), pick=st.integers(0, 20), answer=st.sampled_from((True, False, None)))
    def is_entered_late(self, who, days, pick, answer):
        """The next act, said to have happened right after the one before; the street may decide at once."""
        last = max(one.happened_at for one in self.events)
        self.now += timedelta(days)
        self.carry_out(who, self.fitting(pick), {"happened_at": last}, 1, "理由", told=True)
        if answer is not None:
            self.decides("street_officer", answer, 0)

    def fitting(self, pick: int) -> str:
        order = self.order
        steps = kinds()[order.kind].steps
        found = {
            "taken_in": ("accept", "accept", *steps), "accepted": ("ask_materials", "finish", *steps, "finish", "withdraw", "note", "message", "hand_over", "give_back"), "awaiting_materials": ("receive_materials",),
            "finished": ("follow_up",), "followed_up": ("finish",), "withdrawn": ("accept",),
        }[order.status]  # fmt: skip
        return found[pick % len(found)]

    @rule(who=st.sampled_from(("head", "street_officer", "a", "administrator")), confirmed=st.booleans(), pick=st.integers(0, 3))
    def somebody_decides(self, who, confirmed, pick):
        self.decides(who, confirmed, pick)

    def decides(self, who, confirmed, pick):
        """Also an entry of their own, and one decided before."""
        if self.late:
            result = self.office.do(who, late_entries.decide, now=self.now, entry_id=self.late[pick % len(self.late)].id, confirmed=confirmed)
            act = "confirm_late" if confirmed else "refuse_late"
            if self.noted(result, f"work_order.{act}"):
                self.acts[act] += 1
                assert who in ("head", "street_officer")

    @rule(who=st.sampled_from(("head", "a", "administrator")))
    def recomputes(self, who):
        before = {one.id: one.due_at for one in self.clocks}
        self.noted(self.office.do(who, recompute, now=self.now), "clock.recompute")
        assert {one.id: one.due_at for one in self.clocks} == before, "nothing has changed in calendar or rulebook"

    # --- carrying out ---
    def carry_out(self, who, act, moment, rating, note, told):
        moment = {} if act in ("hand_over", "give_back") else moment
        before, were = self.order, {one.id: (one.closed_at, state(one, self.now)) for one in self.clocks}
        result = self._do(who, act, moment, rating, note, told, before.version)
        if not self.noted(result, f"work_order.{act}"):
            assert self.order.version == before.version
            return
        self.acts[act] += 1
        assert result.status == self.order.status
        if "happened_at" in moment:
            assert moment["happened_at"] <= self.now, "nothing happens in the future"
        for clock in self.clocks:
            closed_at, stood = were.get(clock.id, (None, None))
            if closed_at is not None:
                assert clock.closed_at == closed_at, "what is closed stays closed"
            if stood is State.overdue:
                assert state(clock, self.now) in (State.overdue, State.missed), "one person's entry makes no miss a hit"

    def _do(self, who, act, moment, rating, note, told, version):
        words = {"ask_materials": "missing", "finish": "result", "follow_up": "note", "withdraw": "reason", "hand_over": "reason", "give_back": "reason"}
        command = commands.record_step if act in STEPS else commands.record_note if act in NOTES else getattr(commands, act)
        said = {words[act]: note} if act in words else {"act": act, "note": note} if act in STEPS else {"act": act, "text": note} if act in NOTES else {}
        said |= {"finish": {"told": told}, "follow_up": {"rating": rating}, "hand_over": {"to": self.office.staff["b"]}}.get(act, {})
        return self.office.do(who, command, now=self.now, order_id=self.order_id, version=version, **said, **moment)

    def noted(self, result, command) -> bool:
        """One entry more for what was done, none for a refusal. Whether it was done."""
        before, done = self.filed, not isinstance(result, Refused)
        self.look()
        assert self.filed == before + Counter([command] * done)
        if not done:
            assert result.text("zh") and result.text("en")
        return done

    def _filed(self) -> Counter:
        with open_session(self.office.engine, Scope.system({self.office.id})) as session:
            return self._counted(session)

    def _counted(self, session) -> Counter:
        return Counter(dict(session.execute(select(LedgerEntry.command, func.count()).group_by(LedgerEntry.command)).all()))

    def look(self):
        """All there is of the order, after each act: nobody else writes."""
        with open_session(self.office.engine, Scope.system({self.office.id})) as session:
            rows = lambda model, *where: list(session.scalars(select(model).where(*where)))  # noqa: E731
            [self.order], self.clocks = rows(WorkOrder, WorkOrder.id == self.order_id), rows(Clock, Clock.subject_id == self.order_id)
            self.events, self.late = (rows(model, model.work_order_id == self.order_id) for model in (WorkOrderEvent, LateEntry))
            self.spans = rows(ClockPause, ClockPause.clock_id.in_([one.id for one in self.clocks]))
            self.filed = self._counted(session)

    # --- what always holds ---
    @invariant()
    def all_is_as_it_may_be(self):
        self._legal_order(self.order)
        self._whole_trail(self.order, self.events)
        self._legal_clocks(self.order, self.clocks, self.spans)
        self._late_meanwhile(self.clocks, [one for one in self.late if one.decided_at is None])

    def _legal_order(self, order):
        assert order.status in STATUSES
        assert (order.closed_at is not None) == (order.status in ("finished", "followed_up", "withdrawn"))
        assert (order.finished_at is not None) == (order.status in ("finished", "followed_up"))
        assert (order.accepted_at is None) <= (order.status in ("taken_in", "withdrawn"))
        assert order.recorded_at >= order.received_at
        assert order.desk in ("grid", "station", "property")

    def _whole_trail(self, order, events):
        """No entry is lost."""
        assert Counter(one.act for one in events) == self.acts
        assert all(one.happened_at <= one.recorded_at <= self.now for one in events)
        assert order.reopened == sum(one.act == "follow_up" and one.to_status == "accepted" for one in events)

    def _legal_clocks(self, order, clocks, spans):
        running = [one for one in clocks if one.closed_at is None]
        assert len({one.clause_id for one in running}) == len(running), "no two open clocks of one clause"
        assert not (running and order.closed_at), "a closed order has no running clock"
        assert {one.holder_id for one in running} <= {order.holder_id} and {one.desk for one in running} <= {order.desk}
        for one in clocks:
            assert one.started_at <= one.warn_at <= one.due_at
            assert (one.met_at is None and one.voided_at is None) or one.closed_at is not None
            assert one.paused_at is None or (one.closed_at is None and order.status == "awaiting_materials" and one.clause_id != SUPPLEMENT)
        assert {one.clock_id for one in spans if one.ended_at is None} == {one.id for one in running if one.paused_at is not None}
        assert all(one.ended_at is None or one.started_at <= one.ended_at for one in spans)

    def _late_meanwhile(self, clocks, waiting):
        """What waits for another person counts as late."""
        states = {one.id: state(one, self.now) for one in clocks}
        assert all(states[one.clock_id] in (State.overdue, State.missed) and one.happened_at < one.recorded_at for one in waiting)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_walk_of_any_role_leads_an_order_astray(engine, two_communities):
    Walk.office = Everybody(engine, two_communities["ours"])
    run_state_machine_as_test(Walk, settings=WALKS)
    done = {one.command.removeprefix("work_order.") for one in Walk.office.rows(LedgerEntry)}
    assert done >= {"accept", "ask_materials", "receive_materials", "finish", "follow_up", "withdraw", "confirm_late", "refuse_late"}, "or this proves little"
