"""Who comes first on the roster, why, and who said otherwise; what people agreed to; when a basis is looked at again."""

import json
from datetime import date

import pytest
from sqlalchemy import select, text

from core.files import Upload
from core.refusals import Refused
from db.commands.care import enrol, record_contact, renew_basis
from db.commands.consents import record_consent
from db.commands.departures import hold, leave_roster, undo
from db.commands.files import attach_to_contact
from db.commands.risks import say
from db.engine import open_session
from db.models.consents import Consent
from db.models.grids import Household
from db.models.ledger import LedgerEntry
from db.models.residents import Departure, SpecialGroup
from db.models.risks import RiskWord
from db.queries.care import person
from db.queries.consents import consents
from db.queries.consents import word as held
from db.queries.risks import words_on
from db.queries.roster import roster
from tests.db.care_people import Place, at, found
from tests.db.test_files import photo

JOINED, NOW = at("2026-11-02T09:00"), at("2026-11-18T10:00")


@pytest.fixture
def place(kept) -> Place:
    return kept(four_elders)


def four_elders(engine) -> Place:
    made = found(engine)
    home = made.all(Household)[0].id
    for name, born, detail, more in (("甲独居", "1960-05-05", "living_alone", {}), ("乙高龄", "1946-12-31", None, {}), ("丙同住", "1960-05-05", None, {"household_id": home})):
        made.run(enrol, JOINED, resident_id=made.resident(name, born, **more), group="elder", detail=detail)
    made.run(enrol, JOINED, made.worker(1), resident_id=made.resident("丁别处", "1960-05-05", grid=1), group="elder")
    made.resident("戊老伴", "1958-05-05", household_id=home)
    return made


def names(place, now=NOW, scope=None) -> list[str]:
    with open_session(place.engine, scope or place.worker()) as session:
        return [row.name for row in roster(session, now).rows]


def row(place, name, now=NOW, scope=None):
    with open_session(place.engine, scope or place.worker()) as session:
        return person(session, now, place.residents[name]).row


def first(place, name, level, reason="刚做过手术", scope=None, now=NOW):
    return place.run(say, now, scope or place.worker(), resident_id=place.residents[name], level=level, reason=reason)


def test_who_is_said_to_come_first_does_and_who_is_said_not_to_stands_with_the_others(place):
    assert names(place) == ["甲独居", "乙高龄", "丙同住"]
    assert [row(place, one).factors for one in names(place)] == [("alone",), ("old",), ()]
    first(place, "丙同住", "first")
    first(place, "甲独居", "usual", "女儿已搬来同住")
    assert names(place) == ["丙同住", "乙高龄", "甲独居"]
    assert names(place, scope=place.role("station_head"))[:2] == ["丙同住", "乙高龄"], "over a whole community, too"
    assert (row(place, "丙同住").said, row(place, "甲独居").factors) == (("first", "员工B0"), ("alone",))
    first(place, "丙同住", None, "已康复")
    assert names(place)[0] == "乙高龄"


def test_the_reason_is_kept_encrypted_read_by_who_keeps_the_file_and_stays_out_of_the_ledger(place):
    assert first(place, "丙同住", "first", " ") == Refused("risks.no_reason")
    assert first(place, "丙同住", "first", scope=place.role("committee_member")) == Refused("common.not_allowed")
    assert first(place, "丁别处", "first") == Refused("common.not_found"), "another grid's worker"
    first(place, "丙同住", "first")
    assert first(place, "丙同住", "first") == Refused("risks.said_already")
    with open_session(place.engine, place.worker()) as session:
        assert [(one.level, one.by, one.reason) for one in words_on(session, place.residents["丙同住"])] == [("first", "员工B0", "刚做过手术")]
    with open_session(place.engine, place.role("committee_member")) as session:
        assert words_on(session, place.residents["丙同住"])[0].reason == "***"
    with place.engine.connect() as link:
        assert "刚做过手术" not in str(link.execute(text("SELECT reason FROM risk_word")).all())
    [entry] = place.all(LedgerEntry, LedgerEntry.command == "care.say_first")
    assert "手术" not in entry.facts and json.loads(entry.facts)["level"] == "first"


def test_home_from_hospital_and_bereaved_within_30_days_are_a_recent_change_and_undone_they_are_not(place):
    stay = place.run(hold, at("2026-11-03T09:00"), place.worker(), resident_id=place.residents["丙同住"], kind="hospital", from_date=date(2026, 11, 3), until_date=date(2026, 11, 10))
    last = at("2026-12-09T23:59")
    assert row(place, "丙同住").changed == row(place, "丙同住", last).changed == ("back", date(2026, 11, 10))
    assert row(place, "丙同住", at("2026-12-10T00:00")).changed is None and row(place, "丙同住", at("2026-11-09T23:59")).changed is None
    assert names(place).index("丙同住") == 2 and "changed" in row(place, "丙同住").factors
    place.run(undo, NOW, place.worker(), departure_id=stay.departure_id, version=1)
    assert row(place, "丙同住").changed is None
    gone = place.run(leave_roster, NOW, place.role("station_head"), resident_id=place.residents["戊老伴"], kind="dead", from_date=date(2026, 11, 17))
    assert row(place, "丙同住").changed == ("bereaved", date(2026, 11, 17)) and row(place, "乙高龄").changed is None
    assert place.all(Departure, Departure.id == gone.departure_id)


def test_the_list_puts_people_in_the_order_of_the_risk_their_row_shows(place):
    place.run(hold, at("2026-11-03T09:00"), place.worker(), resident_id=place.residents["丙同住"], kind="hospital", from_date=date(2026, 11, 3), until_date=date(2026, 11, 9))
    first(place, "乙高龄", "first")
    with open_session(place.engine, place.role("station_head")) as session:
        rows = roster(session, NOW).rows
    assert [one.risk for one in rows] == sorted((one.risk for one in rows), reverse=True) and len({one.risk for one in rows}) == 4


def test_what_somebody_agreed_to_is_on_file_by_purpose_the_latest_word_holds_and_no_photo_is_taken_against_it(place):
    who, worker = place.residents["丙同住"], place.worker()

    def word(agreed, now, **more):
        about = {"resident_id": who, "purpose": "photo", "agreed": agreed, "way": "written", "said_on": date(2026, 11, 10), "note": "不让拍卧室"}
        return place.run(record_consent, at(now), worker, **about | more)

    def visit(now):
        return place.run(record_contact, at(now), worker, resident_id=who, act="visit", outcome="reached", happened_at=at(now), uploads=[Upload("门口.jpg", photo())])

    assert word(True, "2026-11-10T09:00", said_on=date(2026, 11, 11)) == Refused("care.in_future")
    assert word(True, "2026-11-10T09:00", purpose="advertising") == Refused("consents.no_such_purpose")
    made = visit("2026-11-10T10:00")
    assert not isinstance(made, Refused), "nothing on file is no refusal"
    word(True, "2026-11-10T11:00")
    word(False, "2026-11-11T09:00", way="oral")
    assert visit("2026-11-12T10:00") == Refused("consents.no_photo")
    later = place.run(attach_to_contact, NOW, worker, community_id=place.community_id, contact_id=made.contact_id, uploads=[Upload("门口.jpg", photo())])
    assert later == Refused("consents.no_photo")
    with open_session(place.engine, worker) as session:
        assert (held(session, who, "photo"), held(session, who, "share")) == (False, None), "a form says so before anybody takes one"
        assert [(one.agreed, one.way, one.by, one.note) for one in consents(session, who)] == [(False, "oral", "员工B0", "不让拍卧室"), (True, "written", "员工B0", "不让拍卧室")]
    with open_session(place.engine, place.worker(1)) as session:
        assert consents(session, who) == []
    assert not any("卧室" in one.facts for one in place.all(LedgerEntry)) and len(place.all(Consent)) == 2 and place.all(RiskWord) == []


def test_the_basis_of_a_group_is_looked_at_again_and_the_file_says_when_next(place):
    who, worker = place.residents["丙同住"], place.worker()

    def renew(**more):
        return place.run(renew_basis, NOW, worker, **{"resident_id": who, "group": "elder"} | more)

    assert renew(next_review=date(2026, 11, 18)) == Refused("care.review_is_past") and renew(group="child") == Refused("care.not_in_group")
    renew(basis="身份证复印件", next_review=date(2026, 11, 19))
    renew(next_review=date(2027, 11, 18))
    with open_session(place.engine, worker) as session:
        [one] = person(session, NOW, who).memberships
        assert (one.basis, one.next_review) == ("身份证复印件", date(2027, 11, 18))
        assert session.scalar(select(SpecialGroup.next_review).where(SpecialGroup.resident_id == who)) == date(2027, 11, 18)
    assert not any("身份证复印件" in one.facts for one in place.all(LedgerEntry))
