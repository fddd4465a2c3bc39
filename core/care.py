"""Care of the special groups: who is owed which acts, what a contact may be, and on which day somebody joins or leaves by age.

A call is not a visit, and a visit is not that week's call: each act counts on its own clause (default; WS 二.2 names both).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from core.cadence import strictest
from core.calendar import local_day
from core.imports.cells import Bad, phone_of
from core.periods import local_midnight
from core.refusals import Refused
from core.rulebook import Clause, load_rulebook

GROUPS = ("elder", "disabled", "child")
"""The roster's groups. WS 二.2"""
CLAUSES = {
    "elder": ("elder.call", "elder.visit", "file.update"),
    "disabled": ("disabled.assess", "file.update"),
    "child": ("child.session", "file.update"),
}
ACTS = ("call", "visit", "session", "assessment", "file_update")
OUTCOMES = ("reached", "no_answer", "wrong_number", "refused", "agreed", "call_later")
NEXT = ("no_answer", "wrong_number", "refused", "agreed")
"""Outcomes after which somebody has a next step to take (care.next.*); after the others the clock says when."""
DETAILS = ("living_alone", "disabled_elder")
"""Particulars of an elder that put them first. WS 二.2"""
KNOWN_DETAILS = frozenset(DETAILS) | {"visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple", "no_guardian", "left_behind", "poor_family", "ill"}
"""Particulars that have a word of their own (care.detail.*); a ledger may bring others."""
ELDER_AGE, ADULT_AGE, OLD_AGE = 60, 18, 80
OLDEST = "80+"
"""The age band that stands first (80岁以上, which in law has the 80 in it, Civil Code art. 1259): the same people on the card and in the order."""
BY_AGE = "WS 二.2"
"""The basis of a membership that came with the 60th birthday."""
TOLD_FOR = timedelta(14)
"""So long the worker is told of who joined or left by age, the file gone through or not: default of this product."""
TOLD_LATE = timedelta(366)
"""Who has been 60 for longer when the desk learns of it came with a ledger, and is no news: default of this product."""
ATTEMPTS = 3
"""Failed attempts in a row after which somebody is looked for at home: default of this product."""
FAILED = ("no_answer", "wrong_number")
ATTEMPTED = ("call", "visit", "session", "assessment")
"""Acts in which somebody was to be reached, by telephone or face to face: all but going through the file. A failed one is an attempt, whichever group asks for it."""
OCCASION = timedelta(hours=2)
"""Attempts closer together than this are one: ringing three times in a minute is not three attempts. Default of this product."""
LATER = ("hours", "tomorrow", "days")
"""When to call again: in two hours, tomorrow at nine, in three days at nine. Default of this product."""
PURPOSES = ("contact", "visit", "correct_file", "emergency", "authority")
"""What a personal field may be shown in full for; a closed list, so that no personal data gets into the ledger with it."""


def plan(groups: Iterable[str], rulebook: Mapping[str, Clause], day: date) -> tuple[Clause, ...]:
    """The clauses owed to somebody in `groups` on the local date `day`: the union, and of each act the strictest."""
    ids = dict.fromkeys(clause_id for group in GROUPS if group in set(groups) for clause_id in CLAUSES[group])
    return strictest((rulebook[clause_id] for clause_id in ids if clause_id in rulebook), day)


@lru_cache(4_096)
def _by_act(groups: frozenset[str], day: date) -> dict[str, Clause]:
    return {clause.on(day).figure.act: clause for clause in reversed(plan(groups, load_rulebook(), day))}


def asking(groups: frozenset[str], act: str, day: date) -> Clause | None:
    """The clause by which `act` is owed to who is, or ever was, in `groups` on the local date `day`; None: by none."""
    return _by_act(groups, day).get(act)


def counts(outcome: str) -> bool:
    """Whether a contact with this outcome is the act itself: only who was reached was cared for."""
    return outcome == "reached"


def later_at(choice: str, now: datetime) -> datetime:
    """The moment of one of LATER. Raises ValueError for another."""
    if choice == "hours":
        return now + timedelta(hours=2)
    days = {"tomorrow": 1, "days": 3}
    if choice not in days:
        raise ValueError(f"{choice!r} is no time to call again: one of {', '.join(LATER)}")
    return local_midnight(local_day(now) + timedelta(days[choice])) + timedelta(hours=9)


def failed_attempts(contacts: Iterable[tuple[datetime, str]]) -> int:
    """How many attempts in a row have failed up to now, of ATTEMPTED acts (moment, outcome) in any order; those within OCCASION are one.
    Anything else than FAILED was somebody at the other end."""
    count, last = 0, None
    for moment, outcome in sorted(contacts, reverse=True):
        if outcome not in FAILED:
            break
        if last is None or last - moment >= OCCASION:
            count, last = count + 1, moment
    return count


def check_contact(act: str, outcome: str, happened_at: datetime, now: datetime, enrolled: date | None, left: date | None) -> Refused | None:
    """Why a contact may not be recorded, or None. `enrolled`: first day on the roster, None: never; `left`: day the person moved away or died."""
    if act not in ACTS or outcome not in OUTCOMES:
        return Refused("care.no_such_act")
    if enrolled is None:
        return Refused("care.not_on_roster")
    if happened_at > now:
        return Refused("care.in_future")
    if happened_at < local_midnight(enrolled):
        return Refused("care.before_enrolment")
    if left is not None and happened_at >= local_midnight(left + timedelta(1)):
        return Refused("care.has_left", values={"day": left.isoformat()})
    return None


def check_age(group: str, birth_year: int | None, born: str | None, from_date: date, today: date) -> Refused | None:
    """Why somebody of that age may not join `group` as of `from_date`, or None; of an unknown date the year of birth decides, and of an unknown year nothing. WS 二.2"""
    if group == "child" and reached(birth_year, born, ADULT_AGE, today):
        return Refused("care.is_grown_up", values={"age": ADULT_AGE})
    if group == "elder" and birth_year is not None and (birthday(date.fromisoformat(born), ELDER_AGE) if born else date(birth_year + ELDER_AGE, 1, 1)) > from_date:
        return Refused("care.not_old_yet", values={"age": ELDER_AGE})
    return None


def of_age(group: str, band: str | None) -> bool:
    """Whether somebody in that age band (age_band; None: unknown) may be in `group`: for what is offered; check_age decides."""
    # By the year alone who turns 18 in this one is among the adults already.
    fits = {"child": ("0-17", "18-59"), "elder": ("60-69", "70-79", OLDEST)}
    return band is None or group not in fits or band in fits[group]


def check_leaving(joined: date, left: date, today: date) -> Refused | None:
    """Why a membership that began on `joined` may not end on `left`, or None."""
    if left > today:
        return Refused("care.in_future")
    return Refused("care.before_enrolment") if left < joined else None


def check_review(day: date | None, today: date) -> Refused | None:
    """Why a basis may not be looked at again next on `day`, or None; None: no day is set."""
    return Refused("care.review_is_past") if day is not None and day <= today else None


def check_fields(phone: str | None, detail: str | None) -> Refused | None:
    """Why a file may not be updated with these, or None; None and "" say nothing."""
    if phone and isinstance(phone_of(phone), Bad):
        return Refused("care.bad_phone")
    return Refused("care.no_such_detail") if detail and detail not in DETAILS else None


def acts_owed(groups: Iterable[str], rulebook: Mapping[str, Clause], day: date) -> tuple[str, ...]:
    """The acts that somebody in `groups` is owed, in the order of ACTS."""
    owed = {clause.on(day).figure.act for clause in plan(groups, rulebook, day)}
    return tuple(act for act in ACTS if act in owed)


def birthday(born: date, age: int) -> date:
    """The day on which somebody reaches `age`: the birthday itself. Born on 29 February, in a year without one: 28 February, the last
    day of the month that has no corresponding day (Civil Code art. 202)."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 2, 28)


def reached(birth_year: int | None, born: str | None, age: int, today: date) -> date | None:
    """The day, not after `today`, on which somebody reached `age`; None: not yet. Without the ISO date `born` the year decides, once it is over."""
    if birth_year is None:
        return None
    day = birthday(date.fromisoformat(born), age) if born else date(birth_year + age, 12, 31)
    return day if day <= today else None


def age_on(born: date, day: date) -> int:
    """Full years of age on `day`."""
    age = day.year - born.year
    return age if birthday(born, age) <= day else age - 1


def age_band(birth_year: int | None, day: date) -> str | None:
    """'0-17', '18-59', '60-69', '70-79', '80+' by the year of birth alone (the date is encrypted); None when unknown."""
    if birth_year is None:
        return None
    age = day.year - birth_year
    for limit, band in ((ADULT_AGE, "0-17"), (ELDER_AGE, "18-59"), (70, "60-69"), (OLD_AGE, "70-79")):
        if age < limit:
            return band
    return OLDEST
