"""Who joins the staff, takes or leaves a grid's A or B post (grid.posts), and leaves: what may be entered, by the desk and by a ledger alike.

Days are local dates. A post is held from its first day to the day before `to_date`. What is nonsense is refused; a grid that is left with nobody
is told of, for that may be how it is.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from core.imports.cells import Bad, name_of, phone_of
from core.refusals import Refused

KINDS = ("grid_worker", "social_worker", "head", "property", "volunteer")
CERTIFICATES = ("senior_social_worker", "social_worker", "assistant")
POSTS = ("A", "B")
CLAUSE = "grid.posts"
AHEAD = timedelta(366)
"""How far ahead a change may be entered: a default of this product, against a year mistyped."""
RECENT = timedelta(90)
"""So long whoever has left is still listed, to be taken back; default."""


def person_of(name: str, phone: str) -> tuple[str, str | None] | Refused:
    """Name and telephone (None: none given) as a ledger would have them, or why they are none."""
    called, number = name_of(name), phone_of(phone)
    if called is None or isinstance(called, Bad):
        return Refused("posts.bad_name")
    return Refused("posts.bad_phone") if isinstance(number, Bad) else (called, number)


def check_new(name: str, phone: str | None, others: Iterable[tuple[str | None, date | None]], today: date) -> Refused | None:
    """Why nobody of that name joins the staff, or None. `others`: telephone and last day of those who are called so. Without both numbers it may be the same person."""
    same = [left_on for number, left_on in others if phone is None or number is None or number == phone]
    if not same:
        return None
    left = all(left_on is not None and left_on <= today for left_on in same)
    return Refused("posts.has_left_before" if left else "posts.known_already", values={"name": name})


def until_taken(present_from: date, since: date) -> date:
    """The first day without the post of who stood there from `present_from` on, when somebody else takes it `since`: never before they began."""
    return max(since, present_from)


def check_take(since: date, today: date, left_on: date | None, name: str, present_from: date | None, others_until: date | None) -> Refused | None:
    """Why `name`, who leaves the staff on `left_on`, can't take a post `since`, or None. `present_from`: since when somebody stands there; `others_until`: the last
    day of whoever stood there before, plus one."""
    if left_on is not None and left_on <= since:
        return Refused("posts.left_by_then", values={"name": name, "day": left_on.isoformat()})
    if since > today + AHEAD:
        return Refused("posts.too_far", values={"n": AHEAD.days})
    begun = max(filter(None, (present_from, others_until)), default=None)
    return Refused("posts.held_then", CLAUSE, {"day": begun.isoformat()}) if begun is not None and since < begun else None


def check_end(from_date: date, to_date: date, ends: date | None, today: date) -> Refused | None:
    """Why a post held from `from_date` (until `ends`, if that is known) can't end before `to_date`, its first day without it, or None. On the day it began: it never was."""
    if ends is not None and ends <= today:
        return Refused("posts.over", values={"day": ends.isoformat()})
    if to_date < from_date:
        return Refused("posts.ends_first", CLAUSE, {"day": from_date.isoformat()})
    return Refused("posts.too_far", values={"n": AHEAD.days}) if to_date > today + AHEAD else None


def check_leave(name: str, left_on: date, today: date, before: date | None, begins: Iterable[date]) -> Refused | None:
    """Why `name` can't leave the staff on `left_on`, the first day they are not here, or None. `before`: they have left already; `begins`: first days of posts they still hold."""
    if before is not None and before <= today:
        return Refused("staff.has_left", values={"name": name})
    if left_on > today + AHEAD:
        return Refused("posts.too_far", values={"n": AHEAD.days})
    latest = max(begins, default=None)
    return Refused("posts.leaves_first", CLAUSE, {"day": latest.isoformat()}) if latest is not None and left_on < latest else None
