"""A survey among the special groups, from the draw to the checklist."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from core.measures import Verdict
from core.refusals import Refused
from core.surveys import Answers, drawn
from db.commands.care import enrol, record_contact
from db.commands.exports import export
from db.commands.filing import file
from db.commands.packages import add_member
from db.commands.surveys import enter, reveal_person, start
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.models.surveys import Survey, SurveyPerson
from db.queries import overview
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.surveys import listed, people_to_ask, survey
from tests.db.care_people import Place, at, found

NOW, END = at("2026-11-18T10:00"), at("2027-01-01T00:00")
KPI = "kpi.special_satisfaction"


def made(engine) -> Place:
    """Six elders, three to a grid; the sample is drawn: everybody, for they are few."""
    place = found(engine)
    for n in range(6):
        one = place.resident(f"老人{n}", grid=n % 2)
        place.run(enrol, at("2026-09-01T09:00"), resident_id=one, group="elder")
    place.resident("不在名册")
    place.run(start, at("2026-10-10T09:00"), place.role("committee_member"), community_id=place.community_id)
    return place


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


def asked(place, name) -> SurveyPerson:
    return place.all(SurveyPerson, SurveyPerson.resident_id == place.residents[name])[0]


def enters(place, name, outcome="answered", rating=5, scope=None, now=NOW, **more):
    row = asked(place, name)
    return place.run(enter, now, scope or place.role("committee_member"), person_id=row.id, version=row.version, outcome=outcome, rating=rating, **more)


def read(place, query, *arguments, scope=None):
    with open_session(place.engine, scope or place.role("station_head")) as session:
        return query(session, NOW, *arguments)


def test_the_committee_draws_the_sample_again_from_seed_and_list_and_gets_the_same_people(place):
    [row] = place.all(Survey)
    people = sorted(place.all(SurveyPerson), key=lambda one: one.place)
    assert len(people) == 6 and drawn(listed(row.frame), row.seed, 6) == [one.resident_id for one in people]
    [entry] = [one for one in place.all(LedgerEntry) if one.command == "survey.start"]
    facts = json.loads(entry.facts)
    assert (facts["seed"], facts["frame"], facts["drawn"], facts["frame_digest"]) == (row.seed, 6, 6, sha256(row.frame).hexdigest())
    assert read(place, survey, place.community_id, "2026-Q4", scope=place.role("committee_member")).again is True

    def exchange(session, *, now):
        session.get(SurveyPerson, (place.community_id, people[0].id)).place = 99
        file(session, "test.exchange", now=now, community_id=place.community_id)

    place.run(exchange, NOW)
    assert read(place, survey, place.community_id, "2026-Q4").again is False


def test_the_sample_of_a_quarter_is_drawn_once_and_its_seed_can_t_be_chosen(place):
    head = place.role("station_head")
    assert place.run(start, NOW, head, community_id=place.community_id) == Refused("surveys.started_before", KPI)
    assert place.run(start, NOW, place.worker(), community_id=place.community_id) == Refused("common.not_allowed", KPI)
    place.run(start, END, head, community_id=place.community_id, seed="mine")
    assert [one.seed == "mine" for one in place.all(Survey)] == [False, False]


def test_a_worker_is_shown_only_people_of_other_grids_and_enters_what_they_say(place):
    own = place.worker(0)
    [row] = place.all(Survey)
    people, more = read(place, people_to_ask, row.id, scope=own)
    assert {one.name for one in people} == {"老人1", "老人3", "老人5"} and not more
    assert {one.carer for one in people} == {None}
    assert enters(place, "老人1", scope=own) == "answered"
    assert enters(place, "老人0", scope=own) == Refused("common.not_found"), "their own people they don't reach at all"
    assert [one.rating for one in read(place, people_to_ask, row.id, "done", scope=place.worker(1))[0]] == [], "nor does a carer see what was said"
    assert read(place, survey, place.community_id, "2026-Q4", scope=own).answers == Answers(3, 1, 1)


def test_who_cares_for_somebody_may_not_enter_their_answer(place):
    head = replace(place.role("station_head"), staff_id=place.staff["head"])
    place.run(record_contact, at("2026-09-30T23:59"), head, resident_id=place.residents["老人0"], act="call", outcome="reached", happened_at=at("2026-09-30T23:00"))
    assert enters(place, "老人0", scope=head) == "answered", "contact before the quarter"
    place.run(record_contact, NOW, head, resident_id=place.residents["老人1"], act="call", outcome="no_answer", happened_at=at("2026-10-01T00:00"))
    assert enters(place, "老人1", scope=head) == Refused("surveys.carer_contact", KPI)
    by_post = replace(head, staff_id=place.staff["A1"])
    assert enters(place, "老人1", scope=by_post) == Refused("surveys.carer_post", KPI), "whatever account they use"
    on_team = replace(head, staff_id=place.staff["B1"])
    place.run(add_member, NOW, resident_id=place.residents["老人2"], role="social_worker", staff_id=place.staff["B1"])
    assert enters(place, "老人2", scope=on_team) == Refused("surveys.carer_team", KPI)
    for role in ("street_officer", "property_company", "administrator"):
        assert enters(place, "老人2", scope=place.role(role)) == Refused("common.not_allowed", KPI)


def test_who_was_not_reached_is_asked_again_and_everybody_else_once_until_the_quarter_ends(place):
    enters(place, "老人0", "not_reached", None)
    assert enters(place, "老人0", rating=4) == "answered"
    assert enters(place, "老人0", rating=5) == Refused("surveys.entered_before", KPI)
    assert enters(place, "老人1", "refused", None) == "refused"
    assert enters(place, "老人2", now=END) == Refused("surveys.over", KPI)
    assert enters(place, "老人2", now=at("2026-12-31T23:59")) == "answered"


def test_the_rate_stands_on_overview_and_checklist_with_the_rows_behind_it_masked_for_the_committee(place):
    def line():
        return read(place, checklist, place.community_id, "2026-Q4").line(KPI)

    assert (line().verdict, line().pending) == (Verdict.nothing_due, 6)
    for n in range(3):
        enters(place, f"老人{n}", rating=4)
    enters(place, "老人3", rating=3, note="没人来看我")
    enters(place, "老人4", "not_reached", None)
    one = line()
    assert (one.verdict, one.why, one.due, one.pending, one.values["done"]) == (Verdict.nothing_due, "surveys.why_running", 0, 1, 5), "no verdict before everybody was asked"
    assert read(place, violations, place.community_id, KPI, "2026-Q4") == []
    enters(place, "老人5", "refused", None)
    one = line()
    assert (one.verdict, one.met, one.due, one.not_met, one.pending, one.values["not_reached"]) == (Verdict.broken, 3, 4, 1, 0, 1)
    assert one.why == "surveys.why_few"
    shown = {m.clause_id: m for m in read(place, overview.thresholds, place.community_id)}[KPI]
    assert (shown.verdict, shown.good, shown.of) == (one.verdict, one.met, one.due)
    [row] = read(place, violations, place.community_id, KPI, "2026-Q4", scope=place.role("committee_member"))
    assert (row.what, row.value, row.grid) == ("老*3", 3, "第2网格")
    assert read(place, checklist, place.community_id, "2026-Q3").line(KPI).verdict == Verdict.not_measured, "no survey was drawn then"


def test_what_somebody_said_is_encrypted_and_not_in_the_ledger_and_looking_up_their_door_is(place):
    enters(place, "老人0", rating=2, note="没人来看我")
    with place.engine.connect() as link:
        rating, note = link.exec_driver_sql("SELECT rating, note FROM survey_person WHERE outcome IS NOT NULL").one()
    assert bytes(rating) != b"2" and "没人来看我".encode() not in bytes(note)
    shown = place.run(reveal_person, NOW, place.worker(0), person_id=asked(place, "老人1").id, purpose="visit")
    assert shown["name"] == "老人1" and set(shown) == {"name", "address", "phone"}
    assert place.run(reveal_person, NOW, place.worker(0), person_id=asked(place, "老人0").id, purpose="visit") == Refused("common.not_found")
    assert place.run(reveal_person, END, place.role("committee_member"), person_id=asked(place, "老人1").id, purpose="visit") == Refused("surveys.over", KPI)
    entries = {one.command: set(json.loads(one.facts)) for one in place.all(LedgerEntry) if one.command.startswith("survey.")}
    assert entries["survey.enter"] == {"survey", "outcome"} and entries["survey.reveal"] == {"survey", "purpose"}


def test_when_the_quarter_is_over_the_rate_is_of_who_was_asked(place):
    enters(place, "老人0", rating=5)
    for now, verdict in ((at("2026-12-31T23:59"), Verdict.nothing_due), (END, Verdict.kept)):
        with open_session(place.engine, place.role("committee_member")) as session:
            assert checklist(session, now, place.community_id, "2026-Q4").line(KPI).verdict == verdict


def test_a_survey_goes_out_masked_with_its_answers_its_result_and_its_seed(place):
    enters(place, "老人0", rating=5, note="没人来看我")
    [row] = place.all(Survey)
    made = export(place.engine, place.role("station_head"), now=NOW, community_id=place.community_id, name="surveys", kind="csv", lang="zh")
    text = made.content.decode("utf-8-sig")
    assert made.rows == 6 and "老*0" in text and "老人0" not in text and "没人来看我" not in text
    assert [line for line in text.splitlines() if row.seed in line and "尚未完成 1/6" in line and "从 6 人中抽取" in line]
    [entry] = place.all(LedgerEntry, LedgerEntry.command == "export.table")
    assert json.loads(entry.facts)["masked"] == ["name"]
    for role in ("street_officer", "grid_worker"):
        assert export(place.engine, place.role(role), now=NOW, community_id=place.community_id, name="surveys", kind="csv", lang="zh") == Refused("common.not_allowed")
