"""A consistent copy of the embedded database while the desk goes on working."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine


class BackupProblem(RuntimeError):
    """The copy can't be made; the text says why and what to do."""


def back_up(engine: Engine, target: Path) -> int:
    """Copy the SQLite database of `engine` to `target`, check the copy, put it in place whole; its size in bytes.

    Raises BackupProblem on PostgreSQL (pg_dump does it there), when `target` exists, or when the copy is damaged.
    """
    if engine.dialect.name != "sqlite":
        raise BackupProblem("this desk runs on PostgreSQL: back it up with pg_dump --format=custom")
    if target.exists():
        raise BackupProblem(f"{target} exists: choose another name, a backup is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    with closing(sqlite3.connect(engine.url.database)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
        answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        unfinished.unlink()
        raise BackupProblem(f"the copy is damaged ({answer}): check the disk, then try again")
    os.replace(unfinished, target)
    return target.stat().st_size
