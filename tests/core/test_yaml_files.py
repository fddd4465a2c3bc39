"""Every file of the house is read by libyaml, and says what Python's own reader says; what is wrong is told by line, whichever meets it first."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser

from core.yaml_files import YamlProblem, parse_mapping, quick

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for room in ("core", "db", "pages", "tests") for path in (ROOT / room).rglob("*.yaml")}


def by_python(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


def test_libyaml_is_installed():
    assert YAML(typ="safe").Parser is CParser is not None


def test_every_file_says_the_same_by_libyaml_and_by_python():
    assert len(files()) > 90
    for name, text in files().items():
        assert (name, repr(quick(text))) == (name, repr(by_python(text)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("y", "y"), ("true", True), ("~", None), ("", None),
        ("010", 10), ("0o10", 8), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("12:30", "12:30"), ("190:20:30", "190:20:30"), ("1e3", 1000.0), ("2/3", "2/3"),
        ("2025-01-01", date(2025, 1, 1)), ("'2025-01-01'", "2025-01-01"), ("2025-1-1", "2025-1-1"), ("2025-01-01T10:00:00", datetime(2025, 1, 1, 10)),
        ("{x: 24:00}", {"x": "24:00"}), ("[24:00]", ["24:00"]), ("{x:1}", {"x:1": None}), ("a\u2028b", "a\u2028b"), ("（24:00）", "（24:00）"),
        ('"\\/"', "/"), ("|\n  a\n  b\n", "a\nb\n"), ("x #c", "x"), ("x#c", "x#c"),
    ],
)  # fmt: skip
def test_what_yaml_versions_disagree_about_is_read_as_1_2(text, value):
    read = parse_mapping(f"k: {text}\n", "x.yaml")
    assert repr(read) == repr({"k": value}) == repr(by_python(f"k: {text}\n"))


def test_a_file_that_says_it_is_1_1_is_read_as_such():
    assert parse_mapping("%YAML 1.1\n---\nk: yes\n", "x.yaml") == {"k": True}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: .*keep one of the two"),
        ("a: {b: 1,\n    b: 2}\n", "line 2: .*keep one of the two"),
        ("a: 1\nb:\n  - {c: 1, d: 2, c: 3}\n", "line 3: .*keep one of the two"),
        ("1: a\n1.0: b\n", "line 2: .*keep one of the two"),
        ("a: 1\nb: {\n", "line 3: not readable as YAML"),
        ("a: 1\nb: x\ty\n", "line 2: not readable as YAML"),
        ("a: 1\nb:\n\t- 1\n", "line 3: not readable as YAML"),
        ("a: *b\n", "line 1: not readable as YAML"),
        ("a: !!python/name:os.system\n", "line 1: not readable as YAML"),
        ("a: 1\n---\nb: 2\n", "line 2: not readable as YAML"),
        ("a: 2025-13-01\n", r"a date or number: not readable \(month must be in 1..12\): write a date"),
        ("- a\n", "top level: write a mapping"),
    ],
)
def test_what_is_wrong_is_told_by_line(text, complaint):
    with pytest.raises(YamlProblem, match=rf"^x\.yaml, {complaint}"):
        parse_mapping(text, "x.yaml")
