"""The strict reader of the catalogue's YAML: refuses what may not stand there, and says what to write instead."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from core.catalogue.shapes import CLASSES, Group, Item, Names, misfit
from core.reviews import chains
from core.rulebook import load_rulebook
from core.words import LANGS
from core.work_orders import kinds
from core.yaml_files import YamlProblem, parse_mapping, read_mapping

_HERE = Path(__file__).parent
_KEYS = ("title", "kind", "clauses", "chain", "important", "materials", "guide", "basis")
_NEEDED = ("title", "kind", "clauses", "chain", "materials", "guide", "basis")
_LISTS = {"materials": "materials", "guide": "steps", "basis": "laws"}
"""Keys of an item that are lists of sentences, and the file whose names stand for sentences there."""
_ADVICE = {
    "no_materials": "orders of this kind can't wait for papers: write `materials: []`, or another kind",
    "needs_second": "complex or important, so its chain needs a second_review: write another chain",
    "no_second": "neither complex nor important, so its chain has no second_review: write another chain, or `important: true`",
}


class CatalogueError(YamlProblem):
    """An item that may not stand in the catalogue; the text names file, item, and what to write instead."""


@lru_cache
def load_catalogue() -> tuple[Group, ...]:
    """The sample that comes with the product: CLASSES in their order. Raises CatalogueError."""
    files = sorted((_HERE / "sample").glob("*.yaml"), key=lambda path: CLASSES.index(path.stem) if path.stem in CLASSES else len(CLASSES))
    return read_catalogue((path.name, path.read_text(encoding="utf-8")) for path in files)


@lru_cache
def shared(name: str) -> Mapping[str, Names]:
    """Sentences that several items share: 'materials', 'steps' or 'laws'. Raises YamlProblem."""
    path = _HERE / f"{name}.yaml"
    return {key: _names(path.name, key, entry, "the sentence") for key, entry in read_mapping(path).items()}


def read_catalogue(files: Iterable[tuple[str, str]]) -> tuple[Group, ...]:
    """Groups from (file name, YAML text) pairs, as given. Raises CatalogueError."""
    groups, seen = [], {}
    for file, text in files:
        group = _group(file, text)
        groups.append(group)
        for item in group.items:
            for title in item.title.values():
                if seen.setdefault(title, item.id) != item.id:
                    raise CatalogueError(file, item.id, f"{title!r} is the title of {seen[title]} already: write another")
    return tuple(groups)


def _group(file: str, text: str) -> Group:
    name = file.rpartition(".")[0]
    if name not in CLASSES:
        raise CatalogueError(file, "the file's name", f"no class: use one of {', '.join(CLASSES)}")
    try:
        entries = parse_mapping(text, file)
    except YamlProblem as problem:
        raise CatalogueError(problem.where, problem.entry, problem.advice) from None
    _mapping(file, name, entries, ("title", "items"), ("title", "items"))
    if not isinstance(entries["items"], Mapping):
        raise CatalogueError(file, "items", "write a mapping of item to its entry")
    items = tuple(read_item(file, f"{name}.{key}", name, entry) for key, entry in entries["items"].items())
    return Group(name, _names(file, name, entries["title"], "title"), items)


def read_item(file: str, item_id: str, group: str, entry: object) -> Item:
    """One item from its mapping. Raises CatalogueError."""
    if not all(part.isidentifier() for part in item_id.split(".")):
        raise CatalogueError(file, item_id, "an item's name is lower-case words joined by underscores")
    entry = _mapping(file, item_id, entry, _KEYS, _NEEDED)
    kind = _one_of(file, item_id, entry["kind"], "kind", kinds())
    chain = entry["chain"] if entry["chain"] is None else _one_of(file, item_id, entry["chain"], "chain", chains())
    if not isinstance(entry.get("important", False), bool):
        raise CatalogueError(file, item_id, f"important is {entry['important']!r}: write true or leave it out")
    _clauses(file, item_id, entry["clauses"], kind)
    lists = {key: _sentences(file, item_id, entry[key], key) for key in _LISTS}
    item = Item(item_id, group, _names(file, item_id, entry["title"], "title"), kind, chain, entry.get("important", False), **lists)
    if wrong := misfit(item):
        raise CatalogueError(file, item_id, _ADVICE[wrong])
    return item


def _clauses(file: str, item_id: str, given: object, kind: str) -> None:
    """Written out, so that a guide can't come to promise another limit because somebody changed the kind."""
    starts = list(kinds()[kind].clocks)
    for clause_id in given if isinstance(given, list) else [given]:
        if clause_id not in load_rulebook():
            raise CatalogueError(file, item_id, f"no clause {clause_id!r} in the rulebook: write {', '.join(starts)}")
    if given != starts:
        raise CatalogueError(file, item_id, f"clauses are {given!r}, but orders of kind {kind} start {', '.join(starts)}: write those, or another kind")


def _sentences(file: str, item_id: str, entries: object, key: str) -> tuple[Names, ...]:
    known = shared(_LISTS[key])
    if not isinstance(entries, list) or (not entries and key != "materials"):
        raise CatalogueError(file, item_id, f"{key} is {entries!r}: write a list of names from {_LISTS[key]}.yaml, or of {{zh: …, en: …}}")
    found = [_names(file, item_id, one, key) if isinstance(one, Mapping) else known[_one_of(file, item_id, one, key, known)] for one in entries]
    if len({one["zh"] for one in found}) < len(found):
        raise CatalogueError(file, item_id, f"{key} names one thing twice: write it once")
    return tuple(found)


def _mapping(file: str, item_id: str, entry: object, allowed: tuple[str, ...], needed: tuple[str, ...]) -> Mapping:
    if not isinstance(entry, Mapping):
        raise CatalogueError(file, item_id, f"the entry is {entry!r}: write a mapping with the keys {', '.join(needed)}")
    if unknown := [key for key in entry if key not in allowed]:
        raise CatalogueError(file, item_id, f"unknown key {unknown[0]!r}: write one of {', '.join(allowed)}")
    if missing := [key for key in needed if key not in entry]:
        raise CatalogueError(file, item_id, f"has no {missing[0]!r}: add `{missing[0]}: …`")
    return entry


def _one_of(file: str, item_id: str, value: object, what: str, allowed: Iterable) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise CatalogueError(file, item_id, f"{what} is {value!r}: write one of {', '.join(allowed)}")
    return value


def _names(file: str, item_id: str, entry: object, what: str) -> Names:
    if not isinstance(entry, Mapping) or set(entry) != set(LANGS) or not all(isinstance(one, str) and one.strip() for one in entry.values()):
        raise CatalogueError(file, item_id, f"{what} is {entry!r}: write {{zh: …, en: …}}, in quotes where it looks like a number")
    return dict(entry)
