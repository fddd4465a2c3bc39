"""A community's own version of an item: typed in on the page, one line a paper, step or law; kept as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.catalogue.shapes import CLASSES, Item, Names, misfit
from core.refusals import Refused
from core.reviews import chains
from core.work_orders import kinds

LISTS = ("materials", "guide", "basis")
LONGEST_TITLE, LONGEST_LIST = 60, 4000
"""Signs of a title, and of a list as it is typed."""


@dataclass(frozen=True)
class Draft:
    """What was typed: titles and lists by language, a line each; English may be left out."""

    group: str
    title: Names
    kind: str
    chain: str | None = None
    important: bool = False
    lists: Mapping[str, Names] = field(default_factory=dict)


def drafted(item_id: str, draft: Draft) -> Item | Refused:
    """The item that `draft` describes. English that is left out reads as the Chinese; half a translation is refused."""
    title = {lang: " ".join(text.split()) for lang, text in draft.title.items()}
    if not title.get("zh"):
        return Refused("catalogue.say_title")
    if draft.group not in CLASSES or draft.kind not in kinds() or (draft.chain and draft.chain not in chains()):
        return Refused("catalogue.unknown")
    lists: dict[str, tuple[Names, ...]] = {}
    for name in LISTS:
        lines = _paired(draft.lists.get(name, {}))
        if lines is None:
            return Refused(f"catalogue.half_{name}")
        lists[name] = lines
    if not lists["guide"] or not lists["basis"]:
        return Refused("catalogue.say_guide", "disclosure")
    named = {"zh": title["zh"], "en": title.get("en") or title["zh"]}
    item = Item(item_id, draft.group, named, draft.kind, draft.chain or None, draft.important, **lists)
    wrong = misfit(item)
    return Refused(f"catalogue.misfit_{wrong}", "materials.once" if wrong == "no_materials" else "review.chain") if wrong else item


def _paired(texts: Names) -> tuple[Names, ...] | None:
    """The lines of both languages side by side, each once; None where English has another number of lines than Chinese."""
    zh, en = ([" ".join(line.split()) for line in texts.get(lang, "").splitlines() if line.strip()] for lang in ("zh", "en"))
    if en and len(en) != len(zh):
        return None
    pairs = dict(zip(zh, en or zh, strict=True))
    return tuple({"zh": one, "en": other} for one, other in pairs.items())


def to_text(item: Item) -> str:
    """The item as it is kept."""
    kept = {"group": item.group, "title": item.title, "kind": item.kind, "chain": item.chain, "important": item.important}
    return json.dumps(kept | {name: getattr(item, name) for name in LISTS}, ensure_ascii=False, sort_keys=True)


def from_text(item_id: str, text: str) -> Item:
    """The item that `to_text` kept."""
    kept = json.loads(text)
    return Item(item_id, **{name: tuple(value) if name in LISTS else value for name, value in kept.items()})
