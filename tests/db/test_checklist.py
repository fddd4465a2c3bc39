"""The quarterly checklist: met / (met + missed + overdue and still open), its rows, and the committee's signature. Both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from core.measures import Verdict
from core.periods import quarter
from core.refusals import Refused
from core.roles import Role
from db.commands.duties import ensure_duty_clocks
from db.commands.filing import carry_out, file
from db.commands.ledger import note_check, seal
from db.commands.supervision import sign_check
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Grid, Household, Post, Staff
from db.models.ledger import LedgerEntry
from db.models.residents import Resident
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.checklist import checklist, quarters
from db.queries.checklist_rows import violations
from db.queries.proof import Fault, Proof
from db.queries.supervision import signatures, steps, traces
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT

Q4 = quarter("2026-Q4")
DUE = MOMENT - timedelta(days=3)


@pytest.fixture
def ours(two_communities):
    return two_communities["ours"]


@pytest.fixture
def committee(ours):
    return Scope(None, Role.COMMITTEE_MEMBER, frozenset({ours}))


@pytest.fixture
def add(engine, two_communities):
    """Adds rows as the demo does; each is a model and its columns."""

    def command(session, *, now, rows):
        for row in rows:
            session.add(row)
            session.flush()
        file(session, "test.rows", now=now, community_id=rows[0].community_id)

    return lambda *rows: carry_out(engine, Scope.system(two_communities.values()), command, now=MOMENT, rows=rows)


@pytest.fixture
def at(engine, committee, ours):
    """The line of a clause in Q4 at a moment, as the committee sees it."""

    def line(clause_id, now=MOMENT, key="2026-Q4", scope=committee):
        with open_session(engine, scope) as session:
            return checklist(session, now, ours, key).line(clause_id)

    return line


def clock(community_id, clause_id="noise.verify", due_at=DUE, **values):
    values = {"started_at": due_at - timedelta(1), "warn_at": due_at - timedelta(hours=1), "subject_kind": "community", "subject_id": uuid7(), **values}
    return Clock(community_id=community_id, clause_id=clause_id, effective_from=date(2000, 1, 1), due_at=due_at, **values)


def met(community_id, clause_id="noise.verify", due_at=DUE, **values):
    return clock(community_id, clause_id, due_at, met_at=due_at, closed_at=due_at, **values)


def late(community_id, clause_id="noise.verify", due_at=DUE, **values):
    at = due_at + timedelta(seconds=1)
    return clock(community_id, clause_id, due_at, met_at=at, closed_at=at, **values)


def void(community_id, clause_id="noise.verify", due_at=DUE, **values):
    return clock(community_id, clause_id, due_at, voided_at=due_at, closed_at=due_at, **values)


def order(community_id, kind="noise", **values):
    values = {"applicant": "张三", "contact": "13800000000", "received_at": DUE, "recorded_at": DUE, "status": "finished", "holder_id": None, **values}
    return WorkOrder(community_id=community_id, id=uuid7(), number=str(uuid7()), kind=kind, category="public_service", channel="hall", matter="噪声", **values)


def rows(engine, scope, ours, clause_id, now=MOMENT, key="2026-Q4", **page):
    with open_session(engine, scope) as session:
        return violations(session, now, ours, clause_id, key, **page)


def test_nothing_due_shows_a_dash_never_0_or_100_percent(at):
    line = at("noise.verify")
    assert (line.verdict, line.value, line.due) == (Verdict.nothing_due, None, 0)


def test_the_rate_divides_by_met_missed_and_overdue_still_open(add, ours, at):
    add(met(ours), met(ours), late(ours), clock(ours), void(ours), clock(ours, due_at=MOMENT + timedelta(1)))
    line = at("noise.verify")
    assert (line.met, line.missed, line.overdue, line.pending, line.population) == (2, 1, 1, 1, 5)
    assert (line.value, line.verdict) == (0.5, Verdict.broken)


def test_a_clause_is_kept_when_everything_due_was_met(add, ours, at):
    add(met(ours), clock(ours, due_at=MOMENT + timedelta(1)))
    assert (at("noise.verify").verdict, at("noise.verify").value) == (Verdict.kept, 1.0)


def test_exactly_at_the_limit_is_in_time(add, ours, at):
    add(clock(ours, due_at=MOMENT))
    assert at("noise.verify").overdue == 0
    assert at("noise.verify", now=MOMENT + timedelta(microseconds=1)).overdue == 1


def test_a_clock_that_stands_still_is_neither_met_nor_late(add, ours, at):
    add(clock(ours, paused_at=DUE - timedelta(hours=2)), clock(ours, paused_at=DUE + timedelta(hours=2)))
    line = at("noise.verify")
    assert (line.paused, line.overdue, line.pending) == (1, 1, 0)


def test_a_clock_belongs_to_the_quarter_in_which_its_limit_falls(add, ours, at):
    """The quarter's own end, 24:00 of its last day, still belongs to it; its beginning belongs to the one before."""
    add(met(ours, due_at=Q4.start), met(ours, due_at=Q4.start + timedelta(microseconds=1)), met(ours, due_at=Q4.end), met(ours, due_at=Q4.end + timedelta(microseconds=1)))
    assert at("noise.verify").met == 2
    assert at("noise.verify", key="2026-Q3").met == 1
    assert at("noise.verify", key="2027-Q1").met == 1


def test_the_other_community_counts_nowhere(add, two_communities, at, engine, committee, ours):
    add(late(two_communities["theirs"]))
    assert at("noise.verify").population == 0
    assert rows(engine, committee, two_communities["theirs"], "noise.verify") == []


def test_the_line_counts_exactly_the_rows_it_opens_open_ones_first(add, ours, at, engine, committee):
    add(*(late(ours, due_at=DUE - timedelta(n)) for n in range(3)), clock(ours), met(ours), void(ours))
    found = rows(engine, committee, ours, "noise.verify")
    assert len(found) == at("noise.verify").not_met == 4
    assert [row.closed_at is None for row in found] == [True, False, False, False]
    assert [row.due_at for row in found[1:]] == sorted(row.due_at for row in found[1:])
    assert rows(engine, committee, ours, "noise.verify", limit=2, offset=3) == found[3:]


def test_names_are_masked_for_whoever_sees_them_masked(add, ours, engine, committee):
    person = Resident(community_id=ours, id=uuid7(), name="欧阳小明")
    add(person, clock(ours, "elder.call", subject_kind="resident", subject_id=person.id, resident_id=person.id))
    assert [row.what for row in rows(engine, committee, ours, "elder.call")] == ["欧**明"]
    head = Scope(None, Role.STATION_HEAD, frozenset({ours}))
    assert [row.what for row in rows(engine, head, ours, "elder.call")] == ["欧阳小明"]


def test_98_of_100_matters_in_time_reach_the_threshold_and_97_do_not(add, ours, at):
    add(*(met(ours, "repair.done") for _ in range(97)), met(ours, "matter.simple"), late(ours, "repair.done"), clock(ours, "demand.feedback"), late(ours, "repair.on_site"))
    assert (at("kpi.on_time").verdict, at("kpi.on_time").value) == (Verdict.kept, 0.98)
    add(clock(ours, "complaint.feedback"))
    assert at("kpi.on_time").verdict == Verdict.broken


def test_a_dispute_settled_late_is_settled_one_past_its_limit_is_not(add, ours, at, engine, committee):
    settled, unsettled, running = order(ours, "dispute", finished_at=DUE, outcome="settled"), order(ours, "dispute", status="accepted"), order(ours, "dispute", status="accepted")
    limits = [(settled, late(ours, "mediation.on_the_spot")), (unsettled, clock(ours, "mediation.on_the_spot")), (running, clock(ours, "mediation.on_the_spot", MOMENT + timedelta(1)))]
    for one, its in limits:
        its.work_order_id = one.id
    add(settled, unsettled, running, *(its for _, its in limits))
    line = at("kpi.mediation")
    assert (line.met, line.due, line.verdict) == (1, 2, Verdict.broken)
    assert [row.work_order_id for row in rows(engine, committee, ours, "kpi.mediation")] == [unsettled.id]


def test_a_grid_of_199_households_is_too_small_and_one_of_200_is_not(add, ours, at, engine, committee):
    grids = [Grid(community_id=ours, id=uuid7(), code=code, name=code) for code in ("A", "B")]
    add(*grids, *(Household(community_id=ours, grid_id=grids[n].id, door="1", door_index=bytes([n, i]) * 8) for n, size in enumerate((199, 200)) for i in range(size)))
    broken = {row.what: row.value for row in rows(engine, committee, ours, "grid.size")}
    assert broken["A"] == 199 and "B" not in broken
    assert at("grid.size").not_met == len(broken) == 3


def test_one_person_at_both_posts_does_not_stand_in_for_herself(add, ours, at, engine, committee):
    grid = Grid(community_id=ours, id=uuid7(), code="A", name="A")
    one, other = (Staff(community_id=ours, id=uuid7(), name=name, kind="grid_worker") for name in "甲乙")
    post = lambda letter, staff, to=None: Post(community_id=ours, grid_id=grid.id, post=letter, staff_id=staff.id, from_date=date(2026, 1, 1), to_date=to)  # noqa: E731
    add(grid, one, other, post("A", one), post("B", one), post("B", other, date(2026, 11, 1)))
    assert {row.what: row.value for row in rows(engine, committee, ours, "grid.posts")}["A"] == 1
    add(post("B", other))
    assert "A" not in {row.what for row in rows(engine, committee, ours, "grid.posts")}


def test_before_8_in_the_morning_the_figure_and_its_rows_mean_the_same_day(add, ours, at, engine, committee):
    """00:30 in Shanghai is still yesterday in UTC: posts filled from today on are filled for both."""
    grid = Grid(community_id=ours, id=uuid7(), code="A", name="A")
    staff = [Staff(community_id=ours, id=uuid7(), name=name, kind="grid_worker") for name in "甲乙"]
    add(grid, *staff, *(Post(community_id=ours, grid_id=grid.id, post=post, staff_id=one.id, from_date=date(2026, 11, 18)) for post, one in zip("AB", staff, strict=True)))
    half_past_midnight = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)
    broken = {row.what for row in rows(engine, committee, ours, "grid.posts", half_past_midnight)}
    assert "A" not in broken and at("grid.posts", now=half_past_midnight).not_met == len(broken) == 2


def test_a_past_quarter_is_judged_by_its_own_last_day_not_the_day_after(add, ours, at, engine, committee):
    grid = Grid(community_id=ours, id=uuid7(), code="A", name="A")
    staff = [Staff(community_id=ours, id=uuid7(), name=name, kind="grid_worker") for name in "甲乙"]
    add(grid, *staff, *(Post(community_id=ours, grid_id=grid.id, post=post, staff_id=one.id, from_date=date(2026, 10, 1)) for post, one in zip("AB", staff, strict=True)))
    broken = {row.what for row in rows(engine, committee, ours, "grid.posts", key="2026-Q3")}
    assert "A" in broken and at("grid.posts", key="2026-Q3").not_met == len(broken) == 3
    assert at("grid.posts").not_met == 2


def test_a_matter_without_a_contact_breaks_the_register(add, ours, at, engine, committee):
    bad = order(ours, contact=None)
    add(order(ours), bad, order(ours, received_at=Q4.end, recorded_at=Q4.end, contact=None))
    assert (at("register.fields").met, at("register.fields").missed) == (1, 1)
    assert [row.work_order_id for row in rows(engine, committee, ours, "register.fields")] == [bad.id]


def test_papers_asked_for_twice_break_the_rule_of_once(add, ours, at, engine, committee):
    once, twice = order(ours), order(ours)
    ask = lambda one: WorkOrderEvent(community_id=ours, work_order_id=one.id, act="ask_materials", happened_at=DUE, recorded_at=DUE)  # noqa: E731
    add(once, twice, ask(once), ask(twice), ask(twice))
    assert (at("materials.once").met, at("materials.once").missed) == (1, 1)
    assert [row.work_order_id for row in rows(engine, committee, ours, "materials.once")] == [twice.id]


def test_a_finished_matter_is_to_be_followed_up_until_the_quarter_ends(add, ours, at, engine, committee):
    add(order(ours, finished_at=DUE, rating=5), order(ours, finished_at=DUE))
    assert (at("followup").met, at("followup").missed, at("followup").pending, at("followup").verdict) == (1, 0, 1, Verdict.kept)
    after = Q4.end + timedelta(microseconds=1)
    assert (at("followup", now=after).missed, at("followup", now=after).verdict) == (1, Verdict.broken)
    assert len(rows(engine, committee, ours, "followup", now=after)) == 1


def test_the_ledger_counts_as_proof_once_sealed_and_not_after_a_check_found_faults(at, engine, ours, committee):
    assert at("tamper_proof").verdict == Verdict.nothing_due
    carry_out(engine, committee, seal, now=MOMENT, community_id=ours)
    assert (at("tamper_proof").verdict, at("tamper_proof").met) == (Verdict.kept, 1)
    carry_out(engine, committee, note_check, now=MOMENT, community_id=ours, proof=Proof(1, 0, 1, 1, (Fault("changed_row", "grid", "x"),)))
    assert at("tamper_proof").verdict == Verdict.broken


def test_a_rating_of_a_matter_is_no_survey(add, ours, at):
    add(order(ours, finished_at=DUE, rating=5))
    assert at("kpi.special_satisfaction").verdict == at("survey.coverage").verdict == Verdict.not_measured


def test_a_limit_past_the_last_holiday_notice_is_provisional(add, ours, at):
    add(clock(ours, "subsidy.review", due_at=datetime(2027, 1, 8, 16, tzinfo=UTC)), clock(ours, "noise.verify", due_at=datetime(2027, 1, 8, 16, tzinfo=UTC)))
    assert at("subsidy.review", key="2027-Q1").provisional == 1
    assert at("noise.verify", key="2027-Q1").provisional == 0, "hours need no notice"


def test_quarters_are_those_with_clocks_the_running_one_first(add, ours, engine, committee):
    add(met(ours, due_at=datetime(2026, 5, 1, tzinfo=UTC)))
    with open_session(engine, committee) as session:
        assert quarters(session, MOMENT, ours) == ["2026-Q4", "2026-Q3", "2026-Q2"]


def sign(engine, scope, ours, seen, key="2026-Q4", now=MOMENT):
    return carry_out(engine, scope, sign_check, now=now, community_id=ours, quarter_key=key, seen=seen, note="台账已查")


def digest(engine, scope, ours, now=MOMENT):
    with open_session(engine, scope) as session:
        return checklist(session, now, ours, "2026-Q4").digest()


def test_the_committee_signs_what_it_saw_and_the_ledger_keeps_the_digest(engine, ours, committee, at, add):
    add(clock(ours, "supervision.check", Q4.end, started_at=Q4.start, subject_id=ours, act="supervision_check", period_key="2026-Q4"))
    seen = digest(engine, committee, ours)
    assert sign(engine, committee, ours, seen).digest == seen
    with open_session(engine, committee) as session:
        found = signatures(session, checklist(session, MOMENT, ours, "2026-Q4"))
    assert [(one.quarter, one.digest, one.at) for one in found] == [("2026-Q4", seen, MOMENT)]
    assert (at("supervision.check").met, at("supervision.check").verdict) == (1, Verdict.kept)


def signed(engine, scope, ours, key="2026-Q4"):
    with open_session(engine, scope) as session:
        return signatures(session, checklist(session, MOMENT, ours, key))


def test_a_signature_holds_while_the_figures_are_those_it_was_given_for(engine, ours, committee, add):
    """What the signing itself moves, its own clause and the length of the ledger, is no part of it."""

    def duties(session, *, now):
        ensure_duty_clocks(session, ours, now)
        file(session, "test.duties", now=now, community_id=ours)

    carry_out(engine, Scope.system({ours}), duties, now=MOMENT)
    sign(engine, committee, ours, digest(engine, committee, ours))
    assert [one.moved for one in signed(engine, committee, ours)] == [False]
    add(late(ours))
    assert [one.moved for one in signed(engine, committee, ours)] == [True]


def test_a_signature_does_not_vanish_behind_two_hundred_later_records(engine, ours, committee):
    sign(engine, committee, ours, digest(engine, committee, ours))

    facts = '{"clause": "meeting.council"}'
    later = {"community_id": ours, "actor_id": None, "role": "station_head", "command": "duty.record", "subject_kind": "community", "subject_id": ours, "facts": facts, "rows": 0}

    def records(session, *, now):
        session.execute(insert(LedgerEntry), [{**later, "id": uuid7(), "at": now + timedelta(seconds=n), "digest": bytes(32)} for n in range(1, 202)])
        file(session, "test.records", now=now, community_id=ours)

    carry_out(engine, Scope.system({ours}), records, now=MOMENT)
    assert len(signed(engine, committee, ours)) == 1
    assert signed(engine, committee, ours, "2026-Q3") == []


def test_figures_that_moved_are_not_signed(engine, ours, committee, add):
    seen = digest(engine, committee, ours)
    add(late(ours))
    assert sign(engine, committee, ours, seen) == Refused("checklist.figures_moved", "supervision.check")


@pytest.mark.parametrize("role", [Role.STATION_HEAD, Role.STREET_OFFICER, Role.GRID_WORKER])
def test_only_the_committee_signs(engine, ours, role):
    assert sign(engine, Scope(None, role, frozenset({ours})), ours, "") == Refused("common.not_allowed", "supervision.check")


def test_a_quarter_to_come_is_not_signed(engine, ours, committee):
    assert sign(engine, committee, ours, "", key="2027-Q1") == Refused("checklist.quarter_to_come", "supervision.check")


def test_behind_a_row_stand_its_steps_and_its_traces(add, ours, engine, committee):
    one = order(ours)
    its = late(ours, work_order_id=one.id, subject_kind="work_order", subject_id=one.id)
    add(one, its, WorkOrderEvent(community_id=ours, work_order_id=one.id, act="verified", happened_at=DUE, recorded_at=MOMENT))
    with open_session(engine, committee) as session:
        row = violations(session, MOMENT, ours, "noise.verify", "2026-Q4")[0]
        assert [(step.word, step.happened_at, step.recorded_at) for step in steps(session, ours, row)] == [("work_orders.act_verified", DUE, MOMENT)]
        assert traces(session, ours, row) == []
