"""Home visits that are hard to believe: too many by one person in too short a time, while that person was away, or with a photo of another (all clauses ours).

They are listed for the station head and the committee, and hinder nobody from recording.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.likeness import alike
from core.rulebook import load_rulebook

DENSE, ABSENT, PHOTO = "contact.dense", "contact.absent", "contact.photo"
CLAUSES = (DENSE, ABSENT, PHOTO)
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


def photo_figures(day: date) -> tuple[int, timedelta] | None:
    """In so many bits the looks of two photos may differ, and so long may lie between their visits; None while no figure is in force."""
    dated = load_rulebook()[PHOTO].on(day)
    return dated and (int(dated.parts["near"].figure), timedelta(dated.parts["window"].n))


@dataclass(frozen=True)
class Photo:
    """A photo of a visit made `at`. `content`: equal for equal bytes; `look`: core.likeness.look, None of what is no picture or too plain a one."""

    visit: Hashable
    at: datetime
    content: Hashable
    look: bytes | None


def repeated(photos: Iterable[Photo], near: int, window: timedelta) -> dict[Hashable, tuple[Hashable, bool]]:
    """Visits with a photo that another visit had before, and which; True: the very same, however long ago, not a copy within `window`. `photos` as they were added."""
    added = list(photos)
    close: dict[Hashable, set[Hashable]] = defaultdict(set)
    for one, other in map(tuple, alike({photo.content: photo.look for photo in added if photo.look}, near)):
        close[one].add(other)
        close[other].add(one)
    before: dict[Hashable, list[Photo]] = defaultdict(list)
    found: dict[Hashable, tuple[Hashable, bool]] = {}
    for photo in added:
        same = [one.visit for one in before[photo.content] if one.visit != photo.visit]
        copies = [one.visit for content in close[photo.content] for one in before[content] if one.visit != photo.visit and abs(photo.at - one.at) <= window]
        if same:
            found[photo.visit] = same[0], True
        elif copies:
            found.setdefault(photo.visit, (copies[0], False))
        before[photo.content].append(photo)
    return found
