"""A database that was never migrated, or by another version, is answered with what to do."""

import subprocess
import sys

import pytest
from sqlalchemy import text

from db.commands.migrate import schema_problem
from db.engine import make_engine
from tests.desk import ROOT, url_text


def test_a_migrated_database_has_no_problem(engine):
    assert schema_problem(engine) is None


@pytest.mark.parametrize(("statement", "said"), [("DELETE FROM alembic_version", "no tables yet: run python -m db migrate"), ("UPDATE alembic_version SET version_num = '0001'", "an older schema: run python -m db migrate"), ("UPDATE alembic_version SET version_num = '9999'", "newer version")])
def test_another_schema_is_named_with_what_to_do(sqlite_engine, statement, said):
    with sqlite_engine.begin() as link:
        link.execute(text(statement))
    assert said in schema_problem(sqlite_engine)


def test_the_password_of_the_database_is_not_in_the_answer(postgres_url):
    url = url_text(postgres_url)
    engine = make_engine(url)
    with engine.begin() as link:
        link.execute(text("DELETE FROM alembic_version"))
    assert postgres_url.password not in schema_problem(engine)
    engine.dispose()


@pytest.mark.parametrize("command", [("-m", "db", "show", "queue", "--as", "worker1"), ("-m", "streamlit", "run", "app.py", "--server.port", "0", "--server.headless", "true")])
def test_command_and_desk_say_it_instead_of_starting(command, tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    done = subprocess.run([sys.executable, *command], cwd=ROOT, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode != 0
    assert "run python -m db migrate" in done.stdout + done.stderr
