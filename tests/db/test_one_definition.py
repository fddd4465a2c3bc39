"""One definition of overdue: on the demo community every view counts the same clocks, for the same scope."""

from collections import Counter

import pytest

from db.engine import make_engine, open_session
from db.queries import overview, packages, queue, roster
from db.queries.checklist import checklist, quarters
from db.queries.identity import scope_of
from db.queries.map import grid_values
from db.queries.rulebook import standings
from tests.conftest import NOW


@pytest.fixture(scope="module")
def demo(demo_template):
    """The demo community itself: these tests only read."""
    engine = make_engine(f"sqlite:///{demo_template}")
    yield engine
    engine.dispose()


@pytest.fixture
def ask(demo):
    """Runs a query as an account of the demo."""

    def run(account, query, *arguments):
        with open_session(demo, scope_of(demo, account)) as session:
            return query(session, NOW, *arguments)

    return run


@pytest.fixture
def community_id(demo):
    (found,) = scope_of(demo, "head").communities
    return found


def _late_in_checklists(session, now, community_id):
    """Overdue clocks by clause, over every quarter there are clocks of."""
    found = Counter()
    for key in quarters(session, now, community_id):
        found.update({line.clause_id: line.overdue for line in checklist(session, now, community_id, key).lines if line.shape == "clock" and line.overdue})
    return found


def test_overview_queue_checklist_and_rulebook_count_the_same_overdue_clocks(ask, community_id):
    late = ask("head", overview.late, community_id)
    by_clause = ask("head", _late_in_checklists, community_id)
    assert late.clocks > 0
    assert ask("head", queue.counts, queue.Wanted("all")).of(bucket="late") == late.clocks
    assert sum(by_clause.values()) == late.clocks
    assert {clause_id: one.overdue for clause_id, one in ask("head", standings).items() if one.overdue} == by_clause


def test_map_and_roster_count_the_same_people_with_a_gap_in_their_package(ask, community_id):
    cells = {one.id: one.figures.package_gaps for one in ask("head", grid_values, community_id)}
    listed = {grid_id: len(ask("head", roster.first_ids, roster.Wanted(state="gaps", grid_id=grid_id), 1_000)) for grid_id in cells}
    assert cells == listed and sum(cells.values()) > 0
    by_grid = ask("head", packages.gaps).grids
    assert {grid_id for grid_id, n in cells.items() if n} == {grid_id for grid_id, counts in by_grid.items() if grid_id and counts.total()}, "who lives in no grid is on no cell"


def test_overview_and_roster_count_the_same_overdue_care(ask, community_id):
    totals = ask("head", roster.totals)
    assert sum(one.overdue for one in totals.values()) == ask("head", overview.late, community_id).care > 0


def test_overview_and_map_count_the_same_in_every_grid(ask, community_id):
    late = ask("head", overview.late, community_id)
    by_grid = {row.id: (row.orders, row.care) for row in late.by_grid if row.id}
    cells = {one.id: (one.figures.overdue_orders, one.figures.overdue_care) for one in ask("head", grid_values, community_id)}
    assert {grid_id: pair for grid_id, pair in cells.items() if any(pair)} == {grid_id: pair for grid_id, pair in by_grid.items() if any(pair)}


def test_a_workers_queue_roster_and_map_count_the_same(ask, community_id):
    cells = ask("worker1", grid_values, community_id)
    late = ask("worker1", queue.counts, queue.Wanted("all"))
    care = sum(one.overdue for one in ask("worker1", roster.totals).values())
    assert care == sum(one.figures.overdue_care for one in cells)
    assert care == sum(late.of(kind=kind, bucket="late") for kind in ("call", "visit", "session", "assessment", "file_update"))


def test_the_street_sees_the_numbers_of_its_communities(ask, community_id):
    """By the same query: what the community sees, less what is too few to be told."""
    seen = ask("street", overview.late, community_id)
    own = ask("head", overview.late, community_id)
    assert (seen.orders, seen.care, seen.duties, seen.clocks) == (own.orders, own.care, own.duties, own.clocks)
    league = ask("street", overview.standing, community_id)
    assert (league.late_orders, league.late_care, league.late_duties) == (own.orders, own.care, own.duties)
    assert ask("street", overview.thresholds, community_id) == ask("head", overview.thresholds, community_id)


def test_the_checklists_thresholds_are_the_overviews(ask, community_id):
    lines = {line.clause_id: line for line in ask("committee", checklist, community_id, "2026-Q4").lines}
    for one in ask("committee", overview.thresholds, community_id):
        assert (lines[one.clause_id].verdict, lines[one.clause_id].value) == (one.verdict, one.value)
        assert (lines[one.clause_id].met, lines[one.clause_id].due) == (one.good, one.of)


def test_the_last_month_of_the_year_is_the_months_own_tally(ask, community_id):
    """The charts add up to the same clocks as the checklist: October to December of the running quarter."""
    keys = overview.month_keys(NOW)[-2:]
    history = ask("head", overview.history, community_id, keys)
    lines = {line.clause_id: line for line in ask("head", checklist, community_id, "2026-Q4").lines}
    met = Counter()
    for (_, clause_id, _), (good, _due) in history.care.items():
        met[clause_id] += good
    for clause_id in ("elder.call", "child.session"):
        assert met[clause_id] <= lines[clause_id].met
    later = ask("head", overview.history, community_id, ("2026-12",))
    for (_, clause_id, _), (good, _due) in later.care.items():
        met[clause_id] += good
    for clause_id in overview.care_clauses():
        assert met[clause_id] == lines[clause_id].met
