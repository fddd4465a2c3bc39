"""The inbox as it stands now, for each role within its scope: nobody reads of a resident who may not open the roster."""

import pytest

from db.commands import work_orders as commands
from db.commands.alerts import mark_read, raise_all
from db.commands.care import enrol, record_contact
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.residents import Resident
from db.queries.alerts import inbox, open_items, total, unread
from db.scope import Scope
from db.types import uuid7
from tests.db.test_alerts import DAY, NOW, SECOND, Warned, late_clocks

LATER = NOW + 12 * DAY
"""Past the first weekly call of somebody enrolled at NOW, and three working days on."""


@pytest.fixture
def office(kept, two_communities) -> Warned:
    return kept(Warned, two_communities["ours"])


def elders(office, n: int) -> list:
    """`n` elders of the first grid, enrolled now."""

    def take_in(session, *, now, resident_id):
        session.add(Resident(community_id=office.id, id=resident_id, name="王大妈", birth_year=1950, birth_date="1950-05-05", grid_id=office.grids["01"]))
        file(session, "test.resident", now=now, community_id=office.id)

    ids = [uuid7() for _ in range(n)]
    for one in ids:
        carry_out(office.engine, Scope.system({office.id}), take_in, now=NOW, resident_id=one)
        carry_out(office.engine, Scope.system({office.id}), enrol, now=NOW, resident_id=one, group="elder")
    return ids


def of(office, name: str, now):
    with open_session(office.engine, office.scope(name)) as session:
        found = inbox(session, now)
        return found, [open_items(session, now, one, limit=50) for one in found]


def test_the_holder_reads_names_and_the_street_only_how_many_and_not_even_that_when_few(office):
    elders(office, 2)
    raise_all(office.engine, LATER)
    (told,), (rows,) = of(office, "b", LATER)
    assert told.late == len(rows) > 0 and {item.title for item in rows} == {"王大妈"}
    (seen,), (hidden,) = of(office, "street", LATER)
    assert (seen.care, seen.late, seen.soon, seen.first, hidden) == ("<3", 0, 0, None, [])


def test_from_three_on_the_street_reads_the_number(office):
    elders(office, 3)
    raise_all(office.engine, LATER)
    (seen,), (hidden,) = of(office, "street", LATER)
    assert seen.care == 3 and hidden == []


def test_what_is_done_meanwhile_leaves_the_list_and_is_counted_as_settled(office):
    one, _ = elders(office, 2)
    raise_all(office.engine, LATER)
    (before,), _ = of(office, "b", LATER)
    carry_out(office.engine, office.scope("b"), record_contact, now=LATER, resident_id=one, act="call", outcome="reached", happened_at=LATER)
    (after,), (rows,) = of(office, "b", LATER)
    assert (after.open, after.settled) == (before.open - 1, 1) and one not in {item.subject_id for item in rows if item.act == "call"}


def test_a_clock_that_stands_still_is_settled_for_the_while(office):
    taken = office.take_in("complex")
    office.act(taken.order_id, commands.accept)
    soon = NOW + 7 * DAY
    raise_all(office.engine, soon)
    office.act(taken.order_id, commands.ask_materials, now=soon, missing="户口簿")
    (told,), (rows,) = of(office, "a", soon)
    assert (told.open, told.settled, rows) == (0, 1, [])


def test_each_reads_only_their_own_and_only_within_their_scope(office):
    office.take_in("repair")
    late_clocks(office, 2)
    raise_all(office.engine, NOW + DAY / 4)
    (property_company,), (rows,) = of(office, "property", NOW + DAY / 4)
    assert [item.order_kind for item in rows] == ["repair"] and property_company.care == 0
    assert of(office, "a", NOW + DAY / 4)[0] == []
    stranger = Scope(office.accounts["b"], "grid_worker", frozenset({office.id}), frozenset({office.grids["02"]}), staff_id=office.staff["b"])
    with open_session(office.engine, stranger) as session:
        (moved,) = inbox(session, NOW)
        assert moved.open == 0 and open_items(session, NOW, moved, limit=9) == [], "it was told of a grid that is no longer its own"


def test_unread_ones_come_first_and_nobody_marks_another_s_as_read(office):
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    late_clocks(office, 2)
    raise_all(office.engine, NOW + SECOND)
    (newer, older), _ = of(office, "b", NOW)
    assert (newer.late, older.late, newer.read) == (2, 1, False)
    carry_out(office.engine, office.scope("head"), mark_read, now=NOW, notices=[newer.notice_id])
    with open_session(office.engine, office.scope("b")) as session:
        assert (unread(session), total(session)) == (2, 2)
    carry_out(office.engine, office.scope("b"), mark_read, now=NOW, notices=[newer.notice_id])
    assert [one.notice_id for one in of(office, "b", NOW)[0]] == [older.notice_id, newer.notice_id]
