"""What the database itself refuses: altering the ledger (both engines), and rows of other communities (PostgreSQL).

Row-level security is the second lock behind db.engine: each transaction says its communities in `desk.communities`.
"""

from sqlalchemy import DDL, event

from db.models.base import Base

FIRST = ("ledger_entry", "ledger_row", "ledger_leaf", "ledger_head")
"""The ledger's tables of the first release: what revision 0001 sets guards on."""
LEDGER = (*FIRST, "ledger_pack")


def guards(dialect: str, tenants: list[str], ledger: tuple[str, ...] = FIRST) -> list[str]:
    """The statements that set the guards up on `dialect`, for the given tenant tables and tables of the `ledger`."""
    appended = [statement for table in ledger for statement in append_only(dialect, table)]
    return appended if dialect == "sqlite" else [_REFUSE, *appended, *(s for table in tenants for s in row_security(table)), _NAMES]


def append_only(dialect: str, table: str) -> list[str]:
    """The statements by which a table of the ledger refuses to be altered."""
    return [_sqlite_trigger(table, act) for act in ("UPDATE", "DELETE")] if dialect == "sqlite" else [_postgres_trigger(table)]


def _sqlite_trigger(table: str, act: str) -> str:
    return f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"


_REFUSE = "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"


# Names of communities are no secret, and who somebody is (an administrator of all of them, say) is settled before a scope exists.
_NAMES = "CREATE POLICY every_name ON community FOR SELECT USING (true)"


def _postgres_trigger(table: str) -> str:
    return f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"


def row_security(table: str) -> list[str]:
    """The statements by which PostgreSQL shows a tenant table only to its communities."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_communities ON {table} USING ({_MINE}) WITH CHECK ({_MINE})",
    ]


def row_security_again(table: str) -> str:
    """The statement that gives a locked table the policy of today."""
    return f"ALTER POLICY own_communities ON {table} USING ({_MINE}) WITH CHECK ({_MINE})"


_NAMED = "string_to_array(NULLIF(current_setting('desk.communities', true), ''), ',')::uuid[]"
_MINE = f"CASE WHEN community_id = (SELECT ({_NAMED})[1]) THEN true ELSE community_id = ANY ((SELECT ({_NAMED})[2:])::uuid[]) END"
"""A session's communities are read once a statement (hence SELECT), and of most rows only the first is asked. A CASE is no condition that an index could
serve: as one, PostgreSQL took it for ten look-ups in place of one, and read whole tables rather than look up what a page shows. The session's own
conditions (db.engine.criteria) find the rows; this looks at each of them."""


def tenant_table_names() -> list[str]:
    """Every table with a community_id, in name order."""
    return sorted(t.name for t in Base.metadata.tables.values() if "community_id" in t.c)


@event.listens_for(Base.metadata, "after_create")
def _set_guards(_metadata, connection, tables=(), **_kw) -> None:
    if any(t.name == LEDGER[0] for t in tables or ()):
        for statement in guards(connection.dialect.name, tenant_table_names(), LEDGER):
            connection.execute(DDL(statement.replace("%", "%%")))
