"""Where a clause stands is the count of its clocks, in scope, by the one definition of overdue."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clocks import Tally
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.clocks import Clock
from db.queries.rulebook import Standing, overdue, standings
from db.scope import Scope
from db.types import uuid7

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clocks(engine, two_communities) -> dict:
    """Ours: one running, one exactly at its limit, one overdue, one met, one missed. Theirs: one overdue."""

    def command(session, *, now):
        for due_at, met_at in ((NOW + HOUR, None), (NOW, None), (NOW - HOUR, None), (NOW - HOUR, NOW - HOUR), (NOW - HOUR, NOW)):
            session.add(_clock(two_communities["ours"], due_at, met_at))
        session.add(_clock(two_communities["theirs"], NOW - HOUR, None))
        file(session, "test.clocks", now=now)

    carry_out(engine, Scope.system(two_communities.values()), command, now=NOW)
    return two_communities


def _clock(community_id, due_at, met_at) -> Clock:
    return Clock(
        community_id=community_id, desk="grid", clause_id="repair.on_site", effective_from=date(2000, 1, 1), subject_kind="community", subject_id=uuid7(),
        started_at=NOW - 3 * HOUR, warn_at=NOW - 2 * HOUR, due_at=due_at, met_at=met_at, closed_at=met_at,
    )  # fmt: skip


def test_a_clause_shows_what_is_open_overdue_and_met_in_ones_own_communities(engine, clocks):
    with open_session(engine, Scope.system([clocks["ours"]])) as session:
        assert overdue(session, NOW) == {"repair.on_site": 1}
        assert standings(session, NOW) == {"repair.on_site": Standing(open=3, overdue=1, quarter=Tally(met=1, missed=1, overdue_open=1))}
        assert standings(session, NOW, "repair.on_site") == standings(session, NOW)


def test_a_clause_nobody_has_a_clock_of_stands_at_nothing(engine, clocks):
    with open_session(engine, Scope.system([clocks["ours"]])) as session:
        assert standings(session, NOW, "elder.call") == {}
        assert Standing().quarter.rate is None


def test_the_street_counts_both_communities(engine, clocks):
    with open_session(engine, Scope.system(clocks.values())) as session:
        assert overdue(session, NOW) == {"repair.on_site": 2}
        assert standings(session, NOW)["repair.on_site"] == Standing(open=4, overdue=2, quarter=Tally(met=1, missed=1, overdue_open=2))
