"""The SQLite of the tests: one file that test after test uses."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from tests.desk import settle


class Shared:
    """One file and one engine for all tests of a process, in which each finds what it begins with: what a new engine costs is compiling every statement anew."""

    def __init__(self, template: Path, path: Path, make_engine: Callable[[str], Engine]):
        self._path, self._empty = path, template.read_bytes()
        self.url = f"sqlite:///{path}"
        self.engine = make_engine(self.url)
        self.empty()

    def empty(self) -> None:
        """Migrated, and no row in it."""
        self.give_back(self._empty)

    def remember(self) -> bytes:
        """What `give_back` takes."""
        self.engine.dispose()
        settle(self._path)
        return self._path.read_bytes()

    def give_back(self, content: bytes) -> None:
        """The database as it was when it was remembered, in a new file: whoever still has the old one open keeps that."""
        self.engine.dispose()
        for path in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
            path.unlink(missing_ok=True)
        self._path.write_bytes(content)
