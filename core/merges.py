"""Two files of one person: how alike they are, and which turns the one that stays has, as if there had been one file from the start.

Merging is one person's act and not two's (default; the documents say nothing): nothing is deleted, the ledger names who did it, and undoing gives back
exactly what it changed. What was recorded since stays with the person it was recorded for: the one whose file remained.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from core.cadence import Hold, Step, Turn, continued, fresh, held
from core.reconciliation import BLANK, FULL, Person, points
from core.refusals import Refused
from core.rulebook import Clause
from core.yaml_files import YamlProblem, read_mapping

FILLED = ("id_number", "birth_date", "phone", "address", "registered_address", "health", "sex")
"""What the remaining file takes over where it has nothing itself; whatever it has stays as it is."""
PARTS = ("id_number", "name", "birth_date", "phone", "address")

_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Rules:
    """Points for each of PARTS, and from how many on two files are offered."""

    weights: Mapping[str, float]
    offer_from: float

    @property
    def most(self) -> float:
        """As many as two files can have that don't both carry an ID number."""
        return sum(points for part, points in self.weights.items() if part != "id_number")


@lru_cache
def rules() -> Rules:
    """The figures of core/merges.yaml. Raises YamlProblem."""
    content = read_mapping(_FILE)
    if set(content) != set(Rules.__dataclass_fields__) or set(content["weights"]) != set(PARTS):
        raise YamlProblem(_FILE.name, "top level", f"write exactly {', '.join(Rules.__dataclass_fields__)}; weights: {', '.join(PARTS)}")
    return Rules(**content)


@dataclass(frozen=True, slots=True)
class Alike:
    """How well two files fit: points, and the parts that agree (in full 1, half 0.5)."""

    score: float
    parts: Mapping[str, float]


def alike(one: Person, other: Person, phones: tuple[object | None, object | None], by: Rules | None = None) -> Alike | None:
    """Two files of the desk against each other; `phones` stand for the telephone numbers. None: different ID numbers, so two people; or too little."""
    by = by or rules()
    if one.id_key is not None and other.id_key is not None and one.id_key != other.id_key:
        return None
    parts = dict(points(one, other, by).parts)
    parts["phone"] = FULL if phones[0] is not None and phones[0] == phones[1] else BLANK
    parts["id_number"] = FULL if one.id_key is not None and one.id_key == other.id_key else BLANK
    score = sum(by.weights[name] * part for name, part in parts.items())
    return Alike(score, {name: parts[name] for name in PARTS if parts[name]}) if score >= by.offer_from else None


def check_merge(found: Alike | None, left: Iterable[date | None], *, two_people: bool, waits: bool) -> Refused | None:
    """Why two files may not become one, or None. `left`: when each person left; `two_people`: somebody has said that they are; `waits`: a change of the
    file that goes waits for another person's word."""
    if any(left):
        return Refused("merges.has_left")
    if two_people:
        return Refused("merges.are_two")
    if waits:
        return Refused("merges.change_waits")
    return None if found else Refused("merges.not_alike")


def together(clause: Clause, chains: Iterable[Sequence[Turn]], times: Sequence[datetime], now: datetime, holds: Sequence[Hold] = ()) -> Step:
    """The turns of one person whose files had those of `chains`: from the first of all on, with the sorted acts `times` and the stays away `holds` of both."""
    first = min((turn for chain in chains for turn in chain), key=lambda turn: turn.started_at, default=None)
    return continued(clause, first and fresh(first), times, now, holds)


def begins(clause: Clause, turn: Turn, void: bool, holds: Sequence[Hold]) -> bool:
    """Whether a turn on file is one to begin with: it counts, or only a stay away took it out."""
    return not void or held(clause, turn, holds)
