"""Founding a community: by whom, with what, and what is due in it from the first day."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.refusals import Refused
from db.commands import communities, identity
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Community
from db.models.ledger import LedgerEntry
from db.queries.beginnings import missing
from db.queries.identity import scope_of
from db.scope import Scope
from tests.conftest import NOW, printed, type_in

OFFICE = Scope.system((), label="test")


@pytest.fixture
def admin(engine) -> Scope:
    """An administrator without a list: of all communities, also of those that come later."""
    carry_out(engine, OFFICE, identity.create_account, now=NOW, username="chief", display_name="管理员", role="administrator", password_hash=None, communities=())
    return scope_of(engine, "chief")


def test_an_administrator_founds_the_first_community_and_reaches_it_and_its_duties_are_due(engine, admin):
    known = communities.found(engine, admin, now=NOW, code="371203001", name="清溪社区", street="凤城街道")
    assert scope_of(engine, "chief").communities == {known}
    with open_session(engine, scope_of(engine, "chief")) as session:
        assert session.scalars(select(Community.name)).all() == ["清溪社区"]
        assert missing(session, NOW, known) == missing(session, NOW) == ("grids", "staff", "residents"), "every desk says so"
        assert "supervision.check" in session.scalars(select(Clock.clause_id).where(Clock.subject_id == known)).all()
        assert session.scalars(select(LedgerEntry.command).where(LedgerEntry.community_id == known)).all() == ["community.create"]


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [("C 1", "清溪社区", "code_bad"), ("社区", "清溪社区", "code_bad"), ("", "清溪社区", "code_bad"), ("C1", "  ", "name_missing"), ("C1", "长" * 61, "name_long"), ("old", "清溪", "code_taken")],
)
def test_a_community_needs_a_code_of_its_own_and_a_name(sqlite_engine, code, name, reason):
    communities.found(sqlite_engine, OFFICE, now=NOW, code="old", name="旧社区")
    assert communities.found(sqlite_engine, OFFICE, now=NOW, code=code, name=name).reason == f"communities.{reason}"


def test_only_an_administrator_of_all_communities_founds_one_and_then_reaches_it_too(sqlite_engine):
    first, second = (communities.found(sqlite_engine, OFFICE, now=NOW, code=code, name=code) for code in ("C1", "C2"))
    for name, reach in (("some", (first,)), ("every", (first, second))):
        done = carry_out(sqlite_engine, OFFICE, identity.create_account, now=NOW, username=name, display_name=name, role="administrator", password_hash=None, communities=reach)
        assert not isinstance(done, Refused)
    assert communities.found(sqlite_engine, scope_of(sqlite_engine, "some"), now=NOW, code="C3", name="三").reason == "communities.beyond_reach"
    third = communities.found(sqlite_engine, scope_of(sqlite_engine, "every"), now=NOW, code="C3", name="三")
    assert scope_of(sqlite_engine, "every").communities == {first, second, third}
    head = replace(scope_of(sqlite_engine, "every"), role="station_head")
    assert communities.found(sqlite_engine, head, now=NOW, code="C4", name="四").reason == "common.not_allowed"


def test_a_community_is_founded_listed_and_renamed_on_the_command_line(sqlite_url):
    assert printed(sqlite_url, "community", "create", "C1", "--name", "清西社区", "--street", "凤城街道") == "community C1 created\n"
    assert printed(sqlite_url, "community", "change", "C1", "--name", "清溪社区") == "community C1 changed\n"
    assert printed(sqlite_url, "community", "list") == "C1\t清溪社区\t凤城街道\n"
    again = type_in(sqlite_url, "community", "create", "C1", "--name", "另一个")
    assert again.exit_code == 1 and 'is that of "清溪社区"' in again.stderr
    assert "no community C9" in type_in(sqlite_url, "community", "change", "C9").stderr


def test_who_saw_an_older_name_is_told_and_changes_nothing(sqlite_engine):
    known = communities.found(sqlite_engine, OFFICE, now=NOW, code="C1", name="旧", street="街")
    scope = Scope.system({known})
    assert carry_out(sqlite_engine, scope, communities.change, now=NOW, community_id=known, name="新", street="街", seen=("旧", "街")) == known
    late = carry_out(sqlite_engine, scope, communities.change, now=NOW, community_id=known, name="更新", street="街", seen=("旧", "街"))
    assert late.reason == "common.changed_meanwhile"
