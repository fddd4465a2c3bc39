"""Population and housing data against the police's and the housing department's lists (data.reconcile, WS 四.1): which entries are one
person or one flat, what differs, and what somebody may decide about a difference.

An ID number decides by itself. Without one, points are counted for name, birth date and address (core/reconciliation.yaml, all defaults); a low
score, a tie and two ID numbers that differ are offered as candidates and never matched by the program.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.addresses import Place, contradict, same_building, same_flat
from core.imports.cells import half_width
from core.refusals import Refused
from core.yaml_files import YamlProblem, read_mapping

CLAUSE = "data.reconcile"
SOURCES = ("police", "housing")
"""Whose lists they are: people come from the police, flats from the housing department."""
SAME, DIFFERENT, MISSING_HERE, MISSING_THERE, CANDIDATE = "same", "different", "missing_here", "missing_there", "candidate"
KINDS = (DIFFERENT, MISSING_HERE, MISSING_THERE, CANDIDATE)
"""What a row that is not the same may be; the last one: it may be somebody the desk knows, and a person must say who."""
OURS, THEIRS, VISIT, NOBODY = "ours", "theirs", "visit", "nobody"
VERDICTS = (OURS, THEIRS, VISIT, NOBODY)
"""Ours is right, theirs is right, somebody has to look at home first, none of the candidates it is. The last two leave the difference open."""
APPLIED, ASKED, WE_CORRECT, THEY_CORRECT = "applied", "asked", "we_correct", "they_correct"
"""What became of a decision: the desk's row was changed; what is protected in it waits for another person's word (core.changes); the community has
to correct it by hand; the department has to."""
BLANK, HALF, FULL = 0.0, 0.5, 1.0

_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Rules:
    """Points for name, birth date and address, and from how many on two entries are one person, or worth a look."""

    weights: Mapping[str, float]
    match_from: float
    lead: float
    candidate_from: float
    candidates: int


@lru_cache
def rules() -> Rules:
    """The figures of core/reconciliation.yaml. Raises YamlProblem."""
    content = read_mapping(_FILE)
    if set(content) != set(Rules.__dataclass_fields__) or set(content["weights"]) != {"name", "birth_date", "address"}:
        raise YamlProblem(_FILE.name, "top level", f"write exactly {', '.join(Rules.__dataclass_fields__)}; weights: name, birth_date, address")
    if not content["candidate_from"] <= content["match_from"] <= sum(content["weights"].values()):
        raise YamlProblem(_FILE.name, "match_from", "keep candidate_from ≤ match_from ≤ the sum of the weights")
    return Rules(**content)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one of the two lists. `id_key`: stands for the ID number (equal if and only if the numbers are); `birth_date` ISO. `left`: gone,
    as the desk knows."""

    key: object
    id_key: object | None
    name: str
    sex: str | None = None
    birth_date: str | None = None
    place: Place | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A flat on one of the two lists. Theirs: `occupancy` self, let or vacant (None: not said), `owners` (name, id_key). Ours: who lives there, and
    `occupancy` vacant where nobody does."""

    key: object
    place: Place | None
    occupancy: str | None = None
    owners: tuple[tuple[str, object | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of ours a row may be, with its points and the parts that agree (in full 1, half 0.5)."""

    ours: object
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one row comes to. `fields`: what differs. `by_score`: they were matched without an ID number."""

    kind: str
    theirs: object | None = None
    ours: object | None = None
    fields: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    by_score: bool = False


# --- people ---------------------------------------------------------------------------------------------------------
def compare_people(theirs: Sequence[Person], ours: Sequence[Person], by: Rules | None = None) -> Iterator[Finding]:
    """A finding for each of their rows, in their order, then one for each of ours that is not among them and has not left."""
    by = by or rules()
    known = {one.id_key: one for one in ours if one.id_key is not None}
    pairs = {one.key: known[one.id_key] for one in theirs if one.id_key in known}
    taken = {one.key for one in pairs.values()}
    offered = _offers([one for one in theirs if one.key not in pairs], [one for one in ours if one.key not in taken and not one.left], by)
    scored = _sure(offered, theirs, {one.key: one for one in ours}, by)
    taken |= {one.key for one in scored.values()}
    for one in theirs:
        match = pairs.get(one.key) or scored.get(one.key)
        if match is not None:
            fields = differing(one, match)
            yield Finding(DIFFERENT if fields else SAME, one.key, match.key, fields, by_score=one.key in scored)
        elif good := tuple(c for c in offered.get(one.key, ()) if c.ours not in taken)[: by.candidates]:
            yield Finding(CANDIDATE, one.key, candidates=good)
        else:
            yield Finding(MISSING_HERE, one.key)
    yield from (Finding(MISSING_THERE, ours=one.key) for one in ours if one.key not in taken and not one.left)


def points(one: Person, other: Person, by: Rules) -> Candidate:
    """How well `one` of theirs fits `other` of ours, part by part."""
    parts = {"name": _name_part(one.name, other.name), "birth_date": _birth_part(one.birth_date, other.birth_date), "address": _address_part(one.place, other.place)}
    return Candidate(other.key, sum(by.weights[name] * part for name, part in parts.items()), parts)


def differing(one: Person, other: Person) -> tuple[str, ...]:
    """Fields in which an entry of theirs and one of ours differ. What theirs leaves blank differs in nothing; what only ours lacks does."""
    told = [("id_number", one.id_key, other.id_key), ("sex", one.sex, other.sex), ("birth_date", one.birth_date, other.birth_date)]
    fields = ["name"] if bare_name(one.name) != bare_name(other.name) else []
    fields += [name for name, theirs, mine in told if theirs is not None and theirs != mine]
    fields += ["address"] if contradict(one.place, other.place) or (one.place and other.place is None) else []
    return tuple(fields + ["left"] if other.left else fields)


@lru_cache(200_000)
def bare_name(name: str) -> str:
    """A name for comparing: half width, capitals, without spaces and dots."""
    return "".join(sign for sign in half_width(name).upper() if sign.isalnum())


def _offers(theirs: Sequence[Person], ours: Sequence[Person], by: Rules) -> dict[object, list[Candidate]]:
    """For each row without a match by ID number, whom of ours it may be, best first. Only who shares two of the three parts is looked at: no pair
    with less reaches `candidate_from` by the default weights."""
    shelves = defaultdict(list)
    for one in ours:
        for place in _shelves(one):
            shelves[place].append(one)
    offered = {}
    for one in theirs:
        near = {other.key: other for place in _shelves(one) for other in shelves.get(place, ())}
        good = [candidate for other in near.values() if (candidate := points(one, other, by)).score >= by.candidate_from]
        offered[one.key] = sorted(good, key=lambda candidate: -candidate.score)
    return offered


def _shelves(one: Person) -> list[tuple]:
    name, flat = bare_name(one.name), one.place and one.place.room and (one.place.building, one.place.room)
    return [shelf for shelf in (("nb", name, one.birth_date), ("na", name, flat), ("ba", one.birth_date, flat)) if all(shelf)]


def _sure(offered: Mapping[object, Sequence[Candidate]], theirs: Sequence[Person], ours: Mapping[object, Person], by: Rules) -> dict[object, Person]:
    """Rows matched by their points: enough of them, clearly more than the next, no other row claims the same person, no ID number says otherwise."""
    rows, claims = {one.key: one for one in theirs}, defaultdict(list)
    for key, candidates in offered.items():
        for candidate in candidates:
            if candidate.score >= by.match_from:
                claims[candidate.ours].append(key)
    sure = {}
    for key, candidates in offered.items():
        if not candidates or candidates[0].score < by.match_from or len(claims[candidates[0].ours]) > 1:
            continue
        clear = len(candidates) == 1 or candidates[0].score - candidates[1].score >= by.lead
        best = ours[candidates[0].ours]
        if clear and (rows[key].id_key is None or best.id_key is None):
            sure[key] = best
    return sure


def _name_part(one: str, other: str) -> float:
    one, other = bare_name(one), bare_name(other)
    if one == other:
        return FULL
    wrong = sum(a != b for a, b in zip(one, other, strict=False))
    return HALF if len(one) == len(other) > 1 and wrong == 1 else BLANK


def _birth_part(one: str | None, other: str | None) -> float:
    if one and one == other:
        return FULL
    mine, theirs = _parts(one), _parts(other)
    if not mine or not theirs:
        return BLANK
    if mine == theirs:
        return FULL
    year, month, day = mine
    return HALF if theirs == (year, day, month) or sum(a != b for a, b in zip(mine, theirs, strict=True)) == 1 else BLANK


def _parts(born: str | None) -> tuple[int, int, int] | None:
    """Year, month and day; None: no date. Files of earlier releases may hold other ISO forms than YYYY-MM-DD."""
    try:
        day = date.fromisoformat(born or "")
    except ValueError:
        return None
    return day.year, day.month, day.day


def _address_part(one: Place | None, other: Place | None) -> float:
    if one is None or other is None or not same_building(one, other):
        return BLANK
    return FULL if same_flat(one, other) else HALF


# --- homes ----------------------------------------------------------------------------------------------------------
def compare_homes(theirs: Sequence[Home], ours: Sequence[Home]) -> Iterator[Finding]:
    """A finding for each of their flats, in their order, then one for each of ours that is not on their list."""
    shelves = defaultdict(list)
    for one in ours:
        if one.place:
            shelves[one.place.building, one.place.room].append(one)
    near = {one.key: [other for other in shelves.get((one.place.building, one.place.room), ()) if not contradict(one.place, other.place)] for one in theirs if one.place}
    claims = defaultdict(list)
    for key, found in near.items():
        for other in found if len(found) == 1 else ():
            claims[other.key].append(key)
    taken = set()
    for one in theirs:
        found = near.get(one.key, [])
        if len(found) == 1 and len(claims[found[0].key]) == 1 and one.place.room:
            taken.add(found[0].key)
            fields = _home_differing(one, found[0])
            yield Finding(DIFFERENT if fields else SAME, one.key, found[0].key, fields)
        elif found and one.place.room:
            yield Finding(CANDIDATE, one.key, candidates=tuple(Candidate(other.key, 100.0, {"address": HALF}) for other in found[: rules().candidates]))
        else:
            yield Finding(MISSING_HERE, one.key)
    yield from (Finding(MISSING_THERE, ours=one.key) for one in ours if one.key not in taken)


def _home_differing(one: Home, other: Home) -> tuple[str, ...]:
    """Empty there and lived in here, or the other way round; an owner who doesn't live there, unless it is let or nobody does."""
    empty = other.occupancy == "vacant"
    fields = ["occupancy"] if one.occupancy is not None and (one.occupancy == "vacant") != empty else []
    if one.owners and not empty and one.occupancy not in ("let", "vacant") and not any(_lives(owner, other) for owner in one.owners):
        fields.append("owner")
    return tuple(fields)


def _lives(owner: tuple[str, object | None], home: Home) -> bool:
    name, id_key = owner
    return any(id_key == known if id_key is not None and known is not None else bare_name(name) == bare_name(one) for one, known in home.owners)


# --- deciding -------------------------------------------------------------------------------------------------------
def check_decision(source: str, kind: str, verdict: str, *, chosen: bool, exit_named: bool) -> Refused | None:
    """Why a difference may not be decided so, or None. `chosen`: one of the candidates is named; `exit_named`: how and when somebody left is.

    Raises ValueError for a verdict that is none.
    """
    if verdict not in VERDICTS:
        raise ValueError(f"{verdict!r} is no verdict: one of {', '.join(VERDICTS)}")
    if verdict == NOBODY:
        return None if kind == CANDIDATE else Refused("reconciliation.no_candidates", CLAUSE)
    if kind == CANDIDATE and verdict != VISIT and not chosen:
        return Refused("reconciliation.choose_candidate", CLAUSE)
    if (source, kind, verdict) == ("police", MISSING_THERE, THEIRS) and not exit_named:
        return Refused("reconciliation.say_how_left", CLAUSE)
    return None


def outcome(source: str, kind: str, verdict: str, fields: Sequence[str]) -> str | None:
    """What becomes of the decision `verdict` (OURS or THEIRS): ours is right, so they correct; theirs is right, so the desk applies what it has
    a command for, and what it has none for the community corrects. None: they are the same, and nothing differs."""
    if kind == DIFFERENT and not fields:
        return None
    if verdict == OURS:
        return THEY_CORRECT
    if source == "police":
        return WE_CORRECT if "left" in fields else APPLIED
    return APPLIED if kind == MISSING_HERE else WE_CORRECT
