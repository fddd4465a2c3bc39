"""The tables: community first in every key, and one schema however it is made."""

import pytest
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, MetaData, Table, UniqueConstraint, text

from db.models.base import Base
from tests import postgres
from tests.conftest import _engine

PLATFORM = {"account", "account_scope", "sign_in", "session_token", "mail_address", "calendar_year"}
"""Tables without a community: who may log in and where they are written to, and the nation's calendar."""




THE_CODE = "community: unique uq_community_code"
"""The one key that reaches beyond a community: no two communities have the same official code."""


def keys_without_community(table: Table) -> list[str]:
    """Primary key, unique keys and foreign keys that don't start with community_id."""
    keys = [(f"{table.name}: primary key", [column.name for column in table.primary_key.columns])]
    for one in table.constraints:
        if isinstance(one, UniqueConstraint):
            keys.append((f"{table.name}: unique {one.name}", [column.name for column in one.columns]))
        if isinstance(one, ForeignKeyConstraint):
            keys.append((f"{table.name}: foreign key to {one.referred_table.name}", list(one.column_keys)))
    keys += [(f"{table.name}: unique index {one.name}", [c.name for c in one.columns]) for one in table.indexes if one.unique]
    return [what for what, columns in keys if columns[:1] != ["community_id"]]


def tenants() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in PLATFORM]


def test_community_id_comes_first_in_every_key_of_every_tenant_table():
    assert [one for table in tenants() for one in keys_without_community(table) if one != THE_CODE] == []


def test_every_index_of_a_tenant_table_starts_with_its_community():
    """Otherwise a partitioned PostgreSQL would look into every partition."""
    found = [f"{table.name}: {index.name}" for table in tenants() for index in table.indexes if next(iter(index.columns)).name != "community_id"]
    assert found == []


def test_a_platform_table_holds_no_community():
    there = {table.name for table in Base.metadata.sorted_tables}
    assert there >= PLATFORM
    assert [name for name in PLATFORM if "community_id" in Base.metadata.tables[name].c] == []


def test_the_guard_of_the_keys_bites():
    elsewhere = MetaData()
    Table("place", elsewhere, Column("community_id", Integer, primary_key=True), Column("id", Integer, primary_key=True))
    bad = Table(
        "bad", elsewhere, Column("id", Integer, primary_key=True), Column("community_id", Integer, primary_key=True), Column("place_id", Integer),
        ForeignKeyConstraint(["place_id", "community_id"], ["place.id", "place.community_id"]), UniqueConstraint("place_id"), Index("u", "place_id", unique=True),
    )  # fmt: skip
    assert len(keys_without_community(bad)) == 4


def sqlite_schema(engine) -> set[str]:
    with engine.connect() as link:
        rows = link.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'")).scalars()
        return {_constraints_sorted(" ".join(row.split()).replace('"', "")) for row in rows}


def _constraints_sorted(statement: str) -> str:
    """The order in which a table's constraints are written says nothing."""
    columns, *constraints = statement.removesuffix(")").rstrip().split(", CONSTRAINT ")
    return ", CONSTRAINT ".join([columns, *sorted(one.strip() for one in constraints)])


POSTGRES_SCHEMA = (
    "SELECT 'column '||table_name||'.'||column_name||' '||data_type||' '||is_nullable||' '||coalesce(column_default,'') "
    "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
    "SELECT 'constraint '||conrelid::regclass||' '||conname||' '||pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
    "SELECT 'index '||indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "SELECT 'trigger '||pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'policy '||tablename||' '||policyname||' '||cmd||' '||coalesce(qual,'')||' '||coalesce(with_check,'') FROM pg_policies",
    "SELECT 'security '||relname||' '||relrowsecurity||' '||relforcerowsecurity FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'",
    "SELECT 'function '||proname||' '||prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def postgres_schema(engine) -> set[str]:
    with engine.connect() as link:
        return {row for question in POSTGRES_SCHEMA for row in link.execute(text(question)).scalars()}


def test_migrations_make_exactly_the_tables_of_the_models_on_sqlite(sqlite_engine, tmp_path):
    made = _engine(f"sqlite:///{tmp_path}/made.db")
    Base.metadata.create_all(made)
    assert sqlite_schema(sqlite_engine) == sqlite_schema(made)
    made.dispose()


@pytest.fixture
def made_on_postgres(_postgres, postgres_server):
    made = _engine(postgres.create_database(postgres_server, "desk_made"))
    Base.metadata.create_all(made)
    yield made
    made.dispose()
    postgres.drop_database(_postgres.admin or postgres_server, "desk_made")


def test_migrations_make_exactly_the_tables_of_the_models_on_postgresql(postgres_engine, made_on_postgres):
    assert postgres_schema(postgres_engine) == postgres_schema(made_on_postgres)


def test_the_comparison_sees_a_changed_predicate_and_a_changed_check(postgres_engine, made_on_postgres, sqlite_engine, tmp_path):
    """What alembic's own comparison overlooks."""
    with made_on_postgres.begin() as link:
        link.execute(text("DROP INDEX ix_clock_open_due"))
        link.execute(text("CREATE INDEX ix_clock_open_due ON clock (community_id, grid_id, due_at) WHERE met_at IS NULL"))
        link.execute(text("ALTER TABLE clock DROP CONSTRAINT ck_clock_subject_kind, ADD CONSTRAINT ck_clock_subject_kind CHECK (subject_kind IN ('x'))"))
    assert len(postgres_schema(postgres_engine) ^ postgres_schema(made_on_postgres)) == 4
    before = sqlite_schema(sqlite_engine)
    with sqlite_engine.begin() as link:
        link.execute(text("DROP INDEX ix_clock_open_due"))
        link.execute(text("CREATE INDEX ix_clock_open_due ON clock (community_id, grid_id, due_at) WHERE met_at IS NULL"))
    assert len(before ^ sqlite_schema(sqlite_engine)) == 2


def test_a_check_is_named_so_that_a_migration_can_change_it():
    checks = [one for table in Base.metadata.sorted_tables for one in table.constraints if isinstance(one, CheckConstraint)]
    assert [one for one in checks if not one.name] == []
