"""A backup is whole, checked, made while others write, never over another file; restoring is copying it back."""

import pytest
from sqlalchemy import select

from db.commands.backup import BackupProblem, back_up
from db.engine import make_engine, open_session
from db.models.grids import Grid
from db.scope import Scope


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


def test_a_backup_holds_what_the_desk_held(engine, two_communities, tmp_path):
    with engine.connect() as somebody_reading:
        somebody_reading.exec_driver_sql("SELECT 1")
        assert back_up(engine, tmp_path / "backup" / "monday.db") > 0
    restored = make_engine(f"sqlite:///{tmp_path / 'backup' / 'monday.db'}")
    with open_session(restored, Scope.system(two_communities.values())) as session:
        assert len(session.scalars(select(Grid)).all()) == 4
    assert not list((tmp_path / "backup").glob("*.part"))


def test_a_backup_is_never_overwritten(engine, tmp_path):
    (tmp_path / "monday.db").write_text("kept")
    with pytest.raises(BackupProblem, match="never overwritten"):
        back_up(engine, tmp_path / "monday.db")
    assert (tmp_path / "monday.db").read_text() == "kept"


def test_on_postgresql_the_answer_names_the_tool(postgres_engine, tmp_path):
    with pytest.raises(BackupProblem, match="pg_dump"):
        back_up(postgres_engine, tmp_path / "monday.db")
