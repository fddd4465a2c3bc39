"""Whose account is whose, and what an account that belongs to nobody may not do."""

from dataclasses import replace

import pytest

from core.refusals import Refused
from db.commands import identity
from db.commands.care import enrol, record_contact, update_file
from db.commands.communities import found as found_community
from db.commands.filing import file
from db.commands.surveys import enter, start
from db.engine import open_session
from db.models.grids import Staff
from db.models.residents import Contact
from db.models.surveys import SurveyPerson
from db.queries.identity import scope_of
from db.queries.staff import workers
from db.scope import Scope
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")


def made(engine) -> Place:
    place = found(engine)
    place.run(enrol, at("2026-11-02T09:00"), resident_id=place.resident("张老人"), group="elder")
    return place


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


def opens(place, username, role="grid_worker", communities=None, staff=None, **more):
    details = {"username": username, "display_name": username, "role": role, "password_hash": None, "communities": communities or [place.community_id]}
    return place.run(identity.create_account, NOW, **details, grids=[(place.community_id, place.grids[0])], staff=staff, **more)


def whose(place, name) -> tuple:
    return place.community_id, place.staff[name]


def test_an_account_is_linked_when_it_is_opened_or_later_and_each_belongs_to_one(place):
    first = opens(place, "b0", staff=whose(place, "B0"))
    assert scope_of(place.engine, "b0").staff_id == place.staff["B0"]
    second = opens(place, "a0")
    assert scope_of(place.engine, "a0").staff_id is None
    taken = place.run(identity.link_account, NOW, account_id=second, community_id=place.community_id, staff_id=place.staff["B0"])
    assert (taken.reason, taken.values["username"]) == ("staff.has_account", "b0")
    twice = place.run(identity.link_account, NOW, account_id=first, community_id=place.community_id, staff_id=place.staff["A0"])
    assert (twice.reason, twice.values["name"]) == ("staff.linked_before", "员工B0")
    assert place.run(identity.unlink_account, NOW, account_id=first) is None
    assert place.run(identity.unlink_account, NOW, account_id=first).reason == "common.changed_meanwhile"
    assert place.run(identity.link_account, NOW, account_id=second, community_id=place.community_id, staff_id=place.staff["B0"]) is None
    assert (scope_of(place.engine, "a0").staff_id, scope_of(place.engine, "b0").staff_id) == (place.staff["B0"], None)


def leaves(session, *, now, who):
    session.get(Staff, who).left_on = now.date()
    file(session, "test.leaves", now=now, community_id=who[0])


def test_nobody_who_has_left_is_linked_and_a_refused_link_opens_no_account(place):
    place.run(leaves, NOW, who=whose(place, "A1"))
    assert opens(place, "a1", staff=whose(place, "A1")).reason == "staff.has_left"
    assert scope_of(place.engine, "a1") is None


def test_who_leaves_keeps_the_account_until_somebody_unlinks_it_and_is_named(place):
    account = opens(place, "a1", staff=whose(place, "A1"))
    place.run(leaves, NOW, who=whose(place, "A1"))
    with open_session(place.engine, place.system) as session:
        assert "员工A1" not in {one.name for one in workers(session, NOW)}
        assert [one.username for one in workers(session, NOW, with_accounts=True) if one.left] == ["a1"]
    assert place.run(identity.unlink_account, NOW, account_id=account) is None


def test_who_works_in_two_communities_has_two_accounts(place):
    other = found_community(place.engine, place.system, now=NOW, code="C2", name="二")
    assert opens(place, "both", "station_head", [place.community_id, other], whose(place, "head")).reason == "staff.reach_one"
    only = opens(place, "only", "station_head", staff=whose(place, "head"))
    both = replace(place.system, communities=frozenset({place.community_id, other}))
    wider = {"account_id": only, "role": "station_head", "display_name": "x", "version": 1}
    assert place.run(identity.change_account, NOW, both, communities=[place.community_id, other], **wider).reason == "staff.reach_one"
    assert place.run(identity.change_account, NOW, both, communities=[place.community_id], **wider) is None


def test_only_an_administrator_links_and_only_what_it_reaches(place):
    account = opens(place, "b0")
    head = Scope(account, "station_head", frozenset({place.community_id}))
    link = {"account_id": account, "community_id": place.community_id, "staff_id": place.staff["B0"]}
    assert place.run(identity.link_account, NOW, head, **link).reason == "common.not_allowed"
    other = found_community(place.engine, place.system, now=NOW, code="C2", name="二")
    elsewhere = Scope(None, "administrator", frozenset({other}))
    assert isinstance(place.run(identity.link_account, NOW, elsewhere, **link), Refused)


def test_an_account_that_belongs_to_nobody_records_no_care_and_enters_no_answer(place):
    opens(place, "b0")
    worker, who = scope_of(place.engine, "b0"), place.residents["张老人"]
    called = {"resident_id": who, "act": "call", "outcome": "reached", "happened_at": NOW}
    assert place.run(record_contact, NOW, worker, **called).reason == "staff.not_linked"
    assert place.run(update_file, NOW, worker, resident_id=who, expected_version=1).reason == "staff.not_linked"
    assert not place.all(Contact)
    place.run(start, NOW, community_id=place.community_id)
    [asked] = place.all(SurveyPerson)
    answer = {"person_id": asked.id, "version": asked.version, "outcome": "answered", "rating": 5}
    assert place.run(enter, NOW, replace(place.role("station_head"), staff_id=None), **answer).reason == "staff.not_linked"
    assert place.run(enter, NOW, place.role("committee_member"), **answer) == "answered", "the committee is no staff"


def test_who_recorded_the_visit_is_the_carer_whoever_the_account_belongs_to_now(place):
    """Compared by account too: a link that is changed afterwards hides nothing."""
    account, who = opens(place, "b0", staff=whose(place, "B0")), place.residents["张老人"]
    done = place.run(record_contact, NOW, scope_of(place.engine, "b0"), resident_id=who, act="visit", outcome="reached", happened_at=NOW)
    assert not isinstance(done, Refused)
    place.run(start, NOW, community_id=place.community_id)
    [asked] = place.all(SurveyPerson)
    answer = {"person_id": asked.id, "version": asked.version, "outcome": "answered", "rating": 5}
    place.run(identity.unlink_account, NOW, account_id=account)
    place.run(identity.link_account, NOW, account_id=account, community_id=place.community_id, staff_id=place.staff["A1"])
    for role, staff in (("station_head", place.staff["A1"]), ("committee_member", None)):
        again = Scope(account, role, frozenset({place.community_id}), staff_id=staff)
        assert place.run(enter, NOW, again, **answer).reason == "surveys.carer_contact"
