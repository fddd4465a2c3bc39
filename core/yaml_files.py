"""Reading the charter's own YAML: YAML 1.2, duplicate keys refused, errors that say where and what to write instead."""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError


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
        content = YAML(typ="safe", pure=True).load(text)
    except DuplicateKeyError as error:
        raise YamlProblem(where, _line(error), f"{_first_line(error.problem)}: keep one of the two") from None
    except MarkedYAMLError as error:
        raise YamlProblem(where, _line(error), f"not readable as YAML ({_first_line(error.problem)}): check indents, colons and quotes") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise YamlProblem(where, "top level", "write a mapping of `key: value` lines")
    return content


def _line(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}" if mark else "somewhere"


def _first_line(text: str | None) -> str:
    return (text or "syntax").strip().splitlines()[0]
