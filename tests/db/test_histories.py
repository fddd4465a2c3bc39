"""A person's whole life on the roster, drawn at random and lived through the commands: groups, stays and their undoing, moves, an exit that turns out to be a mistake days later, two
files made one and two again weeks later, acts entered late and confirmed or not, whatever else lasts. What is due, met and missed at the end is what a slow day-by-day count of the
same life gives."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from core.calendar import SHANGHAI, local_day
from core.care import CLAUSES
from core.clocks import State, state
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.transfers import held_most
from db.commands import departures, merges
from db.commands.care import enrol, leave_group, record_contact
from db.commands.filing import file
from db.commands.late_entries import decide_contact
from db.commands.sweep import sweep
from db.commands.transfers import move_along
from db.models.late_entries import LateContact
from db.models.merges import Merge
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.queries.late_entries import stands
from tests.core.test_cadence_by_day import reference
from tests.db.care_people import Place, at, found
from tests.db.months_kept import Months

RULES = load_rulebook()
BEGIN, END = at("2026-06-01T09:00"), at("2026-11-18T10:00")
ACTS = {"elder": ("call", "call", "visit", "file_update"), "disabled": ("assessment", "file_update")}


@dataclass
class Life:
    """What was done so far, in the words of the reference."""

    place: Place
    chance: Random
    one: UUID
    double: UUID
    groups: list[str] = field(default_factory=lambda: ["elder"])
    stay: tuple[UUID, date] | None = None
    holds: list[tuple[date, date | None]] = field(default_factory=list)
    moves: list[tuple[date, UUID, UUID]] = field(default_factory=list)
    gone: tuple[UUID, date] | None = None
    merged: bool | None = None
    """None: not yet; False: and two again."""

    def run(self, command, now: datetime, scope=None, **arguments):
        done = self.place.run(command, now, scope or self.place.role("station_head"), **arguments)
        assert not isinstance(done, Refused), (command.__name__, done)
        return done

    # --- what may happen on a day ---
    def act(self, now):
        if self.groups:
            self._reach(self.one, now, self.chance.choice(ACTS[self.chance.choice(self.groups)]))

    def act_for_the_double(self, now):
        if not self.merged:
            self._reach(self.double, now, self.chance.choice(ACTS["elder"]))

    def _reach(self, who, now, act):
        """Nobody is reached twice in one minute, nor after they are thought gone."""
        happened = now - timedelta(days=self.chance.choice((0, 0, 0, 2, 9, 20)))
        there = self.gone is None or who == self.double or local_day(happened) <= self.gone[1]
        if there and happened >= BEGIN and not self.place.all(Contact, Contact.resident_id == who, Contact.act == act, Contact.happened_at == happened):
            self.run(record_contact, now, resident_id=who, act=act, outcome="reached", happened_at=happened, late_reason="补录")

    def end_group(self, now):
        """The elders' group ends, as of a day that may be weeks ago; all that waited was decided before."""
        day = now.date() - timedelta(days=self.chance.choice((3, 20, 60)))
        if self.stay is None and self.gone is None and self.merged is None and "elder" in self.groups and day >= BEGIN.date():
            while self.place.all(LateContact, LateContact.decided_at.is_(None)):
                self.decide(now)
            done = self.place.run(leave_group, now, resident_id=self.one, group="elder", to_date=day)
            assert not isinstance(done, Refused), done
            self.groups.remove("elder")

    def decide(self, now):
        for entry in self.place.all(LateContact, LateContact.decided_at.is_(None))[:1]:
            self.run(decide_contact, now, replace(self.place.role("station_head"), staff_id=self.place.staff["A1"]), entry_id=entry.id, confirmed=self.chance.random() < 0.7)

    def go(self, now):
        day = now.date()
        if self.groups and self.stay is None and self.gone is None and (not self.holds or day >= self.holds[-1][1]):
            self.stay = self.run(departures.hold, now, resident_id=self.one, kind="away", from_date=day).departure_id, day

    def end_stay(self, now):
        if self.stay:
            known, (_, begin), day = self._known(self.stay), self.stay, now.date() - timedelta(self.chance.choice((0, 0, 3, 10)))
            if day > begin and self.gone is None and self.chance.random() < 0.6:
                self.run(departures.come_back, now, until_date=day, **known)
                self.holds.append((begin, day))
            else:
                self.run(departures.undo, now, **known)
            self.stay = None

    def _known(self, one) -> dict:
        [row] = self.place.all(Departure, Departure.id == one[0])
        return {"departure_id": row.id, "version": row.version}

    def be_thought_gone(self, now):
        """As of today, or of days ago; not before the last contact."""
        day = now.date() - timedelta(self.chance.choice((0, 0, 1, 8, 30)))
        if self.groups and self.gone is None and day >= BEGIN.date():
            done = self.place.run(departures.leave_roster, now, self.place.role("station_head"), resident_id=self.one, kind="dead", from_date=day)
            assert not isinstance(done, Refused) or done.reason == "departures.seen_after", done
            self.gone = None if isinstance(done, Refused) else (done.departure_id, day)

    def turn_up(self, now):
        if self.gone:
            self.run(departures.undo, now, **self._known(self.gone))
            self.gone = None

    def join(self, now):
        if self.groups == ["elder"] and self.gone is None:
            self.run(enrol, now, resident_id=self.one, group="disabled")
            self.groups.append("disabled")

    def move(self, now):
        if not self.moves or now.date() > self.moves[-1][0]:
            grids = self.place.grids if len(self.moves) % 2 == 0 else self.place.grids[::-1]
            self.place.run(_move, now, resident_id=self.one, grid_id=grids[1])
            self.moves.append((now.date(), grids[0], grids[1]))

    def make_one(self, now):
        """The double's file comes into this one."""
        if "elder" in self.groups and self.gone is None and self.merged is None:
            versions = {row.id: row.version for row in self.place.all(Resident)}
            self.run(merges.merge, now, resident_id=self.one, merged_id=self.double, versions=(versions[self.one], versions[self.double]))
            self.merged = True

    def make_two(self, now):
        if self.merged and self.gone is None:
            [row] = self.place.all(Merge)
            self.run(merges.undo, now, merge_id=row.id, version=row.version)
            self.merged = False

    # --- what must come of it ---
    def counted(self, who: UUID, clause_id: str) -> dict[str, tuple[str, int]]:
        found = {clock.period_key: (state(clock, END), clock.times_done) for clock in self.place.clocks(who, clause_id) if clock.voided_at is None}
        names = {State.on_time: "running", State.due_soon: "running"}
        return {key: (str(names.get(one, one)), n) for key, (one, n) in found.items()}

    def expected(self, who: UUID, clause_id: str) -> dict[str, tuple[str, int]]:
        clause = RULES[clause_id]
        act = clause.on(END.date()).figure.act
        spans = [(row.from_date, row.to_date) for row in self.place.all(SpecialGroup, SpecialGroup.resident_id == who) if clause_id in CLAUSES[row.group]]
        times = sorted(one.happened_at for one in self.place.all(Contact, Contact.resident_id == who, Contact.act == act, Contact.outcome == "reached", stands()))
        stays = (*self.holds, *([(self.stay[1], None)] if self.stay else [])) if who == self.one else ()
        return reference(clause, min(spans)[0], times, END, stays, spans)

    def owed(self, who: UUID) -> set[str]:
        return {clause_id for row in self.place.all(SpecialGroup, SpecialGroup.resident_id == who) for clause_id in CLAUSES[row.group]}

    def misplaced(self) -> list:
        """Misses that don't stand in the grid that held most of their days."""
        there, instant = self.place.grids[0] if not self.moves else self.moves[-1][2], timedelta(microseconds=1)
        missed = [clock for clock in self.place.clocks(self.one) if clock.voided_at is None and state(clock, END) is State.missed]
        return [one for one in missed if one.grid_id != held_most(self.moves, there, local_day(one.started_at), local_day(one.due_at - instant))]


def _move(session, *, now, resident_id, grid_id):
    resident = session.get(Resident, (next(iter(session.scope.communities)), resident_id))
    resident.grid_id = grid_id
    move_along(session, now=now, community_id=resident.community_id, moved={resident_id: grid_id})
    file(session, "test.move", now=now, community_id=resident.community_id)


@pytest.fixture
def place(kept) -> Place:
    return kept(found)


@pytest.mark.parametrize(("engine", "seed"), [*(("sqlite", n) for n in (2, 6, 243, 629)), ("postgres", 5)], indirect=["engine"])
def test_any_life_on_the_roster_leaves_what_a_slow_day_by_day_count_gives(place, seed):
    chance = Random(seed)
    born, phone = "1950-05-05", {"phone": "13812345678"}
    life = Life(place, chance, place.resident("李大爷", born, **phone), place.resident("李大爷", born, grid=1, **phone))
    for who in (life.one, life.double):
        place.run(enrol, BEGIN, resident_id=who, group="elder")
    place.run(record_contact, BEGIN + timedelta(1), resident_id=life.double, act="call", outcome="reached", happened_at=BEGIN + timedelta(1))
    common = (life.act, life.act, life.act, life.act_for_the_double, life.decide, life.go, life.end_stay, life.turn_up)
    rare = (life.be_thought_gone, life.join, life.move, life.make_one, life.make_two, *([life.end_group] if seed % 2 else []))
    now, months = BEGIN, Months(place.engine, place.community_id)
    while (now := now + timedelta(days=chance.randrange(1, 6), hours=chance.randrange(6))) < END:
        now = now.astimezone(SHANGHAI).replace(hour=chance.randrange(8, 18))
        chance.choice(common if chance.random() < 0.8 else rare)(now)
        months.look(now)
        if chance.random() < 0.5:
            place.run(sweep, now + timedelta(hours=3), community_id=place.community_id)
    life.turn_up(END - timedelta(hours=1))
    place.run(sweep, END, community_id=place.community_id)
    for who in (life.one,) if life.merged else (life.one, life.double):
        assert {one: life.counted(who, one) for one in life.owed(who)} == {one: life.expected(who, one) for one in life.owed(who)}
    assert life.merged or life.misplaced() == []
    assert months.held > 20, "figures of past months are kept from one command to the next, never stale"
