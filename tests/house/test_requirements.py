"""requirements.txt lists what is imported, pinned exactly, with its reason and licence; nothing else."""

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions

from tests.house import source

NO_IMPORT = {
    "psycopg-binary": "libpq for psycopg", "python-multipart": "Starlette reads forms through it", "uvicorn": "started by Streamlit",
    "itsdangerous": "Starlette signs its session cookie with it", "pytest-xdist": "a plugin of pytest", "ruff": "a command",
}  # fmt: skip
LINE = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+)\s+# (?P<why>.+)\. (?P<licence>[^.]*(?:\d\.\d[^.]*)?)$")


def pins() -> dict[str, re.Match | None]:
    lines = (source.ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.strip() and not line.startswith("#")]
    return {line: LINE.match(line) for line in listed}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


owners_of_modules = cache(packages_distributions)


def imported(rooms: tuple[str, ...]) -> set[str]:
    """Distributions whose modules are imported in `rooms`, in pip's spelling."""
    owners = owners_of_modules()
    files = [path for path in source.every_file() if path.parts[0] in rooms]
    found = set()
    for path in files:
        for _, name in source.imports(source.tree(path)):
            top = name.split(".")[0]
            if top and top not in sys.stdlib_module_names and top not in {*source.ROOMS, "app"}:
                found |= {plain(one) for one in owners.get(top, [f"(not installed: {top})"])}
    return found


def test_every_requirement_is_an_exact_pin_with_its_reason_and_licence():
    assert [line for line, match in pins().items() if not match] == []


def test_every_requirement_is_imported_somewhere():
    listed = {plain(match["name"]) for match in pins().values() if match}
    assert listed - imported(("app.py", *source.ROOMS)) - set(NO_IMPORT) == set()


def test_everything_imported_is_a_requirement():
    listed = {plain(match["name"]) for match in pins().values() if match}
    assert imported(("app.py", *source.ROOMS)) - listed == set()


def test_what_only_tests_need_is_imported_by_tests_only():
    text = (source.ROOT / "requirements.txt").read_text(encoding="utf-8")
    only = {plain(line.split("==")[0]) for line in text.partition("# Tests only")[2].splitlines() if "==" in line}
    assert imported(("app.py", "core", "db", "pages")) & only == set()
