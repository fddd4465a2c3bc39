"""Disputes: the ladder an order climbs, who is told of its key steps, what must be on record before what, and how it ends.

The ladder (WS 二.3) goes grid → community → street, rung by rung, never down. The limits of all three rungs run from when the dispute was found, or
reopened: the documents say "found" of each, and each limit is longer than the one below. So passing up moves no limit and gains no time: what is
passed up after the limit of the rung it reaches is late there at once. The clock of the rung it leaves loses its object where its limit is still to
come; past that, it is missed, and stays so.

Key steps (HB 一(三), 二(一)) are those of STEPS. All parties are told of each, before it; to all but those of the desk they also come, or it is on record
why somebody didn't. Nothing here files anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from core.calendar import local_minute
from core.refusals import Refused
from core.work_orders import kinds

RUNGS = ("dispute", "dispute_council", "dispute_street")
"""Kinds of order that are disputes, from the lowest rung up. A dispute may be taken in on any of them."""
ON_THE_SPOT, COUNCIL, STREET = RUNGS
OUTCOMES = ("settled", "not_settled")
STEPS = ("registered", "dispatched", "session", "council", "agreement", "visit")
AT_THE_DESK = frozenset({"registered", "dispatched"})
"""Key steps that are told, and at which nobody has to be present: the product's reading, for nothing is negotiated at them."""
MEDIATED = frozenset({"session", "council"})
WAYS = ("in_person", "phone", "text", "letter")
"""How a party may be told."""
FIVE = ("taken", "registered", "dispatched", "mediated", "visited")
"""The five steps of HB 二(一)."""
PAPERS = ("drawing", "consent", "psychologist", "legal_aid", "court")
"""What goes on record beside the steps: the original planning drawing, a party's written consent, the psychologist called for that party, legal aid
called in, the court's confirmation."""
OF_A_PARTY = frozenset({"consent", "psychologist"})
TRAIL, PASS_UP = "mediation.trail", "pass_up"
IN_HAND = frozenset({"taken_in", "accepted"})


@dataclass(frozen=True)
class NewParty:
    """Somebody of `side` (1, 2, …) to be registered."""

    side: int
    name: str
    contact: str = ""


@dataclass(frozen=True)
class Word:
    """A party at a key step: told when and how (`way` of WAYS; None: not told), present, or why not."""

    told_at: datetime
    way: str | None
    present: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Taken:
    """A key step on record; `round`: how often the dispute had been reopened by then; `told`: the parties told of it."""

    step: str
    round: int
    at: datetime
    told: frozenset[UUID]


@dataclass(frozen=True)
class Paper:
    """A paper on record (PAPERS); `party`: whose consent, or for whom the psychologist came."""

    kind: str
    dated: date
    party: UUID | None = None


@dataclass(frozen=True)
class Case:
    """What is on record of a dispute. `parties`: id → side; `opened_at`: found, or reopened; `held`: somebody has it; `rated`: followed up."""

    kind: str
    status: str
    round: int
    opened_at: datetime
    held: bool = True
    rated: bool = False
    parties: Mapping[UUID, int] = field(default_factory=dict)
    steps: tuple[Taken, ...] = ()
    papers: tuple[Paper, ...] = ()
    boundary: bool = False
    court: bool = False

    @property
    def two_sides(self) -> bool:
        """Whether two sides or more are registered."""
        return len(set(self.parties.values())) > 1

    def latest(self, *steps: str) -> Taken | None:
        """The last of `steps` on record; those of the desk count from any round, the others from this one."""
        fitting = [one for one in self.steps if one.step in steps and (one.step in AT_THE_DESK or one.round == self.round)]
        return max(fitting, key=lambda one: one.at, default=None)

    def has(self, kind: str, party: UUID | None = None) -> Paper | None:
        """The first paper of a kind on record."""
        return min((one for one in self.papers if one.kind == kind and party in (None, one.party)), key=lambda one: one.dated, default=None)


def clause_of(kind: str) -> str:
    """The clause whose limit holds on the rung of `kind`."""
    return kinds()[kind].again


# --- the ladder -----------------------------------------------------------------------------------------------------


def next_rung(kind: str) -> str | None:
    """The rung above; None: it is the last, or no dispute."""
    return RUNGS[RUNGS.index(kind) + 1] if kind in RUNGS[:-1] else None


def may_pass_up(case: Case, to: str, reason: str) -> Refused | None:
    """Why a dispute may not be passed up to the rung `to`: rung by rung, with a reason."""
    if to not in RUNGS[1:]:
        raise ValueError(f"{to!r} is no rung to pass up to: one of {', '.join(RUNGS[1:])}")
    if case.status not in IN_HAND:
        return Refused(f"work_orders.not_while_{case.status}", clause_of(case.kind))
    if RUNGS.index(to) <= RUNGS.index(case.kind):
        return Refused("mediation.not_down", clause_of(case.kind))
    if to != next_rung(case.kind):
        return Refused("mediation.council_before_street", clause_of(COUNCIL))
    return None if reason.strip() else Refused("mediation.say_why_up", clause_of(to))


def may_report(case: Case, justice_office: str, law_firm: str) -> Refused | None:
    """Why a dispute may not be reported to the street: only from its rung, with justice office and law firm joined."""
    if case.kind != STREET:
        return Refused("mediation.not_at_street", clause_of(STREET))
    joined = {"justice_office": justice_office, "law_firm": law_firm}
    return next((Refused(f"mediation.say_{name}", clause_of(STREET)) for name, text in joined.items() if not text.strip()), None)


# --- parties, papers and key steps ------------------------------------------------------------------------------------


def registrable(case: Case) -> bool:
    """Whether parties may be registered: while it is worked; also of one that an old ledger brought finished, so that it can be followed up."""
    return case.status in IN_HAND or (case.status == "finished" and not case.two_sides)


def may_register(case: Case, new: Sequence[NewParty], told_at: datetime, way: str | None, now: datetime) -> Refused | None:
    """Why these parties may not be registered: each with a name, two sides or more with those there are, and told."""
    if not registrable(case):
        return Refused(f"work_orders.not_while_{case.status}", TRAIL)
    if not new or any(not one.name.strip() for one in new):
        return Refused("mediation.say_name", TRAIL)
    if len({*case.parties.values(), *(one.side for one in new)}) < 2:
        return Refused("mediation.two_sides", TRAIL)
    return Refused("mediation.tell_all", TRAIL) if way not in WAYS else _when(case, told_at, now)


def may_put(case: Case, kind: str, text: str, dated: date, today: date, party: UUID | None = None) -> Refused | None:
    """Why a paper may not go on record. Raises ValueError for a kind not of PAPERS."""
    if kind not in PAPERS:
        raise ValueError(f"{kind!r} is no paper: one of {', '.join(PAPERS)}")
    if not text.strip():
        return Refused(f"mediation.say_{kind}", TRAIL)
    if dated > today:
        return Refused("work_orders.in_future", TRAIL)
    if kind in OF_A_PARTY and party not in case.parties:
        return Refused("mediation.whose", TRAIL)
    consent = case.has("consent", party)
    if kind == "psychologist" and (consent is None or consent.dated > dated):
        return Refused("mediation.first_consent", TRAIL)
    if kind == "court" and not (case.has("legal_aid") and case.latest("agreement")):
        return Refused("mediation.first_legal_aid" if not case.has("legal_aid") else "mediation.first_agreement", TRAIL)
    return None


def may_take(
    case: Case, step: str, at: datetime, words: Mapping[UUID, Word], *, now: datetime, text: str = "", heads: str = "", members: str = "", court: bool = False
) -> Refused | None:
    """Why the key step `step` may not go on record as of `at`. `text`: the agreement, or what was said; `heads`, `members`: which building heads and
    party-member representatives came to the council; `court`: the agreement is to be confirmed by a court."""
    if step not in STEPS:
        raise ValueError(f"{step!r} is no key step: one of {', '.join(STEPS)}")
    if not case.two_sides:
        return Refused("mediation.two_sides", TRAIL)
    refused = _out_of_turn(case, step) or _when(case, at, now) or _untold(case, step, at, words)
    if refused:
        return refused
    if step == "council" and not (heads.strip() and members.strip()):
        return Refused("mediation.say_who_joined", clause_of(COUNCIL))
    return _may_agree(case, text, court) if step == "agreement" else None


def _out_of_turn(case: Case, step: str) -> Refused | None:
    if case.status not in ({"finished"} if step == "visit" else IN_HAND):
        return Refused("mediation.visit_when_finished" if step == "visit" and case.status in IN_HAND else f"work_orders.not_while_{case.status}", TRAIL)
    if step == "council" and case.kind != COUNCIL:
        return Refused("mediation.not_at_council", clause_of(COUNCIL))
    return Refused("mediation.nobody_holds", "mediation.steps") if step == "dispatched" and not case.held else None


def _when(case: Case, at: datetime, now: datetime) -> Refused | None:
    if at > now:
        return Refused("work_orders.in_future", TRAIL)
    return Refused("work_orders.before_last", TRAIL, {"at": local_minute(case.opened_at)}) if at < case.opened_at else None


def _untold(case: Case, step: str, at: datetime, words: Mapping[UUID, Word]) -> Refused | None:
    if any(party not in words or words[party].way not in WAYS for party in case.parties):
        return Refused("mediation.tell_all", TRAIL)
    if any(words[party].told_at > at for party in case.parties):
        return Refused("mediation.told_after", TRAIL)
    away = step not in AT_THE_DESK and any(not words[party].present and not words[party].reason.strip() for party in case.parties)
    return Refused("mediation.say_why_absent", TRAIL) if away else None


def _may_agree(case: Case, text: str, court: bool) -> Refused | None:
    if case.latest(*MEDIATED) is None:
        return Refused("mediation.first_session", TRAIL)
    if not text.strip():
        return Refused("mediation.say_agreement", TRAIL)
    if case.boundary and not case.has("drawing"):
        return Refused("mediation.first_drawing", TRAIL)
    return Refused("mediation.first_legal_aid", TRAIL) if (court or case.court) and not case.has("legal_aid") else None


# --- how it ends ------------------------------------------------------------------------------------------------------


def bars(case: Case, act: str, outcome: str | None = None, note: str = "") -> Refused | None:
    """Why `act` of core.work_orders may not be done to a dispute as to any other matter: what it is done by, or what comes first."""
    if act == "council_held":
        return Refused("mediation.by_step", TRAIL)
    if act == "reported_street":
        return Refused("mediation.by_report", clause_of(STREET))
    if act == "finish" and case.status == "accepted":
        return _may_finish(case, outcome, note)
    if act == "follow_up" and case.status == "finished" and case.latest("visit") is None:
        return Refused("mediation.first_visit", "mediation.steps")
    return None


def _may_finish(case: Case, outcome: str | None, note: str) -> Refused | None:
    """On the spot it is settled or passed up: that rung's clause asks for a settlement and for nothing less."""
    if outcome not in OUTCOMES:
        return Refused("mediation.say_outcome", "kpi.mediation")
    if outcome == "not_settled" and case.kind == ON_THE_SPOT:
        return Refused("mediation.pass_up_instead", clause_of(ON_THE_SPOT))
    if outcome == "not_settled" and not note.strip():
        return Refused("mediation.say_why_not_settled", TRAIL)
    lacks = next(iter(lacking(case, settled=outcome == "settled")), None)
    return Refused(f"mediation.first_{lacks}", TRAIL) if lacks else None


def lacking(case: Case, *, settled: bool) -> Iterable[str]:
    """What of the trail is still to come before the dispute can be finished, in its order."""
    if not case.two_sides:
        yield "parties"
    for step in ("registered", "dispatched"):
        if case.latest(step) is None:
            yield step
    if case.kind == COUNCIL and case.latest("council") is None:
        yield "council"
    elif case.latest(*MEDIATED) is None:
        yield "session"
    if settled and case.latest("agreement") is None:
        yield "agreement"


def offers(case: Case, act: str) -> bool:
    """Whether `act` of core.work_orders is worth offering for a dispute: the rest is said in its own forms, or comes after them."""
    if act == "finish":
        return not any(lacking(case, settled=case.kind == ON_THE_SPOT))
    return bars(case, act) is None


def next_steps(case: Case) -> tuple[str, ...]:
    """The key steps that may be recorded now, the next one first."""
    if case.status not in IN_HAND:
        return ("visit",) if case.status == "finished" else ()
    first = [one for one in lacking(case, settled=True) if one != "parties"]
    talks = ("agreement", "council", "session") if case.latest(*MEDIATED) else ("council", "session")
    return tuple(dict.fromkeys((*first[:1], *(one for one in talks if one != "council" or case.kind == COUNCIL))))


def five_steps(case: Case) -> dict[str, datetime | None]:
    """The five steps of HB 二(一) in their order, each with when it was taken in this round; None: missing."""
    found = {"taken": case.opened_at, **{step: _at(case.latest(step)) for step in ("registered", "dispatched")}, "mediated": _at(case.latest(*MEDIATED))}
    return found | {"visited": _at(case.latest("visit")) if case.rated else None}


def _at(taken: Taken | None) -> datetime | None:
    return taken and taken.at
