"""requirements.txt lists what is imported, pinned exactly, with its reason and licence; nothing else."""

import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from tests.house import source

NO_IMPORT = {
    "psycopg-binary": "libpq for psycopg", "python-multipart": "Starlette reads forms through it", "uvicorn": "started by Streamlit",
    "itsdangerous": "Starlette signs its session cookie with it", "pytest-xdist": "a plugin of pytest", "ruff": "a command",
    "ruamel-yaml-clib": "ruamel.yaml reads by it where it is there",
}  # fmt: skip
LINE = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.]+)\s+# (?P<why>.+)\. (?P<licence>[^.]*(?:\d\.\d[^.]*)?)$")


def pins() -> dict[str, re.Match | None]:
    lines = (source.ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.strip() and not line.startswith("#")]
    return {line: LINE.match(line) for line in listed}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def owners_of_modules() -> dict[str, set[str]]:
    """The pinned distributions that each module stands in. Looking through everything installed would take two seconds."""
    owners: dict[str, set[str]] = {}
    for match in filter(None, pins().values()):
        for top in modules_of(match["name"]):
            owners.setdefault(top, set()).add(plain(match["name"]))
    return owners


def modules_of(name: str) -> set[str]:
    try:
        one = distribution(name)
    except PackageNotFoundError:
        return set()
    said = (one.read_text("top_level.txt") or "").split()
    return set(said) or {path.parts[0].partition(".")[0] for path in one.files or () if path.suffix in (".py", ".so", ".pyd")}


def imported(rooms: tuple[str, ...]) -> set[str]:
    """Distributions whose modules are imported in `rooms`, in pip's spelling."""
    owners = owners_of_modules()
    files = [path for path in source.every_file() if path.parts[0] in rooms]
    found = set()
    for path in files:
        for _, name in source.imports(source.tree(path)):
            top = name.split(".")[0]
            if top and top not in sys.stdlib_module_names and top not in {*source.ROOMS, "app"}:
                found |= owners.get(top, {f"(not pinned: {top})"})
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
