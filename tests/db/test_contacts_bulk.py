"""Contacts counted together leave the very rows that counting them one by one leaves, whatever stood there before."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from db.commands.bulk import insert_rows
from db.commands.care import enrol, record_contact
from db.commands.contacts_bulk import count_in, one_by_one
from db.commands.departures import hold
from db.commands.filing import file
from db.commands.sweep import sweep
from db.models.clocks import Clock
from db.models.late_entries import LateContact
from db.models.residents import Contact, Resident
from db.types import uuid7
from tests.db.care_people import Place, at, found

NOW, BEGUN = at("2026-11-18T10:00"), at("2026-09-02T09:00")
ACTS = {"elder": ("call", "visit"), "child": ("session", "visit"), "disabled": ("assessment", "visit", "call")}


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


def twins(place: Place, chance: random.Random, n: int) -> tuple:
    """Each fifth pair was in hospital. Two residents with the same past; what a ledger brings of both, drawn."""
    groups = chance.choice((("elder",), ("elder",), ("child",), ("elder", "disabled")))
    pair = [place.resident(f"{who}{n}", "1950-05-05" if "elder" in groups else "2015-05-05") for who in ("甲", "乙")]
    first = chance.choice((0, 30, 60))
    moments = [BEGUN + timedelta(days=first, minutes=chance.randrange(1, (76 - first) * 24 * 60)) for _ in range(chance.randrange(1, 14))]
    acts = [(chance.choice([act for group in groups for act in ACTS[group]]), chance.choice(("reached", "reached", "no_answer")), one) for one in moments]
    before = chance.randrange(0, len(acts))
    for one in pair:
        for group in groups:
            place.run(enrol, BEGUN, place.system, resident_id=one, group=group)
        for act, outcome, moment in sorted(acts[:before], key=lambda act: act[2]):
            place.run(record_contact, moment + timedelta(minutes=5), place.system, resident_id=one, act=act, outcome=outcome, happened_at=moment)
        if n % 5 == 4:
            place.run(hold, NOW, place.system, resident_id=one, kind="hospital", from_date=date(2026, 10, 12), until_date=date(2026, 10, 28))
    return *pair, sorted(acts[before:], key=lambda act: act[2])


def entered(place: Place, resident_id, acts) -> list[dict]:
    about = {"community_id": place.community_id, "resident_id": resident_id, "grid_id": place.grids[0], "recorded_at": NOW, "version": 1}
    return [about | {"id": uuid7(), "act": act, "outcome": outcome, "happened_at": moment, "day_only": None} for act, outcome, moment in acts]


def take_in(session, *, now, place, people):
    together, alone = [], []
    for one, other, acts in people:
        together += entered(place, one, acts)
        alone.append((other, entered(place, other, acts)))
    insert_rows(session, Contact, together + [row for _, rows in alone for row in rows])
    count_in(session, together, now)
    for other, rows in alone:
        one_by_one(session, session.scalar(select(Resident).where(Resident.id == other)), rows, now)
    file(session, "test.take_in", now=now, community_id=place.community_id)


def left_behind(place: Place, resident_id) -> tuple:
    clocks = sorted(
        (one.clause_id, one.started_at, one.period_key, one.due_at, one.times_done, one.times_required, one.met_at, one.closed_at, one.voided_at, one.grid_id, one.desk, one.act, one.effective_from)
        for one in place.clocks(resident_id)
    )
    own = {one.id: (one.act, one.happened_at) for one in place.all(Contact, Contact.resident_id == resident_id)}
    late = sorted((*own[one.contact_id], one.clause_id, one.due_at, one.recorded_at, one.reason) for one in place.all(LateContact, LateContact.resident_id == resident_id))
    return clocks, late


@pytest.mark.parametrize("seed", ["a ledger", "another"])
def test_contacts_of_a_ledger_counted_together_leave_what_one_by_one_would(engine, seed):
    place, chance = found(engine), random.Random(seed)
    people = [twins(place, chance, n) for n in range(7)]
    if seed == "another":
        place.run(sweep, at("2026-11-17T00:30"), community_id=place.community_id)
    place.run(take_in, NOW, place.system, place=place, people=people)
    for one, other, *_ in people:
        assert left_behind(place, one) == left_behind(place, other)
    assert len(place.all(LateContact)) > 3 and sum(one.met_at is not None for one in place.all(Clock)) > 5
