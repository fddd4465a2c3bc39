"""The strict reader of the rulebook's YAML. The product does not start on a bad rulebook."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from core.periods import PERS
from core.roles import DESKS
from core.rulebook import shapes
from core.rulebook.shapes import Cadence, Clause, Dated, Figure, Limit, Rulebook, Source, Text, Threshold
from core.rulebook.vocabulary import ACTS, DOMAINS, EVENTS, UNITS
from core.words import LANGS
from core.yaml_files import YamlProblem, parse_mapping

_CLAUSE_KEYS = ("section", "shape", "title", "source", "starts", "stops", "pauses", "desk", "values")
_NEEDED = ("section", "shape", "title", "source", "desk", "values")
_DATED_KEYS = ("from", "value", "figure", "default", "parts")
_VALUE_KINDS = {
    "within": ({"within"}, {"warn"}),
    "not_before": ({"not_before"}, {"warn"}),
    "times": ({"times", "per", "act", "subject"}, set()),
    "op": ({"op", "figure", "unit"}, {"about"}),
}


class RulebookError(YamlProblem):
    """A clause that may not stand in the rulebook; the text names file, clause, and what to write instead."""


@lru_cache
def load_rulebook() -> Rulebook:
    """The rulebook that comes with the product. Raises RulebookError."""
    paths = sorted(Path(__file__).parent.glob("*.yaml"), key=lambda path: DOMAINS.index(path.stem) if path.stem in DOMAINS else len(DOMAINS))
    return read_rulebook((path.name, path.read_text(encoding="utf-8")) for path in paths)


def read_rulebook(files: Iterable[tuple[str, str]]) -> Rulebook:
    """A rulebook from (file name, YAML text) pairs, by section, then as given. Raises RulebookError."""
    clauses: dict[str, Clause] = {}
    for file, text in files:
        for clause_id, entry in _parsed(file, text).items():
            if clause_id in clauses:
                raise RulebookError(file, clause_id, f"already a clause of {clauses[clause_id].file}: give it another id")
            clauses[clause_id] = _Reader(file, clause_id).clause(entry)
    return Rulebook(dict(sorted(clauses.items(), key=lambda item: item[1].section)))


def _parsed(file: str, text: str) -> dict:
    try:
        return parse_mapping(text, file)
    except YamlProblem as problem:
        raise RulebookError(problem.where, problem.entry, problem.advice) from None


class _Reader:
    """Reads one clause; every complaint carries its file and id."""

    def __init__(self, file: str, clause_id: object):
        self.file, self.id = file, clause_id

    def _refuse(self, advice: str) -> RulebookError:
        return RulebookError(self.file, self.id, advice)

    def clause(self, entry: object) -> Clause:
        if not isinstance(self.id, str) or not all(part.isidentifier() for part in self.id.split(".")):
            raise self._refuse("an id is lower-case words joined by dots, like elder.call")
        entry = self._mapping(entry, "the clause", _CLAUSE_KEYS, _NEEDED)
        shape = self._one_of(entry["shape"], "shape", shapes.SHAPES)
        return Clause(
            id=self.id,
            section=self._one_of(entry["section"], "section", range(1, 8)),
            shape=shape,
            title=self._names(entry["title"], "title"),
            sources=self._sources(entry["source"]),
            values=self._values(entry["values"], shape),
            desk=self._desk(entry["desk"]),
            file=self.file,
            **{key: self._event(entry[key], key) for key in ("starts", "stops", "pauses") if key in entry},
        )

    def _mapping(self, entry: object, what: str, allowed: Iterable[str], needed: Iterable[str]) -> Mapping:
        if not isinstance(entry, Mapping):
            raise self._refuse(f"{what} is {entry!r}: write a mapping with the keys {', '.join(needed)}")
        if unknown := [key for key in entry if key not in allowed]:
            raise self._refuse(f"unknown key {unknown[0]!r} in {what}: write one of {', '.join(allowed)}")
        if missing := [key for key in needed if key not in entry]:
            raise self._refuse(f"{what} has no {missing[0]!r}: add `{missing[0]}: …`")
        return entry

    def _one_of(self, value: object, what: str, allowed: Iterable) -> object:
        if isinstance(value, bool) or value not in allowed:
            raise self._refuse(f"{what} is {value!r}: write one of {', '.join(map(str, allowed))}")
        return value

    def _names(self, entry: object, what: str) -> dict[str, str]:
        names = self._mapping(entry, what, LANGS, LANGS)
        for lang in LANGS:
            if not isinstance(names[lang], str) or not names[lang].strip():
                raise self._refuse(f"{what} in {lang!r} is {names[lang]!r}: write a sentence, in quotes where it looks like a number")
        return dict(names)

    def _sources(self, entry: object) -> tuple[Source, ...]:
        lines = entry if isinstance(entry, list) else [entry]
        if not lines or not all(isinstance(line, str) and line.strip() for line in lines):
            raise self._refuse(f"source is {entry!r}: write document and section, like `WS 三.1`, or a list of such")
        return tuple(self._source(line) for line in lines)

    def _source(self, line: str) -> Source:
        document, _, section = line.partition(" ")
        self._one_of(document, "the document in source", shapes.DOCUMENTS)
        if not section.strip() and document not in ("FS", "default"):
            raise self._refuse(f"source {line!r} names no section: write it like `{document} 三.1`")
        return Source(document, section.strip())

    def _event(self, value: object, what: str) -> str:
        return self._one_of(value, what, EVENTS)

    def _desk(self, value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        desks = value if isinstance(value, list) else [value]
        if not desks or len(set(map(str, desks))) < len(desks):
            raise self._refuse(f"desk is {value!r}: write each view once, or null while no view enforces the clause")
        return tuple(self._one_of(desk, "desk", DESKS) for desk in desks)

    def _values(self, entries: object, shape: str) -> tuple[Dated, ...]:
        if not isinstance(entries, list) or not entries:
            raise self._refuse("values is empty: write a list of `- from: 2025-01-01` entries, oldest first")
        values = tuple(self._dated(entry) for entry in entries)
        dates = [dated.from_ for dated in values]
        if any(later <= earlier for earlier, later in zip(dates, dates[1:], strict=False)):
            raise self._refuse("values are not sorted by `from`, or name one date twice: write them oldest first, each date once")
        if values[0].figure is None:
            raise self._refuse("the first value is null (repealed): begin with the figure that was in force")
        for dated in values:
            self._fits(dated.figure, shape)
        return values

    def _fits(self, figure: Figure | None, shape: str) -> None:
        allowed = {"clock": (Limit, Cadence), "measure": (Threshold, Text), "record": (Text,)}[shape]
        if figure is not None and not isinstance(figure, allowed):
            names = " or ".join(kind.__name__ for kind in allowed)
            raise self._refuse(f"a {shape} takes a {names}, not a {type(figure).__name__}: change the shape or the value")

    def _dated(self, entry: object) -> Dated:
        entry = self._mapping(entry, "a value", _DATED_KEYS, ("from", "value"))
        if type(entry["from"]) is not date:
            raise self._refuse(f"from is {entry['from']!r}: write a date like 2025-01-01")
        if entry["value"] is None:
            if set(entry) != {"from", "value"}:
                raise self._refuse("a repealed value (null) has only `from` and `value`: remove the rest")
            return Dated(entry["from"], None)
        if "figure" not in entry:
            raise self._refuse("a value has no 'figure': add `figure: {zh: …, en: …}`")
        if not isinstance(entry.get("default", False), bool):
            raise self._refuse(f"default is {entry['default']!r}: write true or leave it out")
        return Dated(
            entry["from"],
            self._figure(entry["value"]),
            self._names(entry["figure"], "figure"),
            entry.get("default", False),
            self._parts(entry.get("parts", {})),
        )

    def _parts(self, entry: object) -> dict[str, Figure]:
        if not isinstance(entry, Mapping) or not all(isinstance(name, str) and name.isidentifier() for name in entry):
            raise self._refuse(f"parts is {entry!r}: write a mapping of names to values")
        parts = {name: self._figure(value) for name, value in entry.items()}
        if any(isinstance(part, Text) for part in parts.values()):
            raise self._refuse("a part is a number with a unit: leave sentences to `figure`")
        return parts

    def _figure(self, value: object) -> Figure:
        if value == "text":
            return Text()
        kinds = [kind for kind in _VALUE_KINDS if isinstance(value, Mapping) and kind in value]
        if len(kinds) != 1:
            raise self._refuse(f"value is {value!r}: write `text`, or a mapping with exactly one of {', '.join(_VALUE_KINDS)}")
        needed, optional = _VALUE_KINDS[kinds[0]]
        self._mapping(value, "value", sorted(needed | optional), sorted(needed))
        match kinds[0]:
            case "within" | "not_before" as kind:
                return self._limit(value[kind], kind, value.get("warn"))
            case "times":
                return self._cadence(value)
            case _:
                return self._threshold(value)

    def _limit(self, text: object, kind: str, warn: object) -> Limit:
        n, _, unit = text.partition(" ") if isinstance(text, str) else ("", "", "")
        if not n.isdecimal() or int(n) < 1 or unit not in shapes.LIMIT_UNITS:
            raise self._refuse(f"{kind} is {text!r}: write a whole number and one of {', '.join(shapes.LIMIT_UNITS)}, like `3 hour`")
        return Limit(int(n), unit, kind, self._warn(warn))

    def _warn(self, warn: object) -> float | Limit | None:
        if warn is None:
            return None
        if isinstance(warn, float) and 0 < warn < 1:
            return warn
        if isinstance(warn, str):
            return self._limit(warn, "within", None)
        raise self._refuse(f"warn is {warn!r}: write a share like 0.8, or what is still left, like `1 working_day`")

    def _cadence(self, value: Mapping) -> Cadence:
        if type(value["times"]) is not int or value["times"] < 1:
            raise self._refuse(f"times is {value['times']!r}: write a whole number from 1")
        return Cadence(
            value["times"],
            self._one_of(value["per"], "per", PERS),
            self._one_of(value["act"], "act", ACTS),
            self._one_of(value["subject"], "subject", shapes.SUBJECTS),
        )

    def _threshold(self, value: Mapping) -> Threshold:
        op = self._one_of(value["op"], "op", shapes.OPS)
        unit = self._one_of(value["unit"], "unit", UNITS)
        return Threshold(op, self._numbers(value["figure"], op), unit, self._number(value["about"]) if "about" in value else None)

    def _numbers(self, figure: object, op: str):
        if op != "between":
            return self._number(figure)
        if not isinstance(figure, list) or len(figure) != 2 or self._number(figure[0]) >= self._number(figure[1]):
            raise self._refuse(f"figure is {figure!r}: with `between` write two numbers, the smaller first, like [200, 400]")
        return self._number(figure[0]), self._number(figure[1])

    def _number(self, figure: object) -> float | Fraction:
        if isinstance(figure, (int, float)) and not isinstance(figure, bool):
            return figure
        top, slash, bottom = figure.partition("/") if isinstance(figure, str) else ("", "", "")
        if slash and top.isdecimal() and bottom.isdecimal() and int(bottom):
            return Fraction(int(top), int(bottom))
        raise self._refuse(f"figure is {figure!r}: write a number, or a fraction like 2/3")
