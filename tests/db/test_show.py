"""`python -m db show`: what the page shows, through the same query and scope; and the ledger on the command line."""

import json

import pytest

from core.roles import RIGHTS
from db.engine import make_engine, open_session
from db.queries import checklist as checklists
from db.queries import overview, queue, roster
from db.queries.identity import scope_of
from db.queries.map import grid_values
from db.queries.show import DESKS, plain
from db.queries.show import show as shown
from tests.conftest import NOW, printed, type_in

ACCOUNTS = {
    "worker1": "grid_worker", "head": "station_head", "committee": "committee_member", "street": "street_officer", "property": "property_company", "admin": "administrator",
}  # fmt: skip


def fails(url, *arguments):
    done = type_in(url, *arguments)
    assert done.exit_code != 0
    return done.output


@pytest.fixture(scope="module")
def demo_url(demo_template):
    """The demo community itself: tests with it only read."""
    return f"sqlite:///{demo_template}"


@pytest.fixture(scope="module")
def demo(demo_url):
    engine = make_engine(demo_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(demo):
    with open_session(demo, scope_of(demo, "head")) as one:
        yield one


def test_json_holds_the_numbers_of_the_page(demo_url, session):
    (community_id,) = session.scope.communities
    found = json.loads(printed(demo_url, "show", "checklist", "--as", "head", "--quarter", "2026-Q3", "--json"))
    lines = checklists.checklist(session, NOW, community_id, "2026-Q3").lines
    assert found["lines"] == json.loads(json.dumps([plain(line) for line in lines]))
    assert found["quarter"] == "2026-Q3"


def test_without_json_it_is_a_table_to_read(demo_url):
    text = printed(demo_url, "show", "overview", "--as", "head")
    assert "by_holder:" in text and "kpi.on_time" in text and "{" not in text.splitlines()[0]


def test_each_desk_shows_what_its_page_asks_for(session):
    (community_id,) = session.scope.communities
    late = plain(overview.late(session, NOW, community_id))
    assert shown(session, NOW, "overview")["late"] == late
    assert shown(session, NOW, "queue")["counts"] == plain(queue.counts(session, NOW))
    assert shown(session, NOW, "roster")["totals"] == plain(roster.totals(session, NOW))
    assert shown(session, NOW, "map")["grids"] == plain([one.as_data() for one in grid_values(session, NOW, community_id)])
    assert len(shown(session, NOW, "rulebook")["clauses"]) > 90
    assert all(json.dumps(shown(session, NOW, desk), ensure_ascii=False) for desk in DESKS)


def test_a_desk_the_role_has_not_is_refused(demo_url):
    assert "may not open checklist" in fails(demo_url, "show", "checklist", "--as", "worker1", "--json")


@pytest.mark.parametrize(("account", "role"), ACCOUNTS.items())
def test_every_role_is_shown_exactly_the_desks_it_may_open(account, role, demo_url):
    shows = [desk for desk in DESKS if type_in(demo_url, "show", desk, "--as", account, "--json").exit_code == 0]
    assert set(shows) == RIGHTS[role].desks & set(DESKS)


def test_an_account_that_is_not_there_is_named(demo_url):
    assert "nobody" in fails(demo_url, "show", "overview", "--as", "nobody")


def test_a_quarter_that_is_none_is_refused(demo_url):
    assert "2026-Q5" in fails(demo_url, "show", "checklist", "--as", "committee", "--quarter", "2026-Q5")


def test_a_worker_sees_only_its_own_grids(demo):
    scope = scope_of(demo, "worker1")
    with open_session(demo, scope) as session:
        found = shown(session, NOW, "map")
    assert {one["id"] for one in found["grids"]} == {str(one) for one in scope.grids}


def test_names_are_masked_for_the_committee(demo):
    with open_session(demo, scope_of(demo, "committee")) as session:
        (community_id,) = session.scope.communities
        found = [one.what for one in checklists.rows_of.violations(session, NOW, community_id, "elder.call", "2026-Q4")]
    assert found and all("*" in name for name in found)


def test_the_ledger_is_sealed_exported_and_checked_from_the_command_line(demo_db, tmp_path):
    assert "desk-head-1" in printed(demo_db, "ledger", "seal")
    heads = tmp_path / "heads.txt"
    heads.write_text(printed(demo_db, "ledger", "head", "--key"))
    assert len(heads.read_text().splitlines()) == 3, "the community, the platform, the key"
    assert "holds" in printed(demo_db, "ledger", "verify", "--head", str(heads))


def test_a_row_changed_behind_the_desks_back_fails_the_check_by_name(demo_db, demo_engine):
    printed(demo_db, "ledger", "seal")
    with demo_engine.begin() as link:
        link.exec_driver_sql("UPDATE account SET role = 'administrator' WHERE username = 'worker1'")
    said = fails(demo_db, "ledger", "verify")
    assert "DOES NOT HOLD" in said and "changed_row account" in said


def test_a_line_that_is_no_head_is_refused(demo_db, tmp_path):
    (tmp_path / "bad").write_text("hello\n")
    assert "Error" in fails(demo_db, "ledger", "verify", "--head", str(tmp_path / "bad"))
