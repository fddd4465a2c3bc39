"""Satisfaction of special groups (kpi.special_satisfaction, WS 三.1): who is drawn to be asked, by whom, and what the answers come to.

Drawn by a seed that the program makes and the ledger keeps: whoever has seed and list gets the same people with any SHA-256. Figures: core/surveys.yaml.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import ceil
from pathlib import Path
from uuid import UUID

from core.refusals import Refused
from core.yaml_files import YamlProblem, read_mapping

CLAUSE = "kpi.special_satisfaction"
OUTCOMES = ("answered", "not_reached", "refused")
FINAL = ("answered", "refused")
"""Each person once; only who could not be reached may be asked again."""
RATINGS = (5, 4, 3, 2, 1)
CARERS = ("post", "contact", "team")
"""Why somebody may not enter a person's answer: they hold a post of its grid, had contact with it this quarter, or are on its team."""

_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Rules:
    """How large a sample is, and what counts as satisfied."""

    share: float
    least: int
    most: int
    satisfied_from: int
    few: int


@lru_cache
def rules() -> Rules:
    """The figures of core/surveys.yaml. Raises YamlProblem."""
    content = read_mapping(_FILE)
    if set(content) != set(Rules.__dataclass_fields__):
        raise YamlProblem(_FILE.name, "top level", f"write exactly {', '.join(Rules.__dataclass_fields__)}")
    return Rules(**content)


@dataclass(frozen=True)
class Answers:
    """How a survey stands: `drawn` people; of those who `answered`, how many are `satisfied`; who was not reached or refused; `left` to be asked."""

    drawn: int = 0
    answered: int = 0
    satisfied: int = 0
    not_reached: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """Who has been asked, whatever came of it."""
        return self.drawn - self.left

    @property
    def left(self) -> int:
        """Who has not been asked."""
        return self.drawn - self.answered - self.not_reached - self.refused


def size(frame: int) -> int:
    """How many of `frame` people are asked."""
    by = rules()
    return min(frame, max(by.least, min(by.most, ceil(frame * by.share))))


def drawn(frame: Iterable[UUID], seed: str, n: int) -> list[UUID]:
    """The `n` people of `frame` with the smallest SHA-256 of "seed id", in that order."""
    return sorted(frame, key=lambda one: sha256(f"{seed} {one}".encode()).digest())[:n]


def asking_grid(own: UUID | None, grids: Sequence[UUID], staff: Mapping[UUID, frozenset[UUID]]) -> UUID | None:
    """The grid whose workers ask somebody of the grid `own`: the next one, in the order given, with other people on its posts. None: there is none."""
    at = grids.index(own) if own in grids else -1
    carers = staff.get(own, frozenset())
    others = (one for one in (*grids[at + 1 :], *grids[: max(at, 0)]) if one != own)
    return next((one for one in others if staff.get(one) and not staff[one] & carers), None)


def is_satisfied(rating: int) -> bool:
    """Whether a rating of the scale counts as satisfied."""
    return rating >= rules().satisfied_from


def check_entry(before: str | None, outcome: str, rating: int | None, carer: str | None, over: bool) -> Refused | None:
    """Why an answer may not be entered, or None. `before`: what stands there; `carer`: one of CARERS; `over`: the quarter has ended."""
    if over:
        return Refused("surveys.over", CLAUSE)
    if carer:
        return Refused(f"surveys.carer_{carer}", CLAUSE)
    if before in FINAL:
        return Refused("surveys.entered_before", CLAUSE)
    if outcome not in OUTCOMES or (outcome == "answered") != (rating in RATINGS) or (outcome != "answered" and rating is not None):
        return Refused("surveys.no_such_answer", CLAUSE)
    return None


def counted(rows: Iterable[tuple[str | None, int | None]]) -> Answers:
    """Pairs (outcome, rating), one a person drawn."""
    rows = list(rows)
    tally = {outcome: sum(one == outcome for one, _ in rows) for outcome in OUTCOMES}
    return Answers(len(rows), satisfied=sum(outcome == "answered" and is_satisfied(rating) for outcome, rating in rows), **tally)
