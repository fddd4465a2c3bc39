"""Brings a database to the current schema, and makes the office's key on the first day."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from db.keys import KeyProblem, key_path, make_key

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(connection) -> Config:
    """Alembic's settings for an open connection; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Upgrade to the newest schema. Raises KeyProblem when the database has data but the key file is gone."""
    if not key_path().exists():
        if inspect(engine).has_table("community"):
            raise KeyProblem(f"the database exists but its key file {key_path()} doesn't: put the backed-up key there")
        make_key(key_path())
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")


def schema_problem(engine: Engine) -> str | None:
    """Why this program can't work on the database, and what to do; None when the schema is its own."""
    with engine.connect() as connection:
        config = alembic_config(connection)
        found = set(MigrationContext.configure(connection).get_current_heads())
    script = ScriptDirectory.from_config(config)
    if found == set(script.get_heads()):
        return None
    where = engine.url.render_as_string(hide_password=True)
    if found - {one.revision for one in script.walk_revisions()}:
        return f"{where} was made by a newer version of the desk: install that version, or restore a backup made before it"
    return f"{where} has {'an older schema' if found else 'no tables yet'}: run python -m db migrate"
