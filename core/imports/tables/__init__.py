"""The tables a ledger can be taken into: their fields, what each must hold, and the headers offices write over it.

One YAML file a table; `parse` names a parser of core.imports.parsers. Loaded strictly: an unknown key or a header known twice stops it.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from core import masks
from core.imports.cells import squeezed
from core.yaml_files import YamlProblem, read_mapping

_HERE = Path(__file__).parent
ORDER = ("grids", "buildings", "households", "residents", "staff", "teams", "contacts", "work_orders", "affairs", "bills")
"""The tables, in the order an office takes its ledgers in."""
LISTS = ("police", "housing")
"""Lists of others, read the same way but only compared (core.reconciliation)."""


@dataclass(frozen=True)
class Field:
    """One column. `known_as`: squeezed header → how well it names this field (the title and the first names best).

    `check_only`: read and compared, never filed. `personal`: the mask it falls under. `missing`: a remark when a row leaves it empty.
    `exact`: a header that only contains a known one ("Community Board") is not meant.
    """

    name: str
    parse: str
    title: dict[str, str]
    known_as: tuple[str, ...] = ()
    required: bool = False
    check_only: bool = False
    personal: str | None = None
    missing: str | None = None
    exact: bool = False
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table of the desk as an office's ledger has it. `key`: the fields one row is recognised by."""

    name: str
    title: dict[str, str]
    hint: dict[str, str]
    key: tuple[str, ...]
    fields: dict[str, Field]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields every row must fill."""
        return tuple(f.name for f in self.fields.values() if f.required)


def veiled(field: Field | None, text: str, hidden: frozenset[str]) -> str:
    """A cell's text as it is shown where it was read in from: masked where its field is among the personal ones `hidden`. Whoever hands the file in has it in full, and
    who looks over a shoulder, or finds what was printed, has not."""
    return masks.masked(field.personal, text, hidden) if field and field.personal and text else text


_FIELD_KEYS = {"parse", "title", "known_as", "required", "check_only", "personal", "missing", "exact"}
_OPTION_KEYS = {"longest", "least", "most"}


@lru_cache
def table(name: str) -> Table:
    """The table `name`. Raises YamlProblem when its file is wrong, KeyError when there is none."""
    path = _HERE / f"{name}.yaml"
    if name not in (*ORDER, *LISTS):
        raise KeyError(f"no table {name!r}: there are {', '.join((*ORDER, *LISTS))}")
    return load(read_mapping(path), name, path.name)


def load(content: dict, name: str, where: str) -> Table:
    """A table from its YAML mapping. Raises YamlProblem."""
    if set(content) != {"title", "hint", "key", "fields"}:
        raise YamlProblem(where, "top level", "write exactly title, hint, key and fields")
    fields = {key: _field(key, entry, where) for key, entry in content["fields"].items()}
    if unknown := [key for key in content["key"] if key not in fields]:
        raise YamlProblem(where, f"key {unknown[0]}", "name one of the fields")
    return Table(name, content["title"], content["hint"], tuple(content["key"]), fields)


def _field(name: str, entry: dict, where: str) -> Field:
    from core.imports.parsers import PARSERS

    if unknown := set(entry) - _FIELD_KEYS - _OPTION_KEYS:
        raise YamlProblem(where, f"field {name}", f"{sorted(unknown)[0]} is no key: use {', '.join(sorted(_FIELD_KEYS | _OPTION_KEYS))}")
    if entry.get("parse") not in PARSERS:
        raise YamlProblem(where, f"field {name}", f"parse: {entry.get('parse')} is no parser: use {', '.join(sorted(PARSERS))}")
    if set(entry.get("title", ())) != {"zh", "en"}:
        raise YamlProblem(where, f"field {name}", "write title: {zh: …, en: …}")
    names = [squeezed(str(known)) for known in (*entry["title"].values(), *entry.get("known_as", ()))]
    kept = {key: entry[key] for key in ("parse", "title", "required", "check_only", "personal", "missing", "exact") if key in entry}
    return Field(name, known_as=tuple(dict.fromkeys(names)), options={key: entry[key] for key in _OPTION_KEYS if key in entry}, **kept)
