"""Disputes at the desk: one order climbs the ladder with its clocks, leaves its trail, and ends settled or not."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from core.clocks import State, state
from core.files import Upload
from core.measures import Verdict
from core.mediation import COUNCIL, STREET, NewParty, Word
from core.periods import quarter
from core.refusals import Refused
from core.roles import Role
from db.commands import mediation, suspensions
from db.commands import work_orders as commands
from db.commands.files import with_files
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import ClockPause
from db.models.files import Attachment
from db.models.ledger import LedgerEntry
from db.models.mediation import MediationPaper, MediationParty, MediationStep
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.checklist import checklist
from db.queries.checklist_rows import record, violations
from db.queries.mediation import dispute, how_many_there, on_the_streets_rung
from db.scope import Scope
from db.types import uuid7
from tests.db.test_files import photo
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(days=1)
LIMIT = NOW + DAY
"""NOW is Wednesday 18 November 2026, 10:00: on the spot by Thursday 10:00, council by Monday 24:00, street by Wednesday 24:00."""
COUNCIL_DUE, STREET_DUE = (datetime.fromisoformat(f"2026-11-{day}T00:00+08:00") for day in (24, 26))
PARTIES = (NewParty(1, "张三", "13812345678"), NewParty(2, "李四"))
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def words(office, order_id, at, **absent):
    found = office.rows(MediationParty, MediationParty.work_order_id == order_id)
    return {one.id: Word(at, "phone", one.name not in absent, absent.get(one.name, "")) for one in found}


def registered(office, order_id, who="b", now=NOW, **more):
    return office.act(order_id, mediation.register, who=who, now=now, parties=PARTIES, way="phone", **more)


def takes(office, order_id, step, who="b", now=NOW, **more):
    return office.act(order_id, mediation.take, who=who, now=now, step=step, words=words(office, order_id, now), **{"text": "各退一步", **more})


def settled(office, order_id, who="b", now=NOW):
    """From the parties to the result."""
    registered(office, order_id, who, now)
    for step in ("session", "agreement"):
        takes(office, order_id, step, who, now)
    return office.act(order_id, commands.finish, who=who, now=now, outcome="settled")


def visited(office, order_id, who="b", now=NOW, rating=5):
    takes(office, order_id, "visit", who, now)
    return office.act(order_id, commands.follow_up, who=who, now=now, rating=rating)


def up(office, order_id, to=COUNCIL, now=NOW, who="b"):
    return office.act(order_id, mediation.pass_up, who=who, now=now, to=to, reason="涉及多方")


@pytest.fixture
def office(engine, two_communities):
    return Office(engine, two_communities["ours"])


@pytest.fixture
def order_id(office):
    return office.take_in("dispute", who="b").order_id


def line(office, clause_id, now):
    with open_session(office.engine, office.scope("head")) as session:
        return checklist(session, now, office.id, "2026-Q4").line(clause_id)


def counted(office, clause_id, now):
    """What that line counts: (good, bad, still to come)."""
    with open_session(office.engine, office.scope("head")) as session:
        return record(session, clause_id, now, office.id, quarter("2026-Q4"))


def broken(office, clause_id, now):
    with open_session(office.engine, office.scope("head")) as session:
        return [one.work_order_id for one in violations(session, now, office.id, clause_id, "2026-Q4")]


# --- the ladder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "became"), [(LIMIT - MINUTE, State.void), (LIMIT, State.void), (LIMIT + MINUTE, State.missed), (STREET_DUE + MINUTE, State.missed)])
@SQLITE
def test_a_dispute_passed_up_in_time_leaves_its_limit_behind_and_one_passed_up_after_it_has_missed_it(office, order_id, at, became):
    passed = up(office, order_id, now=at)
    assert (passed.due_at, passed.missed) == (COUNCIL_DUE, became is State.missed), "up there it runs from when the dispute was found, whenever it goes up"
    below, above = office.clocks(order_id)["mediation.on_the_spot"], office.clocks(order_id)["mediation.council"]
    assert state(below, at) is became
    assert (above.started_at, above.effective_from, state(above, at) is State.overdue) == (NOW, below.effective_from, at > COUNCIL_DUE)


@SQLITE
def test_one_order_climbs_from_grid_to_community_to_street_each_limit_counted_from_when_it_was_found(office, order_id):
    assert up(office, order_id, STREET) == Refused("mediation.council_before_street", "mediation.council")
    assert up(office, order_id, now=NOW + HOUR).kind == COUNCIL
    held = NOW + DAY
    registered(office, order_id, now=held)
    assert office.act(order_id, commands.record_step, who="b", act="council_held").reason == "mediation.by_step"
    assert takes(office, order_id, "council", now=held) == Refused("mediation.say_who_joined", "mediation.council")
    assert takes(office, order_id, "council", now=held, heads="王楼长", members="刘党员").done.in_time == ("mediation.council",)
    passed = up(office, order_id, STREET, now=held + HOUR)
    assert (passed.kind, passed.due_at, passed.missed) == (STREET, STREET_DUE, False)
    told = {"justice_office": "王所长", "law_firm": "鲁衡律所周律师"}
    assert office.act(order_id, commands.record_step, who="b", act="reported_street").reason == "mediation.by_report"
    assert office.act(order_id, mediation.report, who="b", now=STREET_DUE, **told | {"law_firm": ""}) == Refused("mediation.say_law_firm", "mediation.report_street")
    assert office.act(order_id, mediation.report, who="b", now=STREET_DUE, **told).done.in_time == ("mediation.report_street",), "exactly at the limit is in time"
    street = Scope(uuid7(), Role.STREET_OFFICER, frozenset({office.id}))
    with open_session(office.engine, street) as session:
        [seen] = on_the_streets_rung(session, STREET_DUE, office.id)
        assert how_many_there(session, STREET_DUE, office.id) == 1
    assert (seen.order_id, seen.reported_at, seen.state) == (order_id, STREET_DUE, State.met)
    assert seen.joined == (("justice_office", "王所长"), ("law_firm", "鲁衡律所周律师")), "the street reads who joined"
    clocks = office.clocks(order_id)
    assert {name: state(one, STREET_DUE) for name, one in clocks.items()} == {
        "mediation.on_the_spot": State.void, "mediation.council": State.met, "mediation.report_street": State.met,
    }  # fmt: skip
    order = office.order(order_id)
    assert (order.kind, order.status, order.holder_id) == (STREET, "accepted", office.staff["b"])
    acts = [one.act for one in sorted(office.rows(WorkOrderEvent, WorkOrderEvent.work_order_id == order_id), key=lambda one: one.id)]
    assert acts == ["take_in", "accept", "pass_up", "register_parties", "council_held", "pass_up", "reported_street"]
    filed = [one.command for one in sorted(office.rows(LedgerEntry, LedgerEntry.subject_id == order_id), key=lambda one: one.id)]
    assert filed == [f"work_order.{act}" for act in ("take_in", "pass_up", "register_parties", "mediation_council", "pass_up", "reported_street")]
    assert not any("张三" in one.facts or "各退" in one.facts for one in office.rows(LedgerEntry))


@SQLITE
def test_passing_up_keeps_what_stood_still_and_a_reopened_dispute_counts_from_its_reopening(office, order_id):
    office.act(order_id, commands.accept, who="b")
    why = {"reason": "absent", "detail": "一方外出", "evidence": "电话记录", "until": NOW + 2 * DAY}
    office.do("b", suspensions.ask, order_id=order_id, **why)
    office.do("head", suspensions.decide, suspension_id=office.rows(suspensions.Suspension)[0].id, granted=True)
    up(office, order_id, now=NOW + DAY)
    above = office.clocks(order_id)["mediation.council"]
    assert (state(above, NOW + DAY), above.paused_at, above.due_at) == (State.paused, NOW, COUNCIL_DUE + 2 * DAY)
    office.do("b", suspensions.go_on, now=NOW + DAY, suspension_id=office.rows(suspensions.Suspension)[0].id)
    assert office.clocks(order_id)["mediation.council"].due_at == COUNCIL_DUE + DAY, "one working day stood still"
    assert all(one.ended_at == NOW + DAY for one in office.rows(ClockPause))
    registered(office, order_id)
    takes(office, order_id, "council", now=NOW + DAY, heads="王楼长", members="刘党员")
    office.act(order_id, commands.finish, who="b", now=NOW + DAY, outcome="not_settled", result="双方选择诉讼")
    reopened = NOW + 9 * DAY
    assert visited(office, order_id, now=reopened, rating=1).status == "accepted"
    assert office.order(order_id).outcome is None, "the first result stays on record in the trail, and counts no more"
    assert up(office, order_id, STREET, now=reopened + HOUR).due_at > reopened
    assert office.act(order_id, commands.finish, who="b", now=reopened + HOUR, outcome="settled").reason == "mediation.first_session", "a new round is mediated anew"


# --- the trail ------------------------------------------------------------------------------------------------------


@SQLITE
def test_the_trail_shows_who_was_told_of_each_key_step_when_and_how_and_who_came_or_why_not(office, order_id):
    office.act(order_id, mediation.register, who="b", parties=PARTIES, way="letter", told_at=NOW, boundary=True)
    for unasked in ({}, {words_of: Word(NOW, "phone") for words_of in list(words(office, order_id, NOW))[:1]}):
        assert office.act(order_id, mediation.take, who="b", step="session", words=unasked) == Refused("mediation.tell_all", "mediation.trail")
    at = NOW + HOUR
    office.act(order_id, mediation.take, who="b", now=at, step="session", words=words(office, order_id, NOW, 李四="出差"), text="一方到场，电话听取另一方意见")
    one, two = sorted(office.rows(MediationParty), key=lambda row: row.side)
    assert office.act(order_id, mediation.put_paper, who="b", now=at, kind="psychologist", text="赵咨询师", party_id=one.id).reason == "mediation.first_consent"
    office.act(order_id, mediation.put_paper, who="b", now=at, kind="consent", text="同意书第3号", party_id=one.id)
    office.act(order_id, mediation.put_paper, who="b", now=at, kind="psychologist", text="赵咨询师", party_id=one.id)
    assert takes(office, order_id, "agreement", now=at).reason == "mediation.first_drawing"
    scan = Upload("规划图.jpg", photo())
    drawing = partial(mediation.put_paper, community_id=office.id, order_id=order_id, version=office.order(order_id).version, kind="drawing", text="规划图1998-12，档案室")
    office.do("b", with_files, now=at, order_id=order_id, step=drawing, act=mediation.ON_FILE, uploads=[scan])
    [link] = office.rows(Attachment)
    assert [one.id for one in office.rows(WorkOrderEvent, WorkOrderEvent.act == mediation.ON_FILE)][-1] == link.subject_id, "the drawing itself stands in the trail"
    assert takes(office, order_id, "agreement", now=at, court=True).reason == "mediation.first_legal_aid"
    office.act(order_id, mediation.put_paper, who="b", now=at, kind="legal_aid", text="区法律援助中心")
    assert takes(office, order_id, "agreement", now=at, court=True).what == "agreement"
    with open_session(office.engine, office.scope("b")) as session:
        seen = dispute(session, at, office.id, order_id)
    assert [(one.side, one.name, one.contact) for one in seen.parties] == [(1, "张三", "138****5678"), (2, "李四", None)]
    assert [(one.step, one.by) for one in seen.steps] == [("registered", "b"), ("dispatched", "b"), ("session", "b"), ("agreement", "b")]
    assert [(one.party, one.told_at, one.way, one.present, one.reason) for one in seen.steps[2].words] == [("张三", NOW, "phone", True, None), ("李四", NOW, "phone", False, "出差")]
    assert {one.present for one in seen.steps[0].words} == {None} and (seen.case.boundary, seen.case.court) == (True, True)
    assert [(one.kind, one.party) for one in seen.papers] == [("consent", "张三"), ("psychologist", "张三"), ("drawing", None), ("legal_aid", None)]
    shown = office.do("b", mediation.reveal, order_id=order_id, purpose="contact")
    assert [(one.name, one.contact) for one in shown] == [("张三", "13812345678"), ("李四", None)]
    assert office.do("property", mediation.reveal, order_id=order_id, purpose="contact") == Refused("common.not_found")
    committee = Scope(uuid7(), Role.COMMITTEE_MEMBER, frozenset({office.id}))
    with open_session(office.engine, committee) as session:
        masked = dispute(session, at, office.id, order_id)
    assert [(one.name, one.contact) for one in masked.parties] == [("张*", "138****5678"), ("李*", None)]
    assert (masked.steps[2].text, masked.papers[0].text, masked.steps[2].words[1].reason) == ("***", "***", "***")
    assert carry_out(office.engine, committee, mediation.pass_up, now=at, community_id=office.id, order_id=order_id, version=1, to=COUNCIL, reason="x") == Refused("common.not_allowed")


@SQLITE
def test_the_second_of_two_who_act_on_a_dispute_at_once_is_told(office, order_id):
    version = office.order(order_id).version
    registered(office, order_id)
    assert office.do("b", mediation.pass_up, order_id=order_id, version=version, to=COUNCIL, reason="x") == Refused("common.changed_meanwhile")


# --- how it ends ----------------------------------------------------------------------------------------------------


def test_disputes_settled_are_counted_of_all_disputes_whether_finished_or_not(office, order_id):
    """kpi.mediation: settled ÷ all, n said; a dispute that ended without a settlement is none."""
    now = NOW + 8 * DAY
    office.act(order_id, commands.accept, who="b")
    assert office.act(order_id, commands.finish, who="b", outcome="settled") == Refused("mediation.first_parties", "mediation.trail")
    assert settled(office, order_id).status == "finished"
    unsettled, open_, unsaid = (office.take_in(kind, who="b").order_id for kind in (COUNCIL, "dispute", "dispute"))
    registered(office, unsettled)
    takes(office, unsettled, "council", heads="王楼长", members="刘党员")
    office.act(unsettled, commands.finish, who="b", outcome="not_settled", result="双方选择诉讼")
    settled(office, unsaid)
    office.do("b", without_outcome, order_id=unsaid)
    figure = line(office, "kpi.mediation", now)
    assert (figure.met, figure.due, figure.verdict) == (1, 4, Verdict.broken)
    assert sorted(broken(office, "kpi.mediation", now)) == sorted([unsettled, open_, unsaid])
    assert office.act(unsettled, mediation.say_outcome, who="head", outcome="settled") == Refused("mediation.outcome_stands", "kpi.mediation")
    assert office.act(unsaid, mediation.say_outcome, who="b", outcome="settled") == Refused("common.not_allowed")
    office.act(unsaid, mediation.say_outcome, who="head", outcome="settled")
    assert sorted(broken(office, "kpi.mediation", now)) == sorted([unsettled, open_])
    demand = office.take_in("demand").order_id
    office.act(demand, commands.accept)
    assert office.act(demand, commands.finish, told=True, outcome="settled").reason == "mediation.no_dispute"


def without_outcome(session, *, now, community_id, order_id):
    """As an import of an old ledger leaves it."""
    session.scalar(select(WorkOrder).where(WorkOrder.id == order_id)).outcome = None
    file(session, "test.import", now=now, community_id=community_id)


def test_the_checklist_counts_finished_disputes_and_opens_those_whose_trail_has_a_gap(office, order_id):
    assert counted(office, "mediation.trail", NOW) == counted(office, "mediation.steps", NOW) == (0, 0, 0)
    settled(office, order_id)
    assert office.act(order_id, commands.follow_up, who="b", rating=5) == Refused("mediation.first_visit", "mediation.steps")
    assert (line(office, "mediation.trail", NOW).verdict, counted(office, "mediation.steps", NOW)) == (Verdict.kept, (0, 0, 1)), "it may yet be visited"
    later = NOW + 60 * DAY
    assert broken(office, "mediation.steps", later) == [order_id]
    visited(office, order_id)
    assert counted(office, "mediation.steps", later) == (1, 0, 0)
    person = office.rows(MediationParty)[0].id
    called = MediationPaper(community_id=office.id, work_order_id=order_id, kind="psychologist", party_id=person, dated=NOW.date(), text="x", recorded_at=NOW)
    one_side = change(MediationParty, MediationParty.side == 2, side=1)
    gaps = {
        "unasked": lambda session: session.add(called),
        "told one side": lambda session: session.execute(one_side),
        "no mediation": lambda session: session.execute(change(MediationStep, MediationStep.step == "session", round=7)),
        "no agreement": lambda session: session.execute(change(MediationStep, MediationStep.step == "agreement", step="visit")),
    }
    for gap in gaps.values():
        assert behind_the_desk(office, gap, "mediation.trail", later) == [order_id]
    assert behind_the_desk(office, lambda session: session.execute(one_side), "mediation.steps", later) == [order_id]


def change(model, *where, **values):
    return update(model).where(*where).values(**values).execution_options(synchronize_session=False, bulk="undone at once")


def behind_the_desk(office, gap, clause_id, now):
    """The orders the checklist opens while `gap` holds, which no command would make; it is undone."""
    found: list = []

    def command(session, *, now):
        gap(session)
        session.flush()
        file(session, "test.change", now=now, community_id=office.id)
        found.extend(one.work_order_id for one in violations(session, now, office.id, clause_id, "2026-Q4"))
        return Refused("common.not_found")

    carry_out(office.engine, Scope.system({office.id}), command, now=now)
    return found
