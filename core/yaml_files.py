"""Reading the charter's own YAML: YAML 1.2, duplicate keys refused, errors that say where and what to write instead."""

from contextlib import suppress
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_READ_OTHERWISE = ("\t", "%YAML")
"""libyaml takes a tab for a space, and a file that says it is YAML 1.1 for 1.2."""


class YamlProblem(ValueError):
    """Something in a YAML file is not allowed; the text names the file, the entry and what to write instead."""

    def __init__(self, where: str, entry: object, advice: str):
        super().__init__(f"{where}, {entry}: {advice}")
        self.where, self.entry, self.advice = where, entry, advice


def read_mapping(path: Path) -> dict:
    """The top-level mapping of the file at `path`. Raises YamlProblem."""
    return parse_mapping(path.read_text(encoding="utf-8"), path.name)


def parse_mapping(text: str, where: str) -> dict:
    """The top-level mapping of `text`; `where` names it in errors. Raises YamlProblem."""
    try:
        content = _content(text)
    except DuplicateKeyError as error:
        raise YamlProblem(where, _line(error), f"{_first_line(error.problem)}: keep one of the two") from None
    except MarkedYAMLError as error:
        raise YamlProblem(where, _line(error), f"not readable as YAML ({_first_line(error.problem)}): check indents, colons and quotes") from None
    except ValueError as error:
        raise YamlProblem(where, "a date or number", f"not readable ({error}): write a date like 2025-01-01, or quotes around what is a sentence") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise YamlProblem(where, "top level", "write a mapping of `key: value` lines")
    return content


def _content(text: str) -> object:
    """By libyaml where it reads `text`. All it refuses, and what it would take otherwise, is read, or complained of, by the reader in Python, which takes five times as long."""
    if not any(one in text for one in _READ_OTHERWISE):
        with suppress(YAMLError):
            return quick(text)
    return YAML(typ="safe", pure=True).load(text)


def quick(text: str) -> object:
    """What libyaml makes of `text`; where its package isn't installed, what Python does. Raises YAMLError; names no line as _content does."""
    return YAML(typ="safe").load(text)


def _line(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}" if mark else "somewhere"


def _first_line(text: str | None) -> str:
    return (text or "syntax").strip().splitlines()[0]
