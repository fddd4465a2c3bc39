"""Home visits that are hard to believe: too many by one person in too short a time, or while that person was away (both clauses are ours).

They are listed for the station head and the committee, and hinder nobody from recording.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date, datetime, timedelta

from core.rulebook import load_rulebook

DENSE, ABSENT = "contact.dense", "contact.absent"
CLAUSES = (DENSE, ABSENT)
Visit = tuple[Hashable, Hashable, datetime]
"""Its id, who made it, when."""


def figures(day: date) -> tuple[int, timedelta] | None:
    """So many home visits of one person within so long are too many, on the local date `day`; None while no figure is in force."""
    dated = load_rulebook()[DENSE].on(day)
    return dated and (int(dated.parts["visits"].figure), timedelta(minutes=dated.parts["window"].n))


def dense(visits: Iterable[Visit], least: int, window: timedelta) -> set[Hashable]:
    """Ids of visits that stand with `least` or more of the same person within `window`, the first and the last included."""
    by_person: dict[Hashable, list[tuple[datetime, Hashable]]] = defaultdict(list)
    for visit, person, moment in visits:
        by_person[person].append((moment, visit))
    found: set[Hashable] = set()
    for made in by_person.values():
        made.sort(key=lambda one: one[0])
        for first, last in zip(made, made[least - 1 :], strict=False):
            if last[0] - first[0] <= window:
                found.update(visit for moment, visit in made if first[0] <= moment <= last[0])
    return found


def while_absent(visits: Iterable[Visit], absences: Iterable[tuple[Hashable, datetime, datetime]]) -> set[Hashable]:
    """Ids of visits made during an absence [start, end) of whoever made them."""
    away: dict[Hashable, list[tuple[datetime, datetime]]] = defaultdict(list)
    for person, start, end in absences:
        away[person].append((start, end))
    return {visit for visit, person, moment in visits if any(start <= moment < end for start, end in away.get(person, ()))}
