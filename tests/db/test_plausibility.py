"""Visits that are hard to believe, as lines and rows of the checklist; recording them is never refused."""

from datetime import timedelta

from core.measures import Verdict
from core.refusals import Refused
from db.commands.care import enrol, record_contact
from db.commands.filing import file
from db.engine import open_session
from db.models.grids import Absence
from db.models.residents import Contact
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.supervision import steps
from tests.db.care_people import at, found

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
        assert len(steps(session, place.community_id, rows[0])) == 12, "the row opens what was recorded around it"
        [away] = violations(session, NOW, place.community_id, "contact.absent", "2026-Q4")
        assert away.what == "2026-11-11 09:00 老*家"
        assert checklist(session, NOW, place.community_id, "2026-Q3").line("contact.dense").verdict == Verdict.nothing_due
