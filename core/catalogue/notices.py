"""What was told to be missing, as the trail keeps it (materials.once): a paper a line."""

from collections.abc import Iterable

from core.catalogue.shapes import Item, Names


def note_of(missing: Iterable[str], more: str = "") -> str:
    """The note of the telling: the papers ticked (in Chinese), then what was typed besides."""
    return "\n".join([*missing, *(line.strip() for line in more.splitlines() if line.strip())])


def lines_of(note: str | None, item: Item | None) -> list[Names]:
    """The note's lines; those that are papers of `item` in both languages, others as they were typed."""
    known = {one["zh"]: one for one in item.materials} if item else {}
    return [known.get(line, {"zh": line, "en": line}) for line in (note or "").splitlines() if line.strip()]
