"""Disputes: which rung follows, who must have been told, what must be on record first. HB 一(三), 二(一); WS 二.3."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from core.calendar import packaged_calendar
from core.clocks import due
from core.mediation import COUNCIL, ON_THE_SPOT, RUNGS, STREET, Case, NewParty, Paper, Taken, Word, bars, clause_of, five_steps, may_pass_up, may_put, may_register, may_report, may_take
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import kinds
from db.types import uuid7

NOW = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
MINUTE = timedelta(minutes=1)
ONE, TWO = uuid7(), uuid7()
CASE = Case(ON_THE_SPOT, "accepted", 0, NOW - MINUTE, parties={ONE: 1, TWO: 2})
TOLD = {ONE: Word(NOW, "phone"), TWO: Word(NOW, "in_person")}


def on_record(*steps: str, round: int = 0) -> tuple[Taken, ...]:
    return tuple(Taken(step, round, NOW, frozenset({ONE, TWO})) for step in steps)


def paper(kind: str, party=None, dated=date(2026, 11, 18)) -> Paper:
    return Paper(kind, dated, party)


def reason(refused: Refused | None) -> str | None:
    return refused and refused.reason.removeprefix("mediation.")


def test_disputes_are_the_rungs_of_the_ladder():
    assert {kind.id for kind in kinds().values() if kind.category == "neighbour_disputes"} == set(RUNGS)
    assert [clause_of(kind) for kind in RUNGS] == ["mediation.on_the_spot", "mediation.council", "mediation.report_street"]


@pytest.mark.parametrize("found", ["2026-11-18T10:00", "2026-11-20T23:59", "2026-09-30T17:00", "2026-02-13T00:00", "2026-11-21T08:00"])
def test_each_rung_s_limit_lies_after_the_one_below_whenever_the_dispute_was_found(found):
    start, calendar, book = datetime.fromisoformat(f"{found}:00+08:00"), packaged_calendar(), load_rulebook()
    limits = [due(start, book[clause_of(kind)].on(start.date()).figure, calendar).due_at for kind in RUNGS]
    assert limits == sorted(set(limits)), "so that passing up never asks for less time than the rung it leaves"


@pytest.mark.parametrize(
    ("kind", "to", "status", "why"),
    [
        (ON_THE_SPOT, COUNCIL, "accepted", None), (ON_THE_SPOT, COUNCIL, "taken_in", None), (COUNCIL, STREET, "accepted", None),
        (ON_THE_SPOT, STREET, "accepted", "council_before_street"), (COUNCIL, COUNCIL, "accepted", "not_down"), (STREET, COUNCIL, "accepted", "not_down"),
        (ON_THE_SPOT, COUNCIL, "finished", "work_orders.not_while_finished"), (COUNCIL, STREET, "withdrawn", "work_orders.not_while_withdrawn"),
    ],
)  # fmt: skip
def test_a_dispute_climbs_rung_by_rung_from_grid_to_community_to_street(kind, to, status, why):
    assert reason(may_pass_up(replace(CASE, kind=kind, status=status), to, "双方各执一词")) == why
    assert reason(may_pass_up(replace(CASE, kind=kind, status=status), to, " ")) == (why or "say_why_up")


def test_a_refusal_of_the_ladder_names_the_clause_of_the_rung_that_comes_first():
    assert may_pass_up(CASE, STREET, "复杂") == Refused("mediation.council_before_street", "mediation.council")
    assert may_report(CASE, "司法所王所长", "鲁衡律所") == Refused("mediation.not_at_street", "mediation.report_street")


def test_a_dispute_is_reported_to_the_street_with_justice_office_and_law_firm_joined():
    case = replace(CASE, kind=STREET)
    assert [reason(may_report(case, *joined)) for joined in (("", "鲁衡律所"), ("司法所", " "), ("司法所", "鲁衡律所"))] == ["say_justice_office", "say_law_firm", None]


def test_two_sides_are_registered_and_told():
    new = Case(ON_THE_SPOT, "taken_in", 0, NOW)
    assert reason(may_register(new, [NewParty(1, "张三"), NewParty(1, "李四")], NOW, "phone", NOW)) == "two_sides"
    assert reason(may_register(new, [NewParty(1, "张三"), NewParty(2, " ")], NOW, "phone", NOW)) == "say_name"
    assert reason(may_register(new, [NewParty(1, "张三"), NewParty(2, "李四")], NOW, None, NOW)) == "tell_all"
    assert may_register(new, [NewParty(1, "张三"), NewParty(2, "李四")], NOW, "phone", NOW) is None
    assert may_register(CASE, [NewParty(3, "王五")], NOW, "phone", NOW) is None
    done = replace(new, status="finished")
    assert may_register(done, [NewParty(1, "张三"), NewParty(2, "李四")], NOW, "phone", NOW) is None, "an old ledger's, so that it can be followed up"
    assert reason(may_register(replace(CASE, status="finished"), [NewParty(3, "王五")], NOW, "phone", NOW)) == "work_orders.not_while_finished"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (TOLD, None), ({ONE: TOLD[ONE]}, "tell_all"), (TOLD | {TWO: Word(NOW, None)}, "tell_all"), (TOLD | {TWO: Word(NOW + MINUTE, "text")}, "told_after"),
        (TOLD | {TWO: Word(NOW - MINUTE, "text")}, None), (TOLD | {TWO: Word(NOW, "text", present=False)}, "say_why_absent"), (TOLD | {TWO: Word(NOW, "text", False, "外出")}, None),
    ],
)  # fmt: skip
def test_at_key_steps_both_sides_are_notified_before_it_and_present_or_it_says_why_not(words, why):
    assert reason(may_take(CASE, "session", NOW, words, now=NOW)) == why
    assert reason(may_take(CASE, "dispatched", NOW, words, now=NOW)) == (None if why == "say_why_absent" else why), "nobody has to come to the desk's own steps"


@pytest.mark.parametrize(
    ("step", "case", "more", "why"),
    [
        ("session", replace(CASE, parties={ONE: 1}), {}, "two_sides"),
        ("session", replace(CASE, status="finished"), {}, "work_orders.not_while_finished"),
        ("council", CASE, {"heads": "王楼长", "members": "刘党员"}, "not_at_council"),
        ("council", replace(CASE, kind=COUNCIL), {"heads": "王楼长"}, "say_who_joined"),
        ("council", replace(CASE, kind=COUNCIL), {"heads": "王楼长", "members": "刘党员"}, None),
        ("agreement", CASE, {"text": "各退一步"}, "first_session"),
        ("agreement", replace(CASE, steps=on_record("session")), {}, "say_agreement"),
        ("agreement", replace(CASE, steps=on_record("session"), round=1), {"text": "各退一步"}, "first_session"),
        ("agreement", replace(CASE, steps=on_record("session")), {"text": "各退一步"}, None),
        ("dispatched", replace(CASE, held=False), {}, "nobody_holds"),
        ("visit", CASE, {}, "visit_when_finished"),
        ("visit", replace(CASE, status="finished"), {}, None),
    ],
)
def test_a_key_step_comes_in_its_turn(step, case, more, why):
    assert reason(may_take(case, step, NOW, TOLD, now=NOW, **more)) == why


def test_a_boundary_case_is_agreed_on_with_the_original_planning_drawing_on_record():
    case = replace(CASE, steps=on_record("session"), boundary=True)
    assert reason(may_take(case, "agreement", NOW, TOLD, now=NOW, text="以规划图为界")) == "first_drawing"
    assert may_take(replace(case, papers=(paper("drawing"),)), "agreement", NOW, TOLD, now=NOW, text="以规划图为界") is None


def test_legal_aid_is_called_in_before_an_agreement_to_be_confirmed_by_a_court():
    case = replace(CASE, steps=on_record("session"))
    assert reason(may_take(case, "agreement", NOW, TOLD, now=NOW, text="分期赔偿", court=True)) == "first_legal_aid"
    assert may_take(replace(case, papers=(paper("legal_aid"),)), "agreement", NOW, TOLD, now=NOW, text="分期赔偿", court=True) is None
    assert [reason(may_put(one, "court", "莱芜区法院", NOW.date(), NOW.date())) for one in (case, replace(case, papers=(paper("legal_aid"),)))] == ["first_legal_aid", "first_agreement"]


@pytest.mark.parametrize(("day", "why"), [(17, "first_consent"), (18, None), (19, None)])
def test_a_psychologist_comes_only_once_that_party_s_written_consent_is_on_record(day, why):
    case, today = replace(CASE, papers=(paper("consent", ONE),)), date(2026, 11, 19)
    assert reason(may_put(case, "psychologist", "赵咨询师", date(2026, 11, day), today, ONE)) == why
    assert reason(may_put(case, "psychologist", "赵咨询师", date(2026, 11, day), today, TWO)) == "first_consent", "the other party's consent is not theirs"
    assert reason(may_put(case, "psychologist", "赵咨询师", date(2026, 11, day), today)) == "whose"


WHOLE = on_record("registered", "dispatched", "session", "agreement")


@pytest.mark.parametrize(
    ("case", "outcome", "why"),
    [
        (replace(CASE, steps=WHOLE), "settled", None), (replace(CASE, steps=WHOLE), None, "say_outcome"), (replace(CASE, steps=WHOLE), "not_settled", "pass_up_instead"),
        (replace(CASE, steps=WHOLE[:3]), "settled", "first_agreement"), (replace(CASE, steps=WHOLE[:2]), "settled", "first_session"),
        (replace(CASE, steps=WHOLE[1:]), "settled", "first_registered"), (replace(CASE, steps=WHOLE, parties={}), "settled", "first_parties"),
        (replace(CASE, kind=COUNCIL, steps=(*WHOLE[:2], *on_record("council"))), "not_settled", None), (replace(CASE, kind=COUNCIL, steps=WHOLE), "settled", "first_council"), (replace(CASE, kind=COUNCIL, steps=WHOLE[:2]), "not_settled", "first_council"),
        (replace(CASE, kind=COUNCIL, steps=WHOLE, round=1), "not_settled", "first_council"),
    ],
)  # fmt: skip
def test_a_dispute_ends_settled_with_its_agreement_or_not_settled_with_a_reason_and_never_so_on_the_spot(case, outcome, why):
    assert reason(bars(case, "finish", outcome, "原因")) == why
    assert why or outcome == "settled" or reason(bars(case, "finish", outcome, " ")) == "say_why_not_settled"


def test_the_five_steps_are_complaint_registration_dispatch_mediation_and_follow_up_visit():
    assert [name for name, at in five_steps(replace(CASE, steps=WHOLE)).items() if at is None] == ["visited"]
    done = replace(CASE, status="followed_up", rated=True, steps=(*WHOLE, *on_record("visit")))
    assert all(five_steps(done).values()) and not five_steps(replace(done, rated=False))["visited"]
    assert bars(replace(CASE, status="finished", steps=WHOLE), "follow_up") == Refused("mediation.first_visit", "mediation.steps")
    assert bars(replace(CASE, status="finished", steps=(*WHOLE, *on_record("visit"))), "follow_up") is None
