"""Home visits that are hard to believe: too many by one person in too short a time, while that person was away, or with a photo of another (all clauses ours).

They are listed for the station head and the committee, and hinder nobody from recording.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from core.calendar import local_day
from core.likeness import alike
from core.periods import local_midnight
from core.rulebook import load_rulebook

DENSE, ABSENT, PHOTO = "contact.dense", "contact.absent", "contact.photo"
CLAUSES = (DENSE, ABSENT, PHOTO)
Visit = tuple[Hashable, Hashable, datetime]
"""Its id, who made it, when."""


@dataclass(frozen=True)
class Doubt:
    """Why a visit is hard to believe: one of `n` visits by the same person from `start` to `end`; `n` None: that person was away from `start` to `end`."""

    start: datetime
    end: datetime
    n: int | None = None

    @property
    def minutes(self) -> int:
        """From start to end, begun ones counted."""
        return max(1, ceil((self.end - self.start).total_seconds() / 60))


def figures(day: date) -> tuple[int, timedelta] | None:
    """So many home visits of one person within so long are too many, on the local date `day`; None while no figure is in force."""
    dated = load_rulebook()[DENSE].on(day)
    return dated and (int(dated.parts["visits"].figure), timedelta(minutes=dated.parts["window"].n))


def dense(visits: Iterable[Visit], least: int, window: timedelta) -> dict[Hashable, Doubt]:
    """The visits that stand with `least` or more of the same person within `window`, the first and the last included, by id. Windows that overlap
    are one stretch."""
    by_person: dict[Hashable, list[tuple[datetime, Hashable]]] = defaultdict(list)
    for visit, person, moment in visits:
        by_person[person].append((moment, visit))
    found: dict[Hashable, Doubt] = {}
    for made in by_person.values():
        made.sort(key=lambda one: one[0])
        stretches: list[list[datetime]] = []
        for (first, _), (last, _) in zip(made, made[least - 1 :], strict=False):
            if last - first > window:
                continue
            if stretches and first <= stretches[-1][1]:
                stretches[-1][1] = last
            else:
                stretches.append([first, last])
        for start, end in stretches:
            inside = [visit for moment, visit in made if start <= moment <= end]
            found.update(dict.fromkeys(inside, Doubt(start, end, len(inside))))
    return found


def while_absent(visits: Iterable[Visit], absences: Iterable[tuple[Hashable, datetime, datetime]], by_day: Iterable[Visit] = ()) -> dict[Hashable, Doubt]:
    """The visits made during an absence [start, end) of whoever made them, by id. `by_day`: visits of which only the day is known, which was one of absence from
    beginning to end."""
    away: dict[Hashable, list[tuple[datetime, datetime]]] = defaultdict(list)
    for person, start, end in absences:
        away[person].append((start, end))
    found = {visit: Doubt(start, end) for visit, person, moment in visits for start, end in away.get(person, ()) if start <= moment < end}
    whole = ((visit, person, *(local_midnight(local_day(moment) + timedelta(n)) for n in (0, 1))) for visit, person, moment in by_day)
    return found | {visit: Doubt(start, end) for visit, person, begin, until in whole for start, end in away.get(person, ()) if start <= begin and until <= end}


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
