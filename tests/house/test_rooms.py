"""pages → db → core, and each thing in the room where one would look for it."""

import ast
import importlib
import sys
from pathlib import Path

import click
import pytest

from db.__main__ import MODULES
from tests.house import source

BARRED = {
    "core": {"streamlit", "starlette", "sqlalchemy", "pandas", "numpy", "altair", "folium", "db", "pages", "tests", "app"},
    "db": {"streamlit", "starlette", "streamlit_folium", "folium", "altair", "pages", "tests", "app"},
    "pages": {"tests", "app"},
}
CORE_MAY = set(sys.stdlib_module_names) | {"core", "ruamel"}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common_functions"}
CLOCK_READERS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.datetime.utcnow",
    "datetime.datetime.today", "datetime.date.today", "time.time", "time.time_ns", "pd.Timestamp.now", "pd.Timestamp.today",
    "pandas.Timestamp.now", "time.localtime", "time.gmtime", "time.strftime",
}  # fmt: skip
CLOCK = Path("db/wall_clock.py")


def wrong_imports(room: str, module: ast.Module) -> list[str]:
    barred = [f"{line}: imports {name}" for line, name in source.imports(module) if name.split(".")[0] in BARRED[room]]
    if room == "core":
        barred += [f"{line}: imports {name}" for line, name in source.imports(module) if name.split(".")[0] not in CORE_MAY]
    return barred


def clock_readings(module: ast.Module) -> list[str]:
    calls = (node for node in source.nodes(module) if isinstance(node, ast.Attribute | ast.Name))
    return [f"{node.lineno}: {source.name_of(node)}" for node in calls if source.name_of(node) in CLOCK_READERS]


def long_functions(module: ast.Module, limit: int = 60) -> list[str]:
    sizes = ((one.name, (one.end_lineno or one.lineno) - one.lineno + 1) for one in source.functions(module))
    return [f"{name}: {size} lines" for name, size in sizes if size > limit]


def swallowed(module: ast.Module) -> list[str]:
    handlers = (node for node in source.nodes(module) if isinstance(node, ast.ExceptHandler))
    return [f"{node.lineno}: swallows an exception" for node in handlers if len(node.body) == 1 and isinstance(node.body[0], ast.Pass)]


def everywhere(rooms: tuple[str, ...], guard) -> list[str]:
    return [f"{path}:{complaint}" for room in rooms for path in source.files(room) for complaint in guard(source.tree(path))]


@pytest.mark.parametrize("room", ["core", "db", "pages"])
def test_pages_lean_on_db_and_db_on_core_and_core_on_nobody(room):
    assert [f"{path}:{one}" for path in source.files(room) for one in wrong_imports(room, source.tree(path))] == []


def test_only_one_place_reads_the_wall_clock():
    found = [f"{path}:{one}" for path in source.every_file() if path.parts[0] != "tests" and path != CLOCK for one in clock_readings(source.tree(path))]
    assert found == []
    assert clock_readings(source.tree(CLOCK)), "db/wall_clock.py no longer reads the clock: who does?"


def test_core_gets_the_time_as_a_parameter():
    assert [p for p in source.files("core") if "wall_clock" in source.text(p)] == []


def test_no_file_is_longer_than_450_lines_and_no_page_than_140():
    lines = {path: source.text(path).count("\n") for path in source.every_file() if "migrations" not in path.parts}
    pages = {path: n for path, n in lines.items() if path.parts[0] == "pages" and len(path.parts) == 2}
    assert {str(p): n for p, n in lines.items() if n > 450} == {}
    assert {str(p): n for p, n in pages.items() if n > 140} == {}


def test_no_function_is_longer_than_60_lines():
    """But for migrations: a revision says in one list what it makes."""
    assert [one for one in everywhere(("core", "db", "pages"), long_functions) if "/migrations/" not in one] == []


def test_no_exception_is_swallowed_without_a_word():
    assert everywhere(("core", "db", "pages"), swallowed) == []


def test_no_room_has_a_drawer_for_odds_and_ends():
    names = [path for path in source.every_file() if VAGUE & ({path.stem} | set(path.parts[:-1]))]
    assert names == []


def test_no_machine_path_and_no_brief_stands_in_the_source():
    bad = ("/work/", "/root/", "/home/")
    own = Path("tests/house/test_rooms.py")
    assert [f"{p}: {b}" for p in source.every_file() if p != own for b in bad if b in source.text(p)] == []


@pytest.mark.parametrize(
    ("guard", "bad"),
    [
        (lambda m: wrong_imports("core", m), "def f():\n    from sqlalchemy import select"),
        (lambda m: wrong_imports("core", m), "import requests"),
        (lambda m: wrong_imports("db", m), "import pages.queue"),
        (lambda m: wrong_imports("pages", m), "from tests import desk"),
        (clock_readings, "from datetime import datetime\nx = datetime.now()"),
        (clock_readings, "import time\nx = map(time.time, [])"),
        (long_functions, "def f():\n" + "    x = 1\n" * 61),
        (swallowed, "try:\n    f()\nexcept ValueError:\n    pass"),
    ],
)
def test_the_guards_of_the_rooms_bite(guard, bad):
    assert guard(ast.parse(bad))


def test_every_command_of_the_command_line_is_known_by_its_name():
    """The group loads a command's module only when it is asked for, so it must be told where each stands."""
    stand = {}
    for path in source.files("db"):
        if path.parent == Path("db/cli") and path.stem != "__init__":
            found = vars(importlib.import_module(f"db.cli.{path.stem}")).items()
            stand |= {value.name: path.stem for name, value in found if isinstance(value, click.Command) and not name.startswith("_")}
    assert stand == MODULES
