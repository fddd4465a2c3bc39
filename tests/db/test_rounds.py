"""What the desk does by itself: missed periods move on, and the ledger is sealed."""

from datetime import timedelta

from sqlalchemy import func, select

from db.commands.rounds import make_rounds
from db.engine import open_session
from db.models.clocks import Clock
from db.models.ledger import LedgerEntry, LedgerHead, LedgerLeaf
from db.scope import PLATFORM, Scope
from tests.db.conftest import MOMENT


def count(engine, scope, model, *where):
    with open_session(engine, scope) as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


def test_a_round_gives_each_grid_its_patrol_and_seals_every_entry(engine, two_communities):
    scope = Scope.system(two_communities.values())
    assert make_rounds(engine, MOMENT) == 2
    assert count(engine, scope, Clock, Clock.clause_id == "grid.patrol", Clock.closed_at.is_(None)) == 4
    assert count(engine, scope, LedgerLeaf) == count(engine, scope, LedgerEntry) > 0
    assert count(engine, scope, LedgerHead, LedgerHead.community_id == two_communities["ours"]) == 1


def test_a_second_round_at_the_same_moment_changes_nothing(engine, two_communities):
    scope = Scope.system(two_communities.values())
    make_rounds(engine, MOMENT)
    before = [count(engine, scope, model) for model in (Clock, LedgerEntry, LedgerLeaf, LedgerHead)]
    assert make_rounds(engine, MOMENT) == 0
    assert [count(engine, scope, model) for model in (Clock, LedgerEntry, LedgerLeaf, LedgerHead)] == before


def test_after_three_days_of_silence_each_missed_day_counts_once(engine, two_communities):
    scope = Scope.system(two_communities.values())
    make_rounds(engine, MOMENT)
    make_rounds(engine, MOMENT + timedelta(days=3))
    patrols = (Clock.clause_id == "grid.patrol", Clock.community_id == two_communities["ours"])
    assert count(engine, scope, Clock, *patrols, Clock.closed_at.is_not(None), Clock.met_at.is_(None)) == 2 * 2, "two grids, two days past help"
    assert count(engine, scope, Clock, *patrols, Clock.closed_at.is_(None)) == 2, "and one overdue each, not a heap"


def test_the_platform_s_own_entries_are_sealed_too(engine, two_communities):
    from db.commands.filing import carry_out, file

    carry_out(engine, Scope.system(()), lambda session: file(session, "test.platform", now=MOMENT))
    make_rounds(engine, MOMENT)
    assert count(engine, Scope.system(()), LedgerHead, LedgerHead.community_id == PLATFORM) == 1
