"""The rulebook's sentences about orders: deadlines to the minute, what must be on record, who gets what."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from core.calendar import packaged_calendar
from core.clocks import State, due, state
from core.refusals import Refused
from core.rulebook import Limit, load_rulebook
from core.work_orders import (
    ACTS,
    CATEGORIES,
    CONTACTS,
    NOTES,
    REQUIRED,
    STEPS,
    Bench,
    Standing,
    Step,
    asks_told,
    decide,
    dispatch,
    kinds,
    number,
    offers,
    register,
)  # fmt: skip

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


NOW = at("2026-11-18T10:00")


class _Running:
    def __init__(self, clause_id: str, start: datetime):
        clause = load_rulebook()[clause_id]
        reckoned = due(start, clause.on(start.date()).figure, packaged_calendar())
        self.started_at, self.warn_at, self.due_at = start, reckoned.warn_at, reckoned.due_at
        self.paused_at = self.paused_until = self.closed_at = self.met_at = self.voided_at = None


WEDNESDAY = "2026-11-18T10:00"
BEFORE_NATIONAL_DAY = "2026-09-29T16:30"
DEADLINES = [
    ("a reported facility fault: property staff on site within 3 hours", "repair.on_site", WEDNESDAY, "2026-11-18T13:00"),
    ("a reported facility fault: repaired within 72 hours, over a weekend too", "repair.done", "2026-11-20T17:00", "2026-11-23T17:00"),
    ("an ordinary demand: first feedback within 24 hours", "demand.feedback", WEDNESDAY, "2026-11-19T10:00"),
    ("an urgent demand: staff on site within 30 minutes, at night too", "demand.urgent_on_site", "2026-11-18T23:45", "2026-11-19T00:15"),
    ("a simple matter: done on the spot, by default 1 hour", "matter.simple", WEDNESDAY, "2026-11-18T11:00"),
    ("a complex matter: first review within 5 working days", "matter.first_review", WEDNESDAY, "2026-11-26T00:00"),
    ("a complex matter before the holidays: they do not count, make-up days do", "matter.first_review", BEFORE_NATIONAL_DAY, "2026-10-13T00:00"),
    ("missing materials: handed in within 3 working days", "matter.supplement", "2026-11-20T09:00", "2026-11-26T00:00"),
    ("a housing subsidy application: reviewed within 15 working days", "subsidy.review", WEDNESDAY, "2026-12-10T00:00"),
    ("a dispute of one party pair: settled within 24 hours", "mediation.on_the_spot", WEDNESDAY, "2026-11-19T10:00"),
    ("a dispute with several parties: council within 3 working days", "mediation.council", WEDNESDAY, "2026-11-24T00:00"),
    ("a complex dispute: reported to the street within 5 working days", "mediation.report_street", WEDNESDAY, "2026-11-26T00:00"),
    ("somebody who can't be reached: looked for at home within 24 hours", "welfare.check", WEDNESDAY, "2026-11-19T10:00"),
    ("a difference between the lists: looked at on the spot within 5 working days", "reconcile.visit", WEDNESDAY, "2026-11-26T00:00"),
    ("a noise complaint: verified within 24 hours", "noise.verify", WEDNESDAY, "2026-11-19T10:00"),
    ("a hotline complaint: complainant contacted within 1 hour", "complaint.contact", WEDNESDAY, "2026-11-18T11:00"),
    ("a hotline complaint: result within 3 working days", "complaint.feedback", WEDNESDAY, "2026-11-24T00:00"),
    ("an incident: grid worker on the scene within 5 minutes", "emergency.on_site", WEDNESDAY, "2026-11-18T10:05"),
    ("an incident: reported to the street within 15 minutes", "emergency.report", WEDNESDAY, "2026-11-18T10:15"),
]


@pytest.mark.parametrize(("clause_id", "start", "limit"), [row[1:] for row in DEADLINES], ids=[row[0] for row in DEADLINES])
def test_deadlines_to_the_minute(clause_id, start, limit):
    clock = _Running(clause_id, at(start))
    assert clock.due_at == at(limit)
    assert state(clock, at(limit) - MINUTE) == State.due_soon
    assert state(clock, at(limit)) == State.due_soon, "exactly at the limit is in time"
    assert state(clock, at(limit) + MINUTE) == State.overdue


@pytest.mark.parametrize("clause_id", [row[1] for row in DEADLINES])
@pytest.mark.parametrize(("after", "expected"), [(-MINUTE, State.met), (timedelta(), State.met), (MINUTE, State.missed)])
def test_done_at_the_limit_is_met_and_a_minute_later_is_missed(clause_id, after, expected):
    clock = _Running(clause_id, NOW)
    clock.met_at = clock.closed_at = clock.due_at + after
    assert state(clock, clock.due_at + timedelta(30)) == expected


def test_every_deadline_of_the_rulebook_that_the_queue_enforces_belongs_to_a_kind():
    started = {clause_id for kind in kinds().values() for clause_id in (*kind.clocks, kind.again)} | {"matter.supplement"}
    limits = {
        one.id for one in load_rulebook().values() if one.section == 1 and one.desk and "queue" in one.desk and isinstance(one.values[-1].figure, Limit)
    }  # fmt: skip
    assert started == limits == {row[1] for row in DEADLINES}


def test_each_kind_of_affair_has_a_kind_of_order():
    assert {kind.category for kind in kinds().values()} == set(CATEGORIES)


# --- register.fields ------------------------------------------------------------------------------------------------
FIELDS = {"matter": "路灯不亮", "applicant": "王某", "contact": "13800000000"}


@pytest.mark.parametrize("missing", REQUIRED)
@pytest.mark.parametrize("blank", [None, "", "   "])
def test_every_accepted_matter_has_name_applicant_contact(missing, blank):
    refused = register("repair", FIELDS | {missing: blank}, NOW, NOW)
    assert refused == Refused(f"work_orders.missing_{missing}", "register.fields")


def test_the_name_of_a_matter_has_200_signs_at_most():
    assert register("repair", FIELDS | {"matter": "灯" * 200 + " "}, NOW, NOW) is kinds()["repair"]
    assert register("repair", FIELDS | {"matter": "灯" * 201}, NOW, NOW) == Refused("work_orders.matter_too_long", "register.fields", {"n": 200})


def test_a_matter_may_be_entered_late_but_not_before_it_happened():
    assert register("repair", FIELDS, NOW - timedelta(3), NOW) == kinds()["repair"]
    assert register("repair", FIELDS, NOW, NOW) == kinds()["repair"]
    assert register("repair", FIELDS, NOW + MINUTE, NOW).clause_id == "register.fields"


def test_numbers_count_up_within_the_local_year():
    assert number(NOW, None) == "2026-000001"
    assert number(NOW, "2026-000123") == "2026-000124"
    assert number(at("2027-01-01T00:00"), None) == "2027-000001"


# --- dispatch.auto --------------------------------------------------------------------------------------------------
A, B, HEAD, COMPANY = (uuid4() for _ in range(4))


def _bench(posts: str = "AB", away=(), in_grid: bool = True) -> Bench:
    return Bench(in_grid, {post: {"A": A, "B": B}[post] for post in posts}, frozenset(away), HEAD, COMPANY)


@pytest.mark.parametrize(
    ("kind", "bench", "holder", "desk", "reason"),
    [
        ("demand", _bench(), A, "grid", "post_A"),
        ("dispute", _bench(), B, "grid", "post_B"),
        ("demand", _bench(away={A}), B, "grid", "stands_in"),
        ("dispute", _bench(away={B}), A, "grid", "stands_in"),
        ("demand", _bench("B"), B, "grid", "only_post"),
        ("demand", _bench(away={A, B}), HEAD, "station", "all_absent"),
        ("demand", _bench("A", away={A}), HEAD, "station", "all_absent"),
        ("demand", _bench(""), HEAD, "station", "no_post"),
        ("demand", _bench(in_grid=False), HEAD, "station", "no_grid"),
        ("repair", _bench(), COMPANY, "property", "property"),
        ("noise", _bench(in_grid=False), COMPANY, "property", "property"),
    ],
)
def test_an_order_goes_to_the_responsible_worker_by_itself(kind, bench, holder, desk, reason):
    sent = dispatch(kinds()[kind], bench)
    assert (sent.holder_id, sent.desk, sent.reason) == (holder, desk, reason)


# --- the life of an order -------------------------------------------------------------------------------------------
def _standing(kind: str, status: str = "accepted", running=(), **more) -> Standing:
    return Standing(kinds()[kind], status, NOW - timedelta(5), NOW - timedelta(4), running={one: NOW for one in running}, **more)


def test_missing_materials_are_told_once():
    first = decide(_standing("complex", running=["matter.first_review"]), "ask_materials", NOW, now=NOW, note="户口本、收入证明")
    assert first.stands_still and first.starts == ("matter.supplement",) and first.to_status == "awaiting_materials"
    again = decide(_standing("complex", asked=True), "ask_materials", NOW, now=NOW, note="还有一样")
    assert again == Refused("work_orders.asked_before", "materials.once")


def test_missing_materials_are_told_all_together_in_writing():
    assert decide(_standing("complex"), "ask_materials", NOW, now=NOW, note=" ").clause_id == "materials.once"


def test_the_matters_own_clock_runs_again_when_the_materials_are_there():
    step = decide(_standing("complex", "awaiting_materials", ["matter.first_review", "matter.supplement"]), "receive_materials", NOW, now=NOW)
    assert step.runs_again and step.meets == ("matter.supplement",) and step.to_status == "accepted"


def test_a_result_does_not_stand_for_the_visit_on_site():
    refused = decide(_standing("repair", running=["repair.on_site", "repair.done"]), "finish", NOW, now=NOW)
    assert refused == Refused("work_orders.first_on_site", "repair.on_site")
    assert decide(_standing("repair", running=["repair.done"]), "finish", NOW, now=NOW).meets == ("repair.done",)


def test_a_result_that_a_person_told_the_resident_is_the_first_contact_too_and_a_result_on_file_is_none():
    standing = _standing("demand", running=["demand.feedback"])
    assert decide(standing, "finish", NOW, now=NOW, told=True).meets == ("demand.feedback",)
    assert decide(standing, "finish", NOW, now=NOW, note="已办") == Refused("work_orders.first_feedback", "demand.feedback")
    assert asks_told(standing) and not asks_told(_standing("demand")) and not asks_told(_standing("repair", running=["repair.done"]))


@pytest.mark.parametrize("act", NOTES)
@pytest.mark.parametrize("status", ["taken_in", "accepted"])
@pytest.mark.parametrize(("kind", "clause_id"), [("demand", "demand.feedback"), ("complaint", "complaint.contact"), ("urgent", "demand.urgent_on_site")])
def test_a_note_and_an_automatic_message_are_no_contact_and_no_acceptance(act, status, kind, clause_id):
    step = decide(_standing(kind, status, [clause_id]), act, NOW, now=NOW, note="系统已发短信")
    assert step == Step(act, NOW, status), "nothing starts, nothing is met, nothing changes"
    assert decide(_standing(kind, status, [clause_id]), act, NOW, now=NOW, note=" ") == Refused("work_orders.say_note")


def test_every_first_contact_the_rulebook_asks_for_is_an_act_of_a_person():
    for act, clause_id in CONTACTS.items():
        assert act in STEPS and act not in NOTES
        assert {*CONTACTS, "finish"} >= {one for kind in kinds().values() for one in kind.met_by(clause_id) if clause_id in kind.clocks}


def test_a_late_answer_to_a_hotline_complaint_needs_a_written_explanation():
    late = _standing("complaint", running=["complaint.feedback"])
    assert isinstance(decide(late, "finish", NOW, now=NOW), Step), "at the limit it is not late"
    after = NOW + MINUTE
    assert decide(late, "finish", after, now=after) == Refused("work_orders.explain_late", "complaint.feedback")
    assert decide(late, "finish", after, now=after, note="已答复") == Refused("work_orders.explain_late", "complaint.feedback"), "a result explains nothing"
    assert isinstance(decide(replace(late, explained=True), "finish", after, now=after), Step)


@pytest.mark.parametrize(("kind", "act"), [("complex", "first_review"), ("subsidy", "reviewed")])
def test_each_review_step_leaves_an_opinion(kind, act):
    assert decide(_standing(kind), act, NOW, now=NOW).clause_id == "review.trail"
    assert decide(_standing(kind), act, NOW, now=NOW, note=" \u3000\n").clause_id == "review.trail"
    assert decide(_standing(kind), act, NOW, now=NOW, note="符合条件").act == act


@pytest.mark.parametrize("rating", [1, 2])
def test_unsatisfied_reopens_the_matter_with_a_clock_of_its_own(rating):
    step = decide(_standing("repair", "finished"), "follow_up", NOW, now=NOW, rating=rating)
    assert step.reopens and step.to_status == "accepted" and step.starts == ("repair.done",)


@pytest.mark.parametrize("rating", [3, 4, 5])
def test_satisfied_closes_the_matter(rating):
    step = decide(_standing("repair", "finished"), "follow_up", NOW, now=NOW, rating=rating)
    assert not step.reopens and step.to_status == "followed_up" and not step.starts


@pytest.mark.parametrize("rating", [None, 0, 6])
def test_a_rating_is_one_to_five(rating):
    assert decide(_standing("repair", "finished"), "follow_up", NOW, now=NOW, rating=rating).clause_id == "followup"


def test_who_is_asked_first_stays_responsible_until_handed_over_with_a_reason():
    assert decide(_standing("demand"), "hand_over", NOW, now=NOW).clause_id == "first_asked"
    assert decide(_standing("demand"), "hand_over", NOW, now=NOW, note="不属本网格").to_status == "accepted"


def test_whoever_acts_on_a_matter_has_accepted_it():
    step = decide(_standing("complex", "taken_in"), "first_review", NOW, now=NOW, note="同意上报")
    assert step.accepts and step.starts == step.meets == ("matter.first_review",)


def test_acts_may_be_entered_late_but_in_their_order():
    standing = _standing("complex", running=["matter.first_review"])
    assert decide(standing, "finish", NOW + MINUTE, now=NOW).reason == "work_orders.in_future"
    assert decide(standing, "ask_materials", standing.since - MINUTE, now=NOW, note="户口本").reason == "work_orders.before_last"
    assert isinstance(decide(standing, "first_review", standing.opened_at, now=NOW, note="同意"), Step)
    assert decide(standing, "first_review", standing.opened_at - MINUTE, now=NOW, note="同意").reason == "work_orders.before_last"


@pytest.mark.parametrize("status", ["finished", "followed_up", "withdrawn", "awaiting_materials", "taken_in"])
def test_only_an_order_in_hand_can_be_finished(status):
    assert decide(_standing("demand", status), "finish", NOW, now=NOW).reason == f"work_orders.not_while_{status}"


def test_what_is_offered_is_what_would_not_be_refused():
    for kind in kinds():
        for status in ("taken_in", "accepted", "awaiting_materials", "finished"):
            running = () if status == "finished" else tuple(kinds()[kind].clocks)
            standing = _standing(kind, status, running)
            for act in offers(standing):
                assert isinstance(decide(standing, act, NOW, now=NOW, note="理由", rating=5, told=True), Step), (kind, status, act)


def test_the_first_offer_is_what_the_clause_waits_for():
    assert offers(_standing("repair", running=["repair.on_site", "repair.done"]))[0] == "on_site"
    assert offers(_standing("repair", running=["repair.done"]))[0] == "finish"
    assert offers(_standing("repair", "taken_in", ["repair.on_site", "repair.done"]))[0] == "on_site"


def test_an_act_nobody_has_declared_is_a_defect():
    with pytest.raises(ValueError, match="no act of a work order"):
        decide(_standing("demand"), "vanish", NOW, now=NOW)
    assert set(STEPS) < set(ACTS)
