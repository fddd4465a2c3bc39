"""A session sees its own communities and grids, whatever the statement; each way around that was found open once."""

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, text, union_all, update
from sqlalchemy.exc import DBAPIError

from db.engine import ScopedSession, open_session
from db.models.clocks import Clock
from db.models.grids import Building, Community, Grid, Household
from db.models.residents import Resident
from db.scope import Scope, ScopeError
from db.types import uuid7


@pytest.fixture
def ours(two_communities):
    return Scope.system({two_communities["ours"]})


def test_a_session_without_scope_reads_nothing(engine, two_communities):
    with open_session(engine, None) as session, pytest.raises(ScopeError, match="without a scope"):
        session.scalars(select(Grid)).all()


def test_a_community_sees_its_own_grids_only(engine, ours, two_communities):
    with open_session(engine, ours) as session:
        assert session.scalar(select(func.count()).select_from(Grid)) == 2
        assert session.scalars(select(Community.code)).all() == ["ours"]
        theirs = select(Grid).where(Grid.community_id == two_communities["theirs"])
        assert session.scalars(theirs).all() == []


def test_sessions_of_one_community_after_another_see_each_its_own(engine, two_communities):
    for code in ("ours", "theirs", "ours"):
        with open_session(engine, Scope.system({two_communities[code]})) as session:
            assert set(session.scalars(select(Grid.community_id))) == {two_communities[code]}
            assert session.scalars(select(Community.code)).all() == [code]


def test_a_query_made_once_is_held_to_each_session_that_asks_it(engine, two_communities):
    once = union_all(select(Grid.community_id, Grid.code).where(Grid.code == bindparam("code")), select(Community.community_id, Community.code)).execution_options(kept=True)
    for code in ("ours", "theirs", "ours"):
        with open_session(engine, Scope.system({two_communities[code]})) as session:
            for asked in ("01", "02"):
                assert session.execute(once, {"code": asked}).all() == [(two_communities[code], asked), (two_communities[code], code)]
    with open_session(engine, None) as session, pytest.raises(ScopeError, match="without a scope"):
        session.execute(once, {"code": "01"})


def test_fetching_by_key_obeys_the_scope_too(engine, ours, two_communities):
    with open_session(engine, Scope.system(two_communities.values())) as session:
        other = session.scalars(select(Grid).where(Grid.community_id == two_communities["theirs"])).first()
    with open_session(engine, ours) as session:
        assert session.get(Grid, (other.community_id, other.id)) is None


def test_subqueries_aliases_and_counts_are_held_too(engine, ours):
    from sqlalchemy.orm import aliased

    second = aliased(Grid)
    inner = select(second.code).where(second.name.is_not(None))
    with open_session(engine, ours) as session:
        assert session.scalar(select(func.count(second.id))) == 2
        assert session.scalar(select(func.count()).select_from(select(Grid.id).subquery())) == 2
        assert len(session.execute(select(Grid.id, second.id).join(second, second.community_id == Grid.community_id)).all()) == 4
        assert session.scalars(select(Grid.code).where(Grid.code.in_(inner)).order_by(Grid.code)).all() == ["01", "02"]


def test_a_bare_table_in_a_query_is_refused(engine, ours):
    with open_session(engine, ours) as session:
        with pytest.raises(ScopeError, match="bare"):
            session.execute(select(Grid.__table__))
        with pytest.raises(ScopeError, match="bare"):
            session.execute(select(Community.code).join(Grid.__table__, Grid.__table__.c.community_id == Community.community_id))


def test_a_bare_table_is_not_written_either(engine, ours):
    with ScopedSession(engine, ours, writes=True) as session:
        for statement in (update(Grid.__table__).values(name="x"), delete(Grid.__table__), insert(Grid.__table__).values(name="x")):
            with pytest.raises(ScopeError, match="bare"):
                session.execute(statement, execution_options={"bulk": "test"})


def test_text_is_refused_unless_declared_a_roll_up(engine, ours):
    with open_session(engine, ours) as session:
        with pytest.raises(ScopeError, match="text"):
            session.execute(text("SELECT count(*) FROM grid"))
        assert session.execute(text("SELECT 1"), execution_options={"rollup": True}).scalar() == 1


def test_a_reading_session_does_not_write(engine, ours, two_communities):
    with open_session(engine, ours) as session:
        session.add(Grid(community_id=two_communities["ours"], code="03", name="x"))
        with pytest.raises(ScopeError, match="reading session"):
            session.flush()
    with open_session(engine, ours) as session, pytest.raises(ScopeError, match="reading session"):
        session.execute(insert(Grid), [{"community_id": two_communities["ours"], "code": "03", "name": "x"}])


def test_rows_of_another_community_are_not_written(engine, ours, two_communities):
    row = {"community_id": two_communities["theirs"], "code": "03", "name": "x"}
    with ScopedSession(engine, ours, writes=True) as session:
        with pytest.raises(ScopeError, match="outside"):
            session.execute(insert(Grid), [row])
        session.add(Grid(**row))
        with pytest.raises(ScopeError, match="outside"):
            session.flush()


def test_bulk_update_and_delete_are_refused_unless_declared(engine, ours):
    with ScopedSession(engine, ours, writes=True) as session:
        with pytest.raises(ScopeError, match="bulk"):
            session.execute(update(Grid).values(name="x"))
        with pytest.raises(ScopeError, match="bulk"):
            session.execute(delete(Grid))
        changed = session.execute(update(Grid).values(name="x"), execution_options={"bulk": "test", "synchronize_session": False})
        assert changed.rowcount == 2, "the other community's grids stay as they are"


def test_a_scope_is_fixed_for_the_life_of_a_session(engine, ours):
    with open_session(engine, ours) as session, pytest.raises(AttributeError):
        session.scope = Scope.system(())


def test_a_grid_worker_sees_the_rows_of_its_own_grids_only(engine, two_communities):
    ours = two_communities["ours"]
    with open_session(engine, Scope.system({ours})) as session:
        mine = session.scalars(select(Grid).where(Grid.code == "01")).one()
    worker = Scope(uuid7(), "grid_worker", frozenset({ours}), grids=frozenset({mine.id}))
    with open_session(engine, worker) as session:
        assert session.scalars(select(Grid.code)).all() == ["01"]
        statement = str(select(Building).compile())
        assert "building" in statement
        assert session.scalars(select(Building)).all() == []


def test_the_property_company_reaches_no_people_and_only_its_own_orders(engine, two_communities):
    scope = Scope(uuid7(), "property_company", frozenset({two_communities["ours"]}), order_desks=frozenset({"property"}), people=False)
    seen = []
    from sqlalchemy import event

    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, *_: seen.append(sql))
    with open_session(engine, scope) as session:
        session.scalars(select(Resident)).all()
        session.scalars(select(Household)).all()
        session.scalars(select(Clock)).all()
    people = [s for s in seen if "FROM resident" in s or "FROM household" in s]
    assert len(people) == 2 and all("0 = 1" in s or "false" in s.lower() for s in people)
    assert any("clock.desk IN" in s for s in seen)


def test_an_error_of_the_database_carries_no_name_into_the_log(engine):
    with engine.connect() as connection, pytest.raises(DBAPIError) as problem:
        connection.execute(text("SELECT 1 FROM nowhere WHERE name = :name"), {"name": "张三丰"})
    assert "nowhere" in str(problem.value) and "张三丰" not in str(problem.value)
