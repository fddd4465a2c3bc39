"""Disabled people go first in the queue (service.priority): an order linked to one on the roster, on both engines."""

from datetime import timedelta

import pytest

from core.refusals import Refused
from db.commands import work_orders as commands
from db.commands.care import enrol
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.residents import Resident
from db.queries.queue import Wanted, counts, queue, unclocked
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

LATER = NOW + timedelta(days=1)


class Roster(Office):
    """The office with a disabled resident, one who is not, and a disabled one of the other grid."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.people = {name: uuid7() for name in ("disabled", "other", "elsewhere")}
        carry_out(engine, Scope.system({community_id}), self._move_in, now=NOW)
        for name in ("disabled", "elsewhere"):
            carry_out(engine, Scope.system({community_id}), enrol, now=NOW, resident_id=self.people[name], group="disabled")

    def _move_in(self, session, *, now):
        for name, one in self.people.items():
            grid_id = self.grids["02" if name == "elsewhere" else "01"]
            session.add(Resident(community_id=self.id, id=one, name="王大妈", birth_year=1980, birth_date="1980-05-05", grid_id=grid_id))
        file(session, "test.residents", now=now, community_id=self.id)

    def brings(self, whose=None, *, now=NOW, kind="demand", who="a"):
        taken = self.take_in(kind, now=now, who=who, resident_id=self.people.get(whose))
        return taken if isinstance(taken, Refused) else taken.order_id

    def listed(self, who="a", now=NOW + 3 * MINUTE, **more):
        with open_session(self.engine, self.scope(who)) as session:
            return [(one.subject_id, one.first) for one in queue(session, now, Wanted(kind="order"), **more)]


@pytest.fixture
def office(kept, two_communities) -> Roster:
    return kept(Roster, two_communities["ours"])


def test_disabled_people_go_first_in_the_queue_among_what_is_due_the_same_day(office):
    early, other, theirs = (office.brings(whose, now=NOW + n * MINUTE) for n, whose in enumerate((None, "other", "disabled")))
    assert office.listed() == [(theirs, True), (early, False), (other, False)]
    assert office.listed(limit=1) == [(theirs, True)], "though it is due after all that one would have been found by"
    with open_session(office.engine, office.scope("a")) as session:
        assert counts(session, NOW + 3 * MINUTE, Wanted(kind="order")).of() == 3


def test_not_before_what_is_late_nor_once_they_are_on_the_roster_no_more(office):
    late, theirs, other = office.brings(now=NOW - 25 * HOUR), office.brings("disabled"), office.brings(now=NOW - MINUTE)
    assert [one for one, _ in office.listed()] == [late, theirs, other]
    hour_before = NOW + 23 * HOUR
    assert [one for one, _ in office.listed(now=hour_before)] == [late, other, theirs], "the last hour before a limit gives way to nobody"


def test_what_nobody_has_accepted_yet_stands_in_the_same_order(office):
    early, theirs = office.brings(kind="complex"), office.brings("disabled", kind="complex", now=NOW + MINUTE)
    with open_session(office.engine, office.scope("a")) as session:
        found = [(one.id, one.first) for one in unclocked(session, NOW + HOUR, status="taken_in")]
        assert found == [(theirs, True), (early, False)]
        assert [one.id for one in unclocked(session, NOW + HOUR, status="taken_in", limit=1)] == [theirs]


def test_an_order_is_linked_only_to_somebody_in_reach_and_the_property_company_learns_of_nobody(office):
    narrow = office.scope("a")
    only_first = Scope(narrow.actor_id, narrow.role, narrow.communities, frozenset({office.grids["01"]}), staff_id=narrow.staff_id)
    asked = {"kind": "demand", "matter": "楼道灯不亮", "applicant": "王大妈", "contact": "13812345678", "resident_id": office.people["elsewhere"]}
    assert carry_out(office.engine, only_first, commands.take_in, now=NOW, community_id=office.id, **asked) == Refused("common.not_found")
    early, theirs = office.brings(kind="repair"), office.brings("disabled", kind="repair", now=NOW + MINUTE)
    assert [one for one in office.listed("property") if one[0] == theirs] == [(theirs, False)] * 2 and office.listed("property")[0][0] == early
