"""What may be done to a work order and what follows: kinds, registration, dispatch, and the steps of its life.

A matter is taken in → accepted (→ awaiting materials →) → finished → followed up; a follow-up with a low rating reopens it. Which acts meet
which clocks is data, core/work_orders.yaml. Nothing here files anything: `decide` answers with a Step that db.commands.work_orders carries
out, or with a Refused that names the clause.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from core.calendar import SHANGHAI, local_minute
from core.refusals import Refused
from core.yaml_files import YamlProblem, read_mapping

CATEGORIES = ("public_service", "property_management", "neighbour_disputes", "policy_advice", "culture")
"""Kinds of affair, HB 一."""
CHANNELS = ("hall", "visit", "phone", "hotline", "online", "patrol")
STATUSES = ("taken_in", "accepted", "awaiting_materials", "finished", "followed_up", "withdrawn")
STEPS = ("on_site", "contacted", "verified", "feedback", "first_review", "reviewed", "council_held", "reported_street")
"""Acts on the way to the result, some of which meet a clock."""
NOTES = ("note", "message")
"""What is on record and meets no clock: a note of the office, a text or automatic message to the resident."""
CONTACTS = {"contacted": "complaint.contact", "feedback": "demand.feedback"}
"""Acts that are a first contact, and the clauses that ask for one: a person spoke with the resident, face to face or by telephone."""
RATINGS = (1, 2, 3, 4, 5)
SATISFIED_FROM = 3
"""A rating below this reopens the matter. NP 三(三) says "unsatisfied" without a figure: the product's default."""
SUPPLEMENT = "matter.supplement"
EXPLAINED = "explain"
"""The act by which a late result is explained in writing."""
OPINIONS = frozenset({"first_review", "reviewed"})
"""Steps of a review: each leaves an opinion (review.trail)."""
REQUIRED = ("matter", "applicant", "contact")
"""register.fields: name of the matter, applicant, contact; the fourth, the time, can't be left out."""
LONGEST_MATTER = 200
"""Signs of a matter's name, in forms and ledgers alike; it stands in an index. What is longer belongs in the details."""

_FILE = Path(__file__).with_suffix(".yaml")
_KEYS = {"title", "category", "desk", "post", "complexity", "urgent", "materials", "clocks", "again", "explain_late"}


@dataclass(frozen=True)
class ClockRule:
    """When a clause's clock starts ('received' or 'accepted') and which acts meet it."""

    starts: str
    met_by: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of order. `desk` 'grid' or 'property'; `post` 'A' or 'B' (None: not a grid's); `again`: the clause whose clock a reopened
    matter starts; `explain_late`: the clause after whose limit the result needs a written explanation."""

    id: str
    title: Mapping[str, str]
    category: str
    desk: str
    post: str | None
    complexity: str
    urgent: bool
    materials: bool
    clocks: Mapping[str, ClockRule]
    again: str
    explain_late: str | None = None

    def starting(self, event: str) -> tuple[str, ...]:
        """Clauses whose clocks begin with `event`."""
        return tuple(clause_id for clause_id, rule in self.clocks.items() if rule.starts == event)

    def met_by(self, clause_id: str) -> tuple[str, ...]:
        """The acts that meet `clause_id`; a clock owed again after reopening is met by the result where the kind has no act for it."""
        rule = self.clocks.get(clause_id)
        return rule.met_by if rule else ("feedback", "finish")

    @property
    def steps(self) -> tuple[str, ...]:
        """The acts on the way to the result of this kind, in the order of STEPS."""
        own = {act for clause_id in (*self.clocks, self.again) for act in self.met_by(clause_id)}
        return tuple(act for act in STEPS if act in own)


@lru_cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by id, in the order of the file. Raises YamlProblem on the first thing wrong in it."""
    return {kind_id: _kind(kind_id, entry) for kind_id, entry in read_mapping(_FILE).items()}


def _kind(kind_id: str, entry: dict) -> Kind:
    if unknown := set(entry) - _KEYS:
        raise YamlProblem(_FILE.name, kind_id, f"unknown {', '.join(sorted(unknown))}: use {', '.join(sorted(_KEYS))}")
    clocks = {clause_id: ClockRule(rule["from"], tuple(rule["met_by"])) for clause_id, rule in entry["clocks"].items()}
    if entry["category"] not in CATEGORIES or {rule.starts for rule in clocks.values()} - {"received", "accepted"}:
        raise YamlProblem(_FILE.name, kind_id, f"category is one of {', '.join(CATEGORIES)}; a clock is from received or accepted")
    if strange := {act for rule in clocks.values() for act in rule.met_by} - {*STEPS, "finish"}:
        raise YamlProblem(_FILE.name, kind_id, f"no act {', '.join(sorted(strange))}: use finish, {', '.join(STEPS)}")
    return Kind(
        kind_id, entry["title"], entry["category"], entry["desk"], entry.get("post"), entry["complexity"], entry.get("urgent", False),
        entry.get("materials", False), clocks, entry["again"], entry.get("explain_late"),
    )  # fmt: skip


# --- taking in ------------------------------------------------------------------------------------------------------


def register(kind_id: str, fields: Mapping[str, str | None], received_at: datetime, now: datetime) -> Kind | Refused:
    """The kind, when the matter may be registered: known kind, the four fields of register.fields, a time that is not to come."""
    if kind_id not in kinds():
        return Refused("work_orders.no_such_kind", "register.fields", {"kind": kind_id})
    for name in REQUIRED:
        if not (fields.get(name) or "").strip():
            return Refused(f"work_orders.missing_{name}", "register.fields")
    if len((fields["matter"] or "").strip()) > LONGEST_MATTER:
        return Refused("work_orders.matter_too_long", "register.fields", {"n": LONGEST_MATTER})
    if received_at > now:
        return Refused("work_orders.in_future", "register.fields")
    return kinds()[kind_id]


def number(received_at: datetime, last: str | None) -> str:
    """The next number of a community in the local year: 2026-000124 after 2026-000123."""
    year = received_at.astimezone(SHANGHAI).year
    return f"{year}-{(int(last[5:]) if last else 0) + 1:06}"


# --- dispatch.auto --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """Who could take an order now: the grid's posts ('A', 'B' → staff id), who of all is absent, the station head, the property company's
    person. `in_grid` False: the place is not known, or in no grid."""

    in_grid: bool
    posts: Mapping[str, UUID] = field(default_factory=dict)
    absent: frozenset[UUID] = frozenset()
    head_id: UUID | None = None
    property_id: UUID | None = None


@dataclass(frozen=True)
class Dispatch:
    """To whom an order goes, the desk that works it, and why (word key work_orders.why_<reason>)."""

    holder_id: UUID | None
    desk: str
    reason: str


def dispatch(kind: Kind, bench: Bench) -> Dispatch:
    """By itself to the responsible post; the other post stands in for an absent one; to the station head when the grid has none."""
    if kind.desk == "property":
        return Dispatch(bench.property_id, "property", "property")
    if not bench.in_grid:
        return Dispatch(bench.head_id, "station", "no_grid")
    responsible, partner = bench.posts.get(kind.post), bench.posts.get("B" if kind.post == "A" else "A")
    if responsible and responsible not in bench.absent:
        return Dispatch(responsible, "grid", f"post_{kind.post}")
    if partner and partner not in bench.absent:
        return Dispatch(partner, "grid", "stands_in" if responsible else "only_post")
    return Dispatch(bench.head_id, "station", "all_absent" if responsible or partner else "no_post")


# --- the steps of its life ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where an order stands. `since`: its last change of status (moment of the act); `opened_at`: received, or reopened; `asked`: materials
    were asked for before; `running`: clause id → due_at of its unclosed clocks; `explained`: why its result is late is on file (core.explanations)."""

    kind: Kind
    status: str
    opened_at: datetime
    since: datetime
    asked: bool = False
    running: Mapping[str, datetime] = field(default_factory=dict)
    explained: bool = False


def standing_of(order, trail: Iterable, running: Mapping[str, datetime]) -> Standing:
    """Where `order` (kind, status, received_at) stands, from its `trail` (act, happened_at, from_status, to_status; in any order)."""
    changes = [one.happened_at for one in trail if one.from_status != one.to_status]
    reopened = [one.happened_at for one in trail if one.act == "follow_up" and one.to_status == "accepted"]
    asked = any(one.act == "ask_materials" for one in trail)
    opened_at = max(reopened, default=order.received_at)
    explained = any(one.act == EXPLAINED and one.happened_at > opened_at for one in trail)
    return Standing(kinds()[order.kind], order.status, opened_at, max(changes, default=opened_at), asked, running, explained)


@dataclass(frozen=True)
class Step:
    """What follows from an act at `at`: the new status, clauses whose clocks start or are met, whether all others stand still or run again,
    or lose their object. `accepts`: the matter counts as accepted by this."""

    act: str
    at: datetime
    to_status: str
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    stands_still: bool = False
    runs_again: bool = False
    voids: bool = False
    accepts: bool = False
    reopens: bool = False


_FROM = {
    "accept": {"taken_in"},
    **dict.fromkeys(STEPS, {"taken_in", "accepted"}),
    "ask_materials": {"accepted"},
    "receive_materials": {"awaiting_materials"},
    "finish": {"accepted"},
    **dict.fromkeys(NOTES, {"taken_in", "accepted", "awaiting_materials", "finished"}),
    "follow_up": {"finished"},
    **dict.fromkeys(("hand_over", "give_back"), {"taken_in", "accepted", "awaiting_materials"}),
    "withdraw": {"taken_in", "accepted", "awaiting_materials"},
}
ACTS = tuple(_FROM)


def decide(
    standing: Standing, act: str, at: datetime, *, now: datetime, note: str = "", rating: int | None = None, told: bool = False, lenient: bool = False
) -> Step | Refused:
    """What `act` at `at` leads to. `note`: what is missing, the result, the reason. `told`: a person gave the resident the result, face to face or
    by telephone, so that it is a first contact too (CONTACTS). `lenient`: history from an old ledger, which may be
    silent about steps; clocks it can't answer for lose their object when the matter is finished. Raises ValueError for an unknown act."""
    if act not in _FROM:
        raise ValueError(f"{act!r} is no act of a work order: one of {', '.join(ACTS)}")
    refused = _too_early_or_late(standing, act, at, now) or _wrong_status(standing, act)
    if refused:
        return refused
    if act in STEPS:
        return _step(standing, act, at, note.strip() or lenient)
    if act in NOTES:
        return Step(act, at, standing.status) if note.strip() else Refused("work_orders.say_note")
    if act == "finish":
        return _finish(standing, at, now, note, told, lenient)
    return _RULES[act](standing, at, note, rating)


def _too_early_or_late(standing: Standing, act: str, at: datetime, now: datetime) -> Refused | None:
    if at > now:
        return Refused("work_orders.in_future")
    floor = standing.opened_at if act in (*STEPS, *NOTES) else standing.since
    if at < floor:
        return Refused("work_orders.before_last", values={"at": local_minute(floor)})
    return None


def _wrong_status(standing: Standing, act: str) -> Refused | None:
    if act == "ask_materials" and standing.asked:
        return Refused("work_orders.asked_before", "materials.once")
    if standing.status not in _FROM[act]:
        return Refused(f"work_orders.not_while_{standing.status}")
    if act in STEPS and act not in standing.kind.steps:
        return Refused("work_orders.not_of_this_kind")
    return None


def _met(standing: Standing, act: str) -> tuple[str, ...]:
    return tuple(clause_id for clause_id in standing.running if clause_id != SUPPLEMENT and act in standing.kind.met_by(clause_id))


def _accept(standing: Standing, at: datetime, note: str, rating: int | None) -> Step:
    return Step("accept", at, "accepted", starts=standing.kind.starting("accepted"), accepts=True)


def _step(standing: Standing, act: str, at: datetime, opinion: str | bool) -> Step | Refused:
    """Whoever acts on a matter has accepted it."""
    if act in OPINIONS and not opinion:
        return Refused("work_orders.say_opinion", "review.trail")
    fresh = standing.status == "taken_in"
    starts = standing.kind.starting("accepted") if fresh else ()
    met = (*_met(standing, act), *(clause_id for clause_id in starts if act in standing.kind.met_by(clause_id)))
    return Step(act, at, "accepted", starts=starts, meets=met, accepts=fresh)


def _ask_materials(standing: Standing, at: datetime, note: str, rating: int | None) -> Step | Refused:
    if not standing.kind.materials:
        return Refused("work_orders.no_materials", "materials.once")
    if not note.strip():
        return Refused("work_orders.say_what_is_missing", "materials.once")
    return Step("ask_materials", at, "awaiting_materials", starts=(SUPPLEMENT,), stands_still=True)


def _receive_materials(standing: Standing, at: datetime, note: str, rating: int | None) -> Step:
    return Step("receive_materials", at, "accepted", meets=(SUPPLEMENT,), runs_again=True)


def _finish(standing: Standing, at: datetime, now: datetime, note: str, told: bool, lenient: bool) -> Step | Refused:
    """Explained is what is late as it is entered: another person has yet to confirm that it was not late when it happened."""
    met = tuple(clause_id for clause_id in _met(standing, "finish") if told or lenient or clause_id not in CONTACTS.values())
    missing = [clause_id for clause_id in standing.running if clause_id not in met]
    if missing and not lenient:
        return Refused(f"work_orders.first_{standing.kind.met_by(missing[0])[0]}", missing[0])
    late = standing.kind.explain_late
    if late in met and now > standing.running[late] and not standing.explained and not lenient:
        return Refused("work_orders.explain_late", late)
    return Step("finish", at, "finished", meets=met, voids=bool(missing))


def _follow_up(standing: Standing, at: datetime, note: str, rating: int | None) -> Step | Refused:
    if rating not in RATINGS:
        return Refused("work_orders.rate_one_to_five", "followup")
    if rating < SATISFIED_FROM:
        return Step("follow_up", at, "accepted", starts=(standing.kind.again,), reopens=True)
    return Step("follow_up", at, "followed_up")


def _hand_over(standing: Standing, at: datetime, note: str, rating: int | None) -> Step | Refused:
    if not note.strip():
        return Refused("work_orders.say_why", "first_asked")
    return Step("hand_over", at, standing.status)


def _give_back(standing: Standing, at: datetime, note: str, rating: int | None) -> Step | Refused:
    """Returning an order is counted, needs a reason, and stops no clock."""
    handed = _hand_over(standing, at, note, rating)
    return handed if isinstance(handed, Refused) else Step("give_back", at, standing.status)


def _withdraw(standing: Standing, at: datetime, note: str, rating: int | None) -> Step | Refused:
    if not note.strip():
        return Refused("work_orders.say_why_withdrawn", "register.fields")
    return Step("withdraw", at, "withdrawn", voids=True)


_RULES = {
    "accept": _accept,
    "ask_materials": _ask_materials,
    "receive_materials": _receive_materials,
    "follow_up": _follow_up,
    "hand_over": _hand_over,
    "give_back": _give_back,
    "withdraw": _withdraw,
}


def asks_told(standing: Standing) -> bool:
    """Whether finishing now must say if the resident was told by a person: a first contact is still owed, and the result may be it."""
    return any(clause_id in CONTACTS.values() for clause_id in _met(standing, "finish"))


def offers(standing: Standing) -> tuple[str, ...]:
    """The acts that make sense now, the most likely first: what a running clock waits for, then what moves the matter on."""
    fitting = [act for act in ACTS if standing.status in _FROM[act] and (act not in STEPS or act in standing.kind.steps)]
    awaited = [act for act in standing.kind.steps if act in fitting and _met(standing, act)]
    plain = [act for act in fitting if act not in STEPS and not (act == "ask_materials" and (standing.asked or not standing.kind.materials))]
    owed = any("finish" not in standing.kind.met_by(clause_id) for clause_id in standing.running if clause_id != SUPPLEMENT)
    return (*awaited, *(act for act in plain if not (act == "finish" and owed)))
