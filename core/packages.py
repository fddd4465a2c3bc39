"""Service packages: who and what each special group is to have, clause by clause, and what of it is missing. WS 二.2, HB 六(一)(二)

Somebody in several groups has the union. What the documents name without a figure is decided here, and said where it is shown:
- N family members (elder.team): at least one, or it is on record that no family is known; an empty list alone is a gap.
- Meals are for those who can't walk, a job post for those who can work: whoever needs none has that on record, too. The fall-risk check is
  done once; the documents give no period.
- One to one (disabled.support): a therapist serves one resident at a time.
- A job post is offered at 18 to 59, by the year of birth; aids are asked for after the first assessment (disabled.assess).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from core.care import ADULT_AGE, ELDER_AGE
from core.refusals import Refused

WORKERS = ("social_worker", "grid_worker", "head")
STAFF_KINDS = {"social_worker": WORKERS, "community_worker": WORKERS, "coordinator": WORKERS, "volunteer": ("volunteer",)}
"""Roles that somebody of the community's own staff may fill, and the kinds of staff that may."""
SEVERAL = "family"
"""The one role of which there may be several at once."""
ONE_TO_ONE = "therapist"


@dataclass(frozen=True)
class Part:
    """One thing a package asks for: a member of the team (`kind` member, `id` the role) or a service. `when`: asked of some of the group only;
    `or_none`: it may be on record that none is needed or known."""

    clause_id: str
    group: str
    id: str
    kind: str = "member"
    when: str = "always"
    or_none: bool = False

    @property
    def key(self) -> str:
        """Names the part among all packages: two clauses may ask for the same role."""
        return f"{self.clause_id}:{self.id}"

    def asked_of(self, detail: str | None, birth_year: int | None, assessed: bool, day: date) -> bool:
        """Whether it is asked for somebody of the group with this `detail`. `assessed`: an assessment is on file. SQL twin: db.queries.packages."""
        match self.when:
            case "disabled_elder":
                return detail == "disabled_elder"
            case "mental":
                return (detail or "").partition(" ")[0] == "mental"
            case "working_age":
                return birth_year is None or ADULT_AGE <= day.year - birth_year < ELDER_AGE
            case "assessed":
                return assessed
        return True


PARTS = (
    Part("elder.team", "elder", "social_worker"),
    Part("elder.team", "elder", "volunteer"),
    Part("elder.team", "elder", "family", or_none=True),
    Part("elder.disabled_household", "elder", "community_worker", when="disabled_elder"),
    Part("elder.disabled_household", "elder", "family_doctor", when="disabled_elder"),
    Part("elder.disabled_household", "elder", "home_nurse", when="disabled_elder"),
    Part("elder.disabled_household", "elder", "emergency_call", "service", when="disabled_elder"),
    Part("elder.disabled_household", "elder", "meals", "service", when="disabled_elder", or_none=True),
    Part("elder.disabled_household", "elder", "fall_check", "service", when="disabled_elder"),
    Part("disabled.support", "disabled", "coordinator"),
    Part("disabled.support", "disabled", "therapist", when="mental"),
    Part("disabled.support", "disabled", "job_post", "service", when="working_age", or_none=True),
    Part("disabled.assess", "disabled", "aids", "service", when="assessed", or_none=True),
    Part("child.team", "child", "social_worker"),
    Part("child.team", "child", "teacher"),
    Part("child.team", "child", "psychologist"),
)
"""Every package, in the rulebook's order."""
CLAUSES = tuple(dict.fromkeys(part.clause_id for part in PARTS if part.clause_id != "disabled.assess"))
"""The clauses a complete package fulfils. Aids belong to disabled.assess, whose own figure is its assessments."""
ROLES = tuple(dict.fromkeys(part.id for part in PARTS if part.kind == "member"))
SERVICES = tuple(dict.fromkeys(part.id for part in PARTS if part.kind == "service"))
OR_NONE = frozenset(part.id for part in PARTS if part.or_none)


def asked(groups: Iterable[tuple[str, str | None]], birth_year: int | None, assessed: bool, day: date) -> tuple[Part, ...]:
    """What is asked for somebody in `groups` (group, detail): the union of their packages."""
    details = dict(groups)
    return tuple(part for part in PARTS if part.group in details and part.asked_of(details[part.group], birth_year, assessed, day))


def missing(wanted: Iterable[Part], there: Collection[str]) -> tuple[Part, ...]:
    """The gaps: what of `wanted` is not among the parts that are `there` (filled roles, services in place, and what is recorded as not needed)."""
    return tuple(part for part in wanted if part.id not in there)


def parts_named(name: str | None) -> tuple[Part, ...]:
    """The parts of a clause, or the one part of that key; None or an unknown name: all."""
    return tuple(part for part in PARTS if name in (part.clause_id, part.key)) or PARTS


def check_day(day: date, today: date, first_free: date, reaches_back: bool) -> Refused | None:
    """Why something may not have begun on `day`, or None. Before `first_free`, the first day of the running quarter, a quarter that is over would
    look better than it was: only who may let somebody go (`reaches_back`) enters that."""
    if day > today:
        return Refused("care.in_future")
    return None if day >= first_free or reaches_back else Refused("packages.too_early", values={"day": first_free.isoformat()})


def check_end(begun: date, ended: date, today: date) -> Refused | None:
    """Why what has `begun` may not have `ended` on that day, the first without it, or None; on the first day itself it never was."""
    if ended > today:
        return Refused("care.in_future")
    return Refused("packages.before_begin", values={"day": begun.isoformat()}) if ended < begun else None
