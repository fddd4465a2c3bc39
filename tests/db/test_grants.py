"""Another person's word is another member of staff's: at every command that asks for one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.refusals import Refused
from db.commands import archive, changes, extensions, late_entries, suspensions
from db.commands import work_orders as orders
from db.commands.absences import end, enter
from db.commands.care import enrol, record_contact
from db.commands.filing import carry_out
from db.commands.reviews import review
from db.engine import open_session
from db.models.extensions import Extension
from db.models.late_entries import LateContact, LateEntry
from db.models.suspensions import Suspension
from db.queries.extensions import waiting
from db.queries.late_entries import entered_together
from db.types import uuid7
from tests.db.care_people import Place, at, found
from tests.db.test_reviews import ITEM, Station
from tests.db.test_work_orders import HOUR, MINUTE, NOW

TODAY = at("2026-11-18T10:00")


@pytest.fixture
def office(kept, two_communities) -> Station:
    return kept(Station, two_communities["ours"])


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


def second(scope, staff=None):
    """Another account of the same role, which belongs to nobody, or to `staff`."""
    return replace(scope, actor_id=uuid7(), staff_id=staff)


def asked_of(office, who):
    """More time, a stand-still and an entry after the limit: (command, which request)."""
    taken = office.do(who, orders.take_in, kind="demand", building_id=office.buildings["01"], matter="路灯不亮", applicant="张小明", contact="13812345678").order_id
    office.do(who, extensions.ask, order_id=taken, n=5, reason="需现场勘查")
    still = {"reason": "parts", "detail": "等配件", "evidence": "订货单", "until": NOW + timedelta(days=2)}
    office.do(who, orders.accept, order_id=taken, version=office.order(taken).version)
    office.do(who, suspensions.ask, order_id=taken, **still)
    urgent = office.do(who, orders.take_in, kind="urgent", building_id=office.buildings["01"], matter="水管爆裂", applicant="张小明", contact="13812345678").order_id
    office.act(urgent, orders.record_step, who=who, now=NOW + 2 * HOUR, act="on_site", happened_at=NOW + 30 * MINUTE)
    [one], [two], [three] = (office.rows(model) for model in (Extension, Suspension, LateEntry))
    return [(extensions.decide, {"extension_id": one.id}, "granted"), (suspensions.decide, {"suspension_id": two.id}, "granted"), (late_entries.decide, {"entry_id": three.id}, "confirmed")]


def answers(office, scope, asked):
    return [carry_out(office.engine, scope, one, now=NOW + 3 * HOUR, community_id=office.id, **which, **{yes: True}) for one, which, yes in asked]


def reasons(answered):
    return [one.reason if isinstance(one, Refused) else None for one in answered]


def test_a_second_account_of_the_head_gives_no_word_on_what_the_head_asked_for(office):
    asked, head = asked_of(office, "head"), office.scope("head")
    assert reasons(answers(office, second(head), asked)) == ["grants.actor_unknown"] * 3, "it belongs to nobody"
    own = ["grants.by_another", "grants.by_another", "late_entries.by_another"]
    assert reasons(answers(office, second(head, head.staff_id), asked)) == own, "it belongs to the same person"
    with open_session(office.engine, second(head)) as session:
        assert [(one.own, one.why_not.reason, one.waits_for) for one in waiting(session, NOW, office.id)] == [(False, "grants.actor_unknown", "street_officer")]
    assert reasons(answers(office, office.scope("street"), asked)) == [None] * 3


def test_what_an_account_of_nobody_asked_for_no_head_decides_but_the_street(office):
    real = office.scope
    office.scope = lambda name: second(real(name)) if name == "head" else real(name)
    asked = asked_of(office, "head")
    office.scope = real
    assert reasons(answers(office, real("head"), asked)) == ["grants.asker_unknown"] * 3
    with open_session(office.engine, real("head")) as session:
        assert [one.waits_for for one in waiting(session, NOW, office.id)] == ["street_officer"]
    assert reasons(answers(office, real("street"), asked)) == [None] * 3


def test_a_protected_field_and_a_contact_of_a_week_that_is_over_take_another_member_of_staff(place):
    head, street = place.role("station_head"), place.role("street_officer")
    who = place.resident("李大爷", "1950-03-15")
    place.run(enrol, at("2026-10-26T09:00"), head, resident_id=who, group="elder")
    done = place.run(record_contact, TODAY, head, resident_id=who, act="call", outcome="reached", happened_at=at("2026-11-04T10:00"), late_reason="忘记登记")
    assert done.to_confirm
    request = place.run(changes.ask, TODAY, head, resident_id=who, field="address", value="汇河路9号", reason="户口簿")
    [entry] = place.all(LateContact)
    for other, why in ((second(head), "grants.actor_unknown"), (second(head, head.staff_id), None)):
        assert place.run(late_entries.decide_contact, TODAY, other, entry_id=entry.id, confirmed=True).reason == (why or "late_entries.by_another")
        assert place.run(changes.decide, TODAY, other, request_id=request, approved=True).reason == (why or "changes.by_another")
    assert place.run(changes.decide, TODAY, second(head), request_id=request, approved=False).reason == "grants.actor_unknown", "nor does it take it back"
    with open_session(place.engine, second(head)) as session:
        assert entered_together(session, place.community_id) == []
    assert place.run(changes.decide, TODAY, street, request_id=request, approved=True) == "address"
    assert not isinstance(place.run(late_entries.decide_contact, TODAY, street, entry_id=entry.id, confirmed=True), Refused)


def test_nobody_says_by_an_account_of_nobody_that_he_was_back_earlier(place):
    head = place.role("station_head")
    about = {"community_id": place.community_id, "staff_id": place.staff["head"], "reason": "leave"}
    absence = place.run(enter, at("2026-11-16T08:00"), head, starts_at=at("2026-11-16T08:00"), ends_at=at("2026-11-20T00:00"), **about)
    back = {"community_id": place.community_id, "absence_id": absence, "at": at("2026-11-17T08:00")}
    assert place.run(end, TODAY, head, **back).reason == "absences.back_by_another"
    assert place.run(end, TODAY, second(head), **back).reason == "staff.not_linked"
    assert place.run(end, TODAY, second(head, place.staff["A1"]), **back) == back["at"]


def test_a_matter_worked_with_an_account_of_nobody_is_reviewed_by_the_street(office):
    taken = office.take_in("", item=ITEM).order_id
    head = office.scope("head")
    accept = {"community_id": office.id, "order_id": taken, "version": office.order(taken).version}
    carry_out(office.engine, second(head), orders.accept, now=NOW, **accept)
    said = {"passed": True, "opinion": "同意", "now": NOW + HOUR, "community_id": office.id, "order_id": taken, "version": office.order(taken).version}
    assert carry_out(office.engine, second(head), review, **said).reason == "grants.actor_unknown"
    assert carry_out(office.engine, head, review, **said).reason == "reviews.worker_unknown"
    assert office.waits_for("head") == [] and office.waits_for("street") == [(taken, "first_review")]
    assert not isinstance(office.review(taken, "street"), Refused)


def test_an_account_of_nobody_asks_to_read_no_file(office):
    asks = {"community_id": office.id, "order_id": uuid7(), "reader": "某人", "purpose": "核对", "read_on": NOW.date()}
    assert carry_out(office.engine, second(office.scope("head")), archive.ask, now=NOW, **asks).reason == "staff.not_linked"
