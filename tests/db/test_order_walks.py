"""Random walks of all roles over an order, legal and illegal acts mixed, dated back or not, recomputed, confirmed, extended, suspended, swept, reviewed,
offered to colleagues and worked together with another in between.

After every step: no illegal state, no lost entry, no two open clocks of one clause, nobody's own word on what they asked for; a refusal changes
nothing.
"""

import os
from collections import Counter
from datetime import timedelta
from random import Random, randrange

import pytest
from sqlalchemy import func, select

from core.clocks import State, state
from core.joinings import TELLS
from core.mediation import RUNGS
from core.refusals import Refused
from core.reviews import act_of, chains
from core.suspensions import CLAUSE
from core.work_orders import ACTS, NOTES, STATUSES, STEPS, SUPPLEMENT, kinds
from db.commands import extensions, handovers, joinings, late_entries, reviews, suspensions
from db.commands import work_orders as commands
from db.commands.clocks import recompute
from db.commands.filing import file
from db.commands.mediation import pass_up
from db.engine import open_session
from db.models.clocks import Clock, ClockPause
from db.models.extensions import Extension
from db.models.handovers import HandOver
from db.models.joinings import Joining
from db.models.late_entries import LateEntry
from db.models.ledger import LedgerEntry
from db.models.reviews import Review
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.scope import Scope
from db.types import uuid7
from tests.db.months_kept import Months
from tests.db.test_work_orders import HOUR, NOW, Office

ROLES = ("head", "a", "head", "b", "head", "property", "committee_member", "street_officer", "administrator")
WALKS, LENGTH = 36, 12
"""So many walks, and more of them until all of TRIED was done."""
TRIED = {
    "accept", "ask_materials", "receive_materials", "finish", "follow_up", "withdraw", "confirm_late", "refuse_late", "pass_up", "join", "unjoin", "approval", "review_returned", "review_sent",
    "tell_extension", "end_suspension", *(f"{act}_{what}" for what in ("extension", "suspension") for act in ("ask", "grant", "refuse")),
    *(f"{act}_hand_over" for act in ("offer", "accept", "decline", "take_back")),
}  # fmt: skip
KINDS = (*sorted(kinds()), *("complex", "subsidy", "complaint") * 4)
"""Those whose papers may be missing, and with two clocks at once, more often."""
WAYS = ("joined", "plain", "reviewed", "plain", "climbed")
"""What a walk is about, by turns."""
WAITS = (timedelta(0), timedelta(minutes=20), 3 * HOUR, timedelta(1), timedelta(4))
BACK = (None, timedelta(0), timedelta(minutes=30), 5 * HOUR, timedelta(2), -HOUR)
"""How far an act is dated back; None: not at all; the last lies in the future."""
REVIEWED = "relief.minimum_living"
"""An item of the catalogue with two reviews and an approval."""


def over(session, *, now, community_id):
    """What the sweep does to orders, without what it does to everybody's care."""
    if done := suspensions.settle_all(session, community_id, now):
        file(session, "test.sweep", now=now, community_id=community_id)
    return done


class Everybody(Office):
    """Each role is one account throughout."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.scopes: dict[str, Scope] = {}

    def scope(self, name: str) -> Scope:
        if name not in self.scopes:
            self.scopes[name] = super().scope(name) if name in self.staff else Scope(uuid7(), name, frozenset({self.id}))
        return self.scopes[name]


class Walk:
    """One order, from its taking in on. Not Hypothesis's state machine: that leaves most rules aside in each walk and repeats two steps of three, and
    with twenty acts in a row to draw it proved less."""

    def __init__(self, office: Everybody, chance: Random, way: str):
        self.office, self.chance, self.now = office, chance, NOW
        self.filed, self.acts, self.askers, self.lead_id = self._filed(), Counter(["take_in"]), {}, None
        kind, received = chance.choice(KINDS) if way != "climbed" else "dispute", NOW - chance.choice(WAITS)
        if way == "joined":  # of two who complain of the same
            self.lead_id = office.take_in(kind, who="head", received_at=received).order_id
            self.filed += Counter(["work_order.take_in"])
        taken = office.take_in(**({"kind": "", "item": REVIEWED} if way == "reviewed" else {"kind": kind}), who="head", received_at=received)
        self.order_id = taken.order_id
        self.noted(taken, "work_order.take_in")

    def goes_a_step(self):
        steps = {self.goes_on: 9, self.tries: 3, self.asks_another: 8, self.is_entered_late: 7, self.somebody_decides: 2, self.recomputes: 1, self.is_offered: 4}
        steps |= {self.is_joined: 6} if self.lead_id else {self.is_reviewed: 7} if self.order.chain else {}
        self.chance.choices(list(steps), steps.values())[0](self.chance)
        self.all_is_as_it_may_be()

    # --- what anybody may try ---
    def tries(self, chance):
        self.now += chance.choice(WAITS)
        back = chance.choice(BACK)
        moment = {} if back is None else {"happened_at": self.now - back}
        self.carry_out(chance.choice(ROLES), chance.choice(ACTS), moment, chance.choice((None, 1, 5, 9)), chance.choice(("", "理由")), chance.random() < 0.5)

    def goes_on(self, chance):
        """An act that fits the status, by somebody who may: so that walks get far."""
        if self.order.kind in RUNGS and chance.random() < 0.4:
            self.climbs(chance)
            return
        self.now += chance.choice(WAITS)
        self.carry_out(chance.choice(("a", "head")), self.fitting(chance.randint(0, 20)), {}, chance.choice((1, 5)), "理由", told=True)

    def is_entered_late(self, chance):
        """The next act, said to have happened right after the one before; the street may decide at once."""
        who, days, pick, answer = chance.choice(("a", "head")), chance.randint(8, 30), chance.randint(0, 20), chance.choice((True, False))
        last = max(one.happened_at for one in self.events)
        self.now += timedelta(days)
        self.carry_out(who, self.fitting(pick), {"happened_at": last}, 1, "理由", told=True)
        self.decides("street_officer", answer, None)

    def fitting(self, pick: int) -> str:
        order = self.order
        steps = kinds()[order.kind].steps
        found = {
            "taken_in": ("accept", "accept", *steps), "accepted": ("ask_materials", "finish", *steps, "finish", "withdraw", "note", "message", "hand_over", "give_back"), "awaiting_materials": ("receive_materials",),
            "finished": ("follow_up",), "followed_up": ("finish",), "withdrawn": ("accept",),
        }[order.status]  # fmt: skip
        return found[pick % len(found)]

    def somebody_decides(self, chance):
        self.decides(chance.choice(("head", "street_officer", "a", "administrator")), chance.random() < 0.5, chance.randint(0, 3))

    def decides(self, who, confirmed, pick):
        """Also an entry of their own, and one decided before."""
        found = self.late if pick is not None else [one for one in self.late if one.decided_at is None]
        if found:
            result = self.office.do(who, late_entries.decide, now=self.now, entry_id=found[(pick or 0) % len(found)].id, confirmed=confirmed)
            act = "confirm_late" if confirmed else "refuse_late"
            if self.noted(result, f"work_order.{act}"):
                self.acts[act] += 1
                assert who in ("head", "street_officer")

    def asks_another(self, chance):
        """More time for a matter in hand, or to stand still; whoever may and may not answers, the asker too; and it goes on one way or another."""
        who, kind = chance.choice(("a", "a", "head", "head", "property")), chance.choice((Suspension, Extension))
        if self.order.status in ("taken_in", "finished"):
            self.carry_out("head", self.fitting(0), {}, 1, "理由", told=False)
        act, command, said = "extension", extensions.ask, {"n": chance.choice((1, 2, 99)), "reason": "理由"}
        if kind is Suspension:
            act, command = "suspension", suspensions.ask
            said = {"reason": "other", "detail": "理由", "evidence": "文号", "until": self.now + timedelta(chance.choice((1, 9, 9, 40)))}
        if self.does(who, command, f"ask_{act}", order_id=self.order_id, **said):
            self.askers[self.requests(kind)[-1].id] = who
        for one in chance.choices(("head", "street_officer", "a"), k=chance.randint(1, 3)):
            self.now += chance.choice(WAITS[:3])
            self.answers(one, kind, act, granted=chance.random() < 0.5)
        for one in chance.choices(("told" if kind is Extension else "gone_on", "swept", "acted"), (3, 1, 1), k=chance.randint(1, 3)):
            self.now += chance.choice(WAITS)
            self.comes(one, chance.choice((None, None, *BACK)), chance.randint(0, 20))

    def comes(self, what, back, pick):
        if what == "acted":
            self.carry_out("head", self.fitting(pick), {} if back is None else {"happened_at": self.now - back}, 5, "理由", told=True)
        elif what == "swept":
            self.noted(self.office.do("head", over, now=self.now) or Refused("common.not_found"), "test.sweep")
        elif what == "gone_on" and (found := self.requests(Suspension)):
            self.does("a", suspensions.go_on, "end_suspension", suspension_id=found[-1].id)
        elif what == "told" and (found := self.requests(Extension)):
            self.does("a", extensions.tell, "tell_extension", extension_id=found[-1].id, way="phone", **({} if back is None else {"told_at": self.now - back}))

    def answers(self, who, kind, act, granted):
        if not (found := self.requests(kind)):
            return
        before = {one.id: (state(one, self.now), one.due_at) for one in self.clocks}
        decide = extensions.decide if kind is Extension else suspensions.decide
        if self.does(who, decide, f"{'grant' if granted else 'refuse'}_{act}", **{f"{act}_id": found[-1].id}, granted=granted):
            assert who in ("head", "street_officer") and self.askers[found[-1].id] != who, "nobody grants what they asked for"
        for clock in self.clocks:
            stood, due_at = before[clock.id]
            assert clock.due_at >= due_at and (stood is not State.overdue or state(clock, self.now) is State.overdue), "a word after the limit excuses nothing"

    def is_offered(self, chance):
        """To a colleague who has the grid, or not; whoever it is offered to answers, or somebody else tries, or the holder takes it back."""
        held = self.order.holder_id
        names = {one: name for name, one in self.office.staff.items()}
        holder = names.get(held, "a")
        who, to = chance.choice((holder, holder, holder, "b", "head")), chance.choice(("a", "b", "b", "head"))
        if self.does(who, handovers.offer, "offer_hand_over", order_id=self.order_id, to=self.office.staff[to], reason="换班"):
            assert (held, self.order.holder_id) == (self.office.staff[who], self.office.staff[who]) and to in "ab", "offered by its holder, who keeps it"
        if not self.offers or (way := chance.choice((0, 0, 1, 1, 2, 2, 3, 3, 4))) == 4:
            return
        one = self.offers[-1]
        by = chance.choice((*(names[one.to_id],) * 3, "a", "head"))
        if way == 3:
            self.does(chance.choice((holder, holder, "b")), handovers.take_back, "take_back_hand_over", offer_id=one.id)
        elif self.does(by, handovers.answer, "decline_hand_over" if way == 2 else "accept_hand_over", offer_id=one.id, accepted=way < 2, reason="有急件"):
            assert one.to_id == self.office.staff[by] and (way == 2 or self.order.holder_id == one.to_id), "only whom it was offered to"

    def is_joined(self, chance):
        """Worked together with the other one, perhaps by itself again; the other one gets its result, and this complainant is told."""
        before = [(one.id, one.due_at, one.paused_at, one.met_at, one.closed_at) for one in self.clocks]
        self.does(chance.choice(("a", "head", "head", "committee_member")), joinings.join, "join", order_id=self.order_id, lead_id=self.lead_id)
        if chance.random() < 0.3:
            self.does(chance.choice(("a", "head")), joinings.undo, "unjoin", order_id=self.order_id, reason=chance.choice(("", "不是同一处", "不是同一处")))
        assert [(one.id, one.due_at, one.paused_at, one.met_at, one.closed_at) for one in self.clocks] == before, "joining meets, holds and excuses nothing"
        if self.lead.closed_at is None and chance.random() < 0.5:
            for act in ("accept", *kinds()[self.lead.kind].steps, "finish"):
                command = commands.record_step if act in STEPS else getattr(commands, act)
                said = {"act": act, "note": "同意"} if act in STEPS else {"told": True, "result": "已办"} if act == "finish" else {}
                self.noted(self.office.do("head", command, now=self.now, order_id=self.lead_id, version=self.lead.version, **said), f"work_order.{act}")

    def is_reviewed(self, chance):
        """By whoever may and whoever may not; sent back, and sent again."""
        if self.order.status == "taken_in":
            self.carry_out("a", "accept", {}, None, "", told=False)
        for who in chance.sample(("a", "b", "head", "street_officer"), 3):
            passed, seen = chance.random() < 0.8, {"order_id": self.order_id, "version": self.order.version}
            result = self.office.do(who, reviews.review, now=self.now, passed=passed, opinion="同意", **seen)
            self.acts_if_done(result, who)
        if self.reviews and self.reviews[-1].result == "returned":
            self.acts_if_done(self.office.do("a", reviews.send_again, now=self.now, order_id=self.order_id, version=self.order.version, note="已更正"), None)

    def acts_if_done(self, result, reviewer):
        done = not isinstance(result, Refused)
        act = act_of(result.step, result.result) if done else ""
        if self.noted(result, f"work_order.{act}"):
            self.acts[act] += 1
            assert reviewer is None or self.reviews[-1].reviewer_staff_id != self.order.holder_id or self.order.holder_id is None, "never the handler"

    def does(self, who, command, act, **arguments) -> bool:
        done = self.noted(self.office.do(who, command, now=self.now, **arguments), f"work_order.{act}")
        self.acts[act] += done
        return done

    def requests(self, kind) -> list:
        return self.extended if kind is Extension else self.suspended

    def climbs(self, chance):
        """A dispute goes up, or a rung is tried that is not the next; no limit that is past is excused by it, and the new one is counted from the start."""
        who, to, fresh = chance.choice(("a", "head", "b", "property")), chance.choice(RUNGS[1:]), self.order.status == "taken_in"
        self.now += chance.choice(WAITS)
        before, rung = {one.id: (one.closed_at, state(one, self.now)) for one in self.clocks}, self.order.kind
        if not self.does(who, pass_up, "pass_up", order_id=self.order_id, version=self.order.version, to=to, reason="理由"):
            return
        self.acts["accept"] += fresh
        assert self.order.kind == to == RUNGS[RUNGS.index(rung) + 1]
        late = [one for one in self.clocks if before.get(one.id, (None, None))[1] is State.overdue]
        assert all(state(one, self.now) is State.missed for one in late), "passing up excuses nothing"
        [new] = [one for one in self.clocks if one.id not in before]
        started = max([one.happened_at for one in self.events if one.act == "follow_up" and one.to_status == "accepted"], default=self.order.received_at)
        assert new.started_at == started and [one.id for one in self.clocks if one.closed_at is None] == [new.id]

    def recomputes(self, chance):
        who = chance.choice(("head", "a", "administrator"))
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
        said |= {"finish": {"told": told, "given": "phone" if told else None}, "follow_up": {"rating": rating}, "hand_over": {"to": self.office.staff["b"]}}.get(act, {})
        return self.office.do(who, command, now=self.now, order_id=self.order_id, version=version, **said, **moment)

    def noted(self, result, command) -> bool:
        """One entry more for what was done, none for a refusal, which writes nothing: so there is nothing to look at. Whether it was done."""
        before, done = self.filed, not isinstance(result, Refused)
        if done:
            self.look()
        else:
            self.filed = self._filed()
            assert result.text("zh") and result.text("en")
        assert self.filed == before + Counter([command] * done)
        return done

    def _filed(self) -> Counter:
        with open_session(self.office.engine, Scope.system({self.office.id})) as session:
            return self._counted(session)

    def _counted(self, session) -> Counter:
        return Counter(dict(session.execute(select(LedgerEntry.command, func.count()).group_by(LedgerEntry.command)).all()))

    def look(self):
        """All there is of the order, after each act: nobody else writes."""
        with open_session(self.office.engine, Scope.system({self.office.id})) as session:
            rows = lambda model, *where: list(session.scalars(select(model).where(*where).order_by(model.id)))  # noqa: E731
            both = {one.id: one for one in rows(WorkOrder, WorkOrder.id.in_([self.order_id, self.lead_id or self.order_id]))}
            self.order, self.lead, self.clocks = both[self.order_id], both.get(self.lead_id), rows(Clock, Clock.subject_id == self.order_id)
            of_order = (WorkOrderEvent, LateEntry, Extension, Suspension)
            self.events, self.late, self.extended, self.suspended = (rows(model, model.work_order_id == self.order_id) for model in of_order)
            self.offers = rows(HandOver, HandOver.work_order_id == self.order_id)
            self.joined = rows(Joining, Joining.work_order_id == self.order_id) if self.lead_id else []
            self.reviews = rows(Review, Review.work_order_id == self.order_id) if self.order.chain else []
            self.spans = rows(ClockPause, ClockPause.clock_id.in_([one.id for one in self.clocks]))
            self.filed = self._counted(session)

    # --- what always holds ---
    def all_is_as_it_may_be(self):
        self._legal_order(self.order)
        self._whole_trail(self.order, self.events)
        self._legal_clocks(self.order, self.clocks, self.spans, [one for one in self.suspended if one.granted and one.ended_at is None])
        self._legal_requests(self.order, self.clocks, self.spans, self.suspended, self.extended)
        self._late_meanwhile(self.clocks, [one for one in self.late if one.decided_at is None])
        self._legal_offers(self.order, [one for one in self.offers if one.ended_at is None])
        self._told_for_himself(self.order, [one for one in self.joined if one.ended_at is None])
        self._approved_by_others(self.order, [one for one in self.reviews if one.round == self.order.reopened])

    def _legal_order(self, order):
        assert order.status in STATUSES
        assert (order.closed_at is not None) == (order.status in ("finished", "followed_up", "withdrawn"))
        assert (order.finished_at is not None) == (order.status in ("finished", "followed_up"))
        assert (order.accepted_at is None) <= (order.status in ("taken_in", "withdrawn"))
        assert order.recorded_at >= order.received_at
        assert order.desk in ("grid", "station", "property")

    def _whole_trail(self, order, events):
        """No entry is lost."""
        by_itself = "end_suspension"
        assert Counter(one.act for one in events if one.act != by_itself) == Counter({act: n for act, n in self.acts.items() if n and act != by_itself})
        assert all(one.happened_at <= one.recorded_at <= self.now for one in events)
        assert order.reopened == sum(one.act == "follow_up" and one.to_status == "accepted" for one in events)

    def _legal_clocks(self, order, clocks, spans, suspended):
        running = [one for one in clocks if one.closed_at is None]
        assert len({one.clause_id for one in running}) == len(running), "no two open clocks of one clause"
        assert not (running and order.closed_at), "a closed order has no running clock"
        assert {one.holder_id for one in running} <= {order.holder_id} and {one.desk for one in running} <= {order.desk}
        for one in clocks:
            assert one.started_at <= one.warn_at <= one.due_at
            assert (one.met_at is None and one.voided_at is None) or one.closed_at is not None
            assert one.paused_at is None or (one.closed_at is None and (order.status == "awaiting_materials" or suspended) and one.clause_id != SUPPLEMENT)
        assert {one.clock_id for one in spans if one.ended_at is None} == {one.id for one in running if one.paused_at is not None}
        assert all(one.ended_at is None or one.started_at <= one.ended_at for one in spans)

    def _legal_requests(self, order, clocks, spans, suspended, extended):
        granted = [one for one in extended if one.granted]
        assert {one.clock_id: one.wanted for one in granted} == {one.id: one.extended_by for one in clocks if one.extended_by}
        assert len({one.clock_id for one in granted}) == len(granted), "once for each clock"
        assert all(one.original_due_at == next(g.was_due_at for g in granted if g.clock_id == one.id) <= one.due_at for one in clocks if one.extended_by)
        assert all(one.decided_at <= one.was_due_at or one.decided_at > one.asked_at for one in granted)
        open_ = [one for one in suspended if one.ended_at is None]
        assert len(open_) <= 1 and not (open_ and order.closed_at)
        assert all(one.ended_at is None or one.ended_at <= one.until_at for one in spans if one.until_at), "never longer than granted"
        if not any(one.granted for one in open_):
            assert not [one for one in spans if one.reason == CLAUSE and one.ended_at is None]

    def _legal_offers(self, order, open_):
        assert len(open_) <= 1 and not (open_ and order.closed_at), "nobody has to answer for what is over"
        assert all(one.from_id == order.holder_id for one in open_), "until accepted it is whose it was"

    def _told_for_himself(self, order, joined):
        assert len(joined) <= 1 and all(one.lead_id == self.lead_id for one in joined)
        if joined and order.finished_at:
            assert order.given_by in TELLS and self.lead.finished_at is not None and order.finished_at >= self.lead.finished_at, "not before there was a result"

    def _approved_by_others(self, order, reviews):
        if order.chain and order.finished_at:
            people = {one.step: one.reviewer_id for one in reviews if one.result == "passed"}
            below = [one for one in people.values() if one != self.office.scope("street_officer").actor_id]
            assert people.keys() == chains()[order.chain].steps.keys() and len(set(below)) == len(below), "each step by another person; what nobody is left for, by the street"
            assert order.holder_id is None or order.holder_id not in {one.reviewer_staff_id for one in reviews[-len(people) :]}, "and none by the handler"

    def _late_meanwhile(self, clocks, waiting):
        """What waits for another person counts as late."""
        states = {one.id: state(one, self.now) for one in clocks}
        assert all(states[one.clock_id] in (State.overdue, State.missed) and one.happened_at < one.recorded_at for one in waiting)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_walk_of_any_role_leads_an_order_astray(engine, two_communities):
    office = Everybody(engine, two_communities["ours"])
    months = Months(engine, office.id)
    first = randrange(2**32) if os.environ.get("DESK_EXPLORE") else 0
    done: set[str] = set()
    for seed in range(first, first + 4 * WALKS):
        if seed >= first + WALKS and done >= TRIED:
            break
        walk = Walk(office, Random(seed), WAYS[seed % len(WAYS)])
        for step in range(LENGTH):
            try:
                walk.goes_a_step()
                if step % 4 == 3:
                    months.look(walk.now)
            except AssertionError as astray:
                astray.add_note(f"walk {seed}, step {step}: {dict(walk.acts)}")
                raise
        done |= {act for act, n in walk.acts.items() if n}
    assert done >= TRIED and months.held > 20, "or this proves little"
