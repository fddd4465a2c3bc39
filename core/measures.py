"""What a figure says about its clause: kept, not kept, nothing was due, or not measured here. One definition for every view.

A share is compared exactly (98 of 100 reaches 98 %, 979 of 1,000 does not); nothing due has no share, neither 0 % nor 100 %.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import floor

from core.clocks import Tally
from core.rulebook import Threshold, load_rulebook
from core.surveys import CLAUSE, Answers, rules
from core.work_orders import kinds


class Verdict(StrEnum):
    """How a clause stands; the words are measures.verdict_<value>."""

    kept = "kept"
    broken = "broken"
    nothing_due = "nothing_due"
    not_measured = "not_measured"


@dataclass(frozen=True)
class Measured:
    """A measured clause: `good` of `of` things are as they should be. `value` is the share or the number compared; None: there is none.
    `why` is a word key that says what was counted, or why nothing could be; `values` fill its places."""

    clause_id: str
    verdict: Verdict
    good: int = 0
    of: int = 0
    value: float | None = None
    why: str | None = None
    values: Mapping[str, int] = field(default_factory=dict)


NOT_MEASURED = {
    "kpi.special_satisfaction": "surveys.why_none",
    "survey.coverage": "measures.why_no_survey",
    "score.weights": "measures.why_no_survey",
}
"""Clauses the desk has no data for, though something looks like it: ratings given in a follow-up are ratings of matters, no survey."""


@lru_cache
def ending_clauses() -> frozenset[str]:
    """The clauses whose clock ends a matter, one of each kind of order: what "finished within its limit" counts (kpi.on_time). The first step
    of a two-step kind (on site, contacted) and the resident's own term for papers are not the end."""
    ends = (kind.again if kind.again in kind.clocks else list(kind.clocks)[-1] for kind in kinds().values())
    # A kind of order that is the product's own is no matter of the documents' measure.
    return frozenset(one for one in ends if load_rulebook()[one].source.document != "default")


def of_clocks(tally: Tally) -> Verdict:
    """A clause of clocks is kept when each that fell due was met in time."""
    if not tally.due:
        return Verdict.nothing_due
    return Verdict.kept if tally.met == tally.due else Verdict.broken


def of_rows(good: int, of: int) -> Verdict:
    """The same for rows that must each be as the clause says."""
    return of_clocks(Tally(good, of - good, 0))


def share(clause_id: str, good: int, of: int, day: date, why: str | None = None) -> Measured:
    """`good` of `of` against the share the clause asks for on `day`."""
    threshold = _threshold(clause_id, day)
    if threshold is None:
        return Measured(clause_id, Verdict.not_measured)
    if not of:
        return Measured(clause_id, Verdict.nothing_due, why=why)
    verdict = Verdict.kept if reaches(threshold, Fraction(good, of)) else Verdict.broken
    return Measured(clause_id, verdict, good, of, good / of, why)


def on_time(tallies: Mapping[str, Tally], day: date) -> Measured:
    """kpi.on_time over the clocks that end matters, overdue and still open ones included."""
    ends = total(tallies[one] for one in ending_clauses() & tallies.keys())
    return share("kpi.on_time", ends.met, ends.due, day, "measures.why_on_time")


def satisfaction(found: Answers, day: date, *, over: bool = False) -> Measured:
    """kpi.special_satisfaction: satisfied of who answered. Who was not reached or refused is in neither, and always told with it. Before everybody drawn has been
    asked, or the quarter is `over`, there is no rate: who is asked next could tell from it which answer is wanted."""
    few = 0 < found.answered < rules().few
    told = {"drawn": found.drawn, "answered": found.answered, "not_reached": found.not_reached, "refused": found.refused, "left": found.left, "few": rules().few}
    if found.left and not over:
        return Measured(CLAUSE, Verdict.nothing_due, why="surveys.why_running", values=told | {"done": found.done})
    return replace(share(CLAUSE, found.satisfied, found.answered, day, "surveys.why_few" if few else "surveys.why"), values=told)


def each(clause_id: str, values: Iterable[int], day: date) -> Measured:
    """Each of `values` against the figure of the clause: how many fit (grid.size, grid.posts). No values: nothing to measure."""
    threshold, numbers = _threshold(clause_id, day), list(values)
    if threshold is None or not numbers:
        return Measured(clause_id, Verdict.not_measured if threshold is None else Verdict.nothing_due)
    good = sum(reaches(threshold, number) for number in numbers)
    return Measured(clause_id, of_rows(good, len(numbers)), good, len(numbers), why=f"measures.why_{clause_id.replace('.', '_')}")


def station(heads: int, social_workers: int, households: int, day: date) -> Measured:
    """staff.station: one head, so many social workers, each for so many households. Nobody recorded as social worker: not measured, because
    a roster without that column proves nothing."""
    dated = load_rulebook()["staff.station"].on(day)
    if dated is None or not social_workers:
        return Measured("staff.station", Verdict.not_measured, why="measures.why_no_social_workers")
    tests = [
        reaches(dated.figure, social_workers),
        reaches(dated.parts["head"], heads),
        reaches(dated.parts["households"], Fraction(households, social_workers)),
    ]
    return Measured("staff.station", Verdict.kept if all(tests) else Verdict.broken, sum(tests), len(tests), social_workers, "measures.why_station")


def not_measured(clause_id: str) -> Measured:
    """A clause nothing here can be held against, with the reason."""
    return Measured(clause_id, Verdict.not_measured, why=NOT_MEASURED.get(clause_id, "measures.why_no_data"))


def percent(value: float | None) -> str:
    """A share as people read it, one decimal, cut off and never rounded up: 97.98 % must not look like 98 %. "—" for None."""
    return "—" if value is None else f"{floor(value * 1000 + 1e-9) / 10:.1f}%"


def reaches(threshold: Threshold, value: float | Fraction) -> bool:
    """`value` against the threshold without rounding: 0.9 means nine tenths, not the nearest binary number."""
    figure = threshold.figure
    exact = tuple(map(_exact, figure)) if isinstance(figure, tuple) else _exact(figure)
    return Threshold(threshold.op, exact, threshold.unit).reached_by(_exact(value))


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of `tallies`."""
    met = missed = overdue = 0
    for one in tallies:
        met, missed, overdue = met + one.met, missed + one.missed, overdue + one.overdue_open
    return Tally(met, missed, overdue)


def _exact(number: float | Fraction) -> Fraction:
    return number if isinstance(number, Fraction) else Fraction(str(number))


def _threshold(clause_id: str, day: date) -> Threshold | None:
    dated = load_rulebook()[clause_id].on(day)
    return dated.figure if dated and isinstance(dated.figure, Threshold) else None
