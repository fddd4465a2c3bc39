"""Service packages in words, shared by file, cards, list of gaps and checklist."""

from collections.abc import Iterable

from core.packages import Part
from pages.parts.desk import Desk


def part_text(desk: Desk, part: Part | str) -> str:
    """A part's name: "volunteer"."""
    return desk.t(f"packages.part.{part if isinstance(part, str) else part.id}")


def lacking_text(desk: Desk, parts: Iterable[Part | str]) -> str:
    """"Missing: volunteer, family"; each once, though two clauses ask for it."""
    return desk.t("packages.missing", parts=desk.t("packages.comma").join(dict.fromkeys(part_text(desk, part) for part in parts)))


def answer_text(desk: Desk, part: str, is_there: bool) -> str:
    """What is on record of a service: "installed", "can walk, not needed"."""
    return desk.t(f"packages.there.{part}" if is_there else f"packages.none.{part}")
