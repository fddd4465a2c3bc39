"""Visits that are hard to believe, as lines and rows of the checklist; recording them is never refused."""

from datetime import timedelta

import pytest

from core.files import Upload
from core.measures import Verdict
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.files import reveal, strike
from db.commands.filing import file
from db.engine import open_session
from db.models.files import Attachment
from db.models.grids import Absence
from db.models.residents import Contact
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.files import of_contacts, opened
from db.queries.supervision import steps
from tests.db.care_people import at, found
from tests.db.test_files import photo

NOW = at("2026-11-18T18:00")


def _before(session, *, now, place, who, moments):
    """B0 was away for two days, and recorded visits at `moments`."""
    session.add(Absence(community_id=place.community_id, staff_id=place.staff["B0"], starts_at=at("2026-11-10T00:00"), ends_at=at("2026-11-12T00:00"), reason="年假"))
    common = {"community_id": place.community_id, "grid_id": place.grids[0], "resident_id": who, "staff_id": place.staff["B0"], "act": "visit", "outcome": "reached", "recorded_at": now}
    session.add_all(Contact(**common, happened_at=moment) for moment in moments)
    file(session, "test.before", now=now, community_id=place.community_id)


def test_twelve_visits_in_ten_minutes_and_a_visit_while_away_are_listed_masked_and_hinder_nothing(sqlite_engine):
    place = found(sqlite_engine)
    who = place.resident("老人家")
    place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=who, group="elder")
    moments = [at("2026-11-18T14:00") + timedelta(seconds=50 * n) for n in range(12)]
    place.run(_before, NOW, place=place, who=who, moments=moments[:-1])
    for moment in (moments[-1], at("2026-11-11T09:00")):
        done = place.run(record_contact, NOW, place.worker(), resident_id=who, act="visit", outcome="reached", happened_at=moment)
        assert not isinstance(done, Refused)
    with open_session(place.engine, place.role("committee_member")) as session:
        found_now = checklist(session, NOW, place.community_id, "2026-Q4")
        dense, absent = found_now.line("contact.dense"), found_now.line("contact.absent")
        assert [(one.verdict, one.met, one.not_met) for one in (dense, absent)] == [(Verdict.broken, 1, 12), (Verdict.broken, 12, 1)]
        rows = violations(session, NOW, place.community_id, "contact.dense", "2026-Q4")
        assert (len(rows), rows[0].holder, rows[-1].what) == (12, "员工B0", "2026-11-18 14:00 老*家")
        assert (rows[0].doubt.n, rows[0].doubt.minutes) == (12, 10)
        assert len(steps(session, place.community_id, rows[0])) == 12, "the row opens what was recorded around it"
        [away] = violations(session, NOW, place.community_id, "contact.absent", "2026-Q4")
        assert (away.what, away.doubt.start) == ("2026-11-11 09:00 老*家", at("2026-11-10T00:00"))
        assert checklist(session, NOW, place.community_id, "2026-Q3").line("contact.dense").verdict == Verdict.nothing_due


def test_the_same_photo_for_two_visits_is_listed_and_a_copy_made_smaller_and_one_another_struck_out_is_not(sqlite_engine):
    place = found(sqlite_engine)
    people = [place.resident(name) for name in ("张老人", "李老人", "王老人", "赵老人")]
    worker, strange = place.worker(), photo(5)
    kept = []
    for n, (who, content) in enumerate(zip(people, (photo(3, size=(900, 700)), photo(3, size=(900, 700)), photo(3, size=(500, 389), quality=60), strange), strict=True)):
        place.run(enrol, at("2026-11-02T09:00"), place.worker(), resident_id=who, group="elder")
        moment, uploads = at("2026-11-12T09:00") + timedelta(days=n), [Upload("走访.jpg", content)]
        kept.append(place.run(record_contact, moment, worker, resident_id=who, act="visit", outcome="reached", happened_at=moment, uploads=uploads).contact_id)
    with open_session(place.engine, place.role("committee_member")) as session:
        line = checklist(session, NOW, place.community_id, "2026-Q4").line("contact.photo")
        assert (line.verdict, line.met, line.not_met) == (Verdict.broken, 2, 2)
        rows = violations(session, NOW, place.community_id, "contact.photo", "2026-Q4")
        assert [row.photo_of for row in rows] == [(kept[0], "2026-11-12 09:00 张*人", False), (kept[0], "2026-11-12 09:00 张*人", True)]
        assert [one.opens for one in of_contacts(session, NOW, place.community_id, kept[:2])] == ["closed", "closed"]
        assert checklist(session, NOW, place.community_id, "2026-Q3").line("contact.photo").verdict == Verdict.nothing_due
    [link] = [one for one in place.all(Attachment) if one.contact_id == kept[0]]
    head = place.role("station_head")
    assert place.run(strike, NOW, head, community_id=place.community_id, attachment_id=link.id, reason="传错了") == link.id
    mine = next(one for one in place.all(Attachment) if one.contact_id == kept[2])
    assert place.run(strike, NOW, worker, community_id=place.community_id, attachment_id=mine.id, reason="传错了") == mine.id
    with open_session(place.engine, head) as session:
        [row] = violations(session, NOW, place.community_id, "contact.photo", "2026-Q4")
        assert (row.subject_id, row.photo_of[0]) == (kept[2], kept[1]), "who struck it out himself is on the list all the same"
        assert opened(session, NOW, place.community_id, place.all(Attachment)[1].id) is None, "a photo from a home opens for a purpose only"
    assert place.run(reveal, NOW, head, community_id=place.community_id, contact_ids=kept[1:3], purpose="visit") is True
    with open_session(place.engine, head) as session:
        assert [one.opens for one in of_contacts(session, NOW, place.community_id, kept)] == ["purpose", "open", "open", "purpose"]
    elsewhere = place.run(reveal, NOW, place.worker(1), community_id=place.community_id, contact_ids=kept, purpose="visit")
    assert elsewhere.reason == "common.not_found", "another grid's worker doesn't reach them"


@pytest.mark.parametrize(("seconds", "who", "listed"), [(600, ("B0",), 12), (601, ("B0",), 0), (600, ("B0", "B1"), 0)])
def test_twelve_visits_of_one_person_within_ten_minutes_to_the_second_are_too_many_on_both_engines(engine, seconds, who, listed):
    place = found(engine)
    old = place.resident("老人家")

    def made(session, *, now):
        common = {"community_id": place.community_id, "grid_id": place.grids[0], "resident_id": old, "act": "visit", "outcome": "reached", "recorded_at": now}
        session.add_all(Contact(**common, staff_id=place.staff[who[n % len(who)]], happened_at=NOW - timedelta(seconds=seconds * n / 11)) for n in range(12))
        file(session, "test.made", now=now, community_id=place.community_id)

    place.run(made, NOW)
    with open_session(place.engine, place.role("station_head")) as session:
        line = checklist(session, NOW, place.community_id, "2026-Q4").line("contact.dense")
        assert (line.met, line.not_met, len(violations(session, NOW, place.community_id, "contact.dense", "2026-Q4"))) == (12 - listed, listed, listed)
