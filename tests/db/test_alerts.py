"""Each level of each due time is told once, to whom it concerns: whatever runs at once, and whatever crashes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from core.alerts import Level
from core.calendar import SHANGHAI
from db.commands import work_orders as commands
from db.commands.alerts import mark_read, raise_alerts, raise_all
from db.commands.filing import carry_out, file
from db.commands.identity import create_account
from db.engine import open_session
from db.models.accounts import Account
from db.models.alerts import Alert, AlertDigest, AlertNotice
from db.models.clocks import Clock
from db.models.grids import Absence, Staff
from db.models.ledger import LedgerEntry
from db.queries.alerts import unread
from db.queries.proof import verify
from db.scope import Scope
from db.types import uuid7
from tests.db.test_work_orders import NOW, Office

DAY, SECOND = timedelta(1), timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Warned(Office):
    """The office with an account for a, b, the head, the property company and a street officer; accounts by name."""

    def __init__(self, engine, community_id: UUID):
        super().__init__(engine, community_id)
        roles = {"a": "grid_worker", "b": "grid_worker", "head": "station_head", "property": "property_company", "street": "street_officer"}
        self.accounts = {name: self._account(name, role) for name, role in roles.items()}

    def _account(self, name: str, role: str) -> UUID:
        scope = Scope.system({self.id})
        made = carry_out(
            self.engine, scope, create_account, now=NOW, username=f"user-{name}", display_name=name, role=role, password_hash="none", communities=[self.id],
            grids=[(self.id, grid_id) for grid_id in self.grids.values()] if role == "grid_worker" else [],
        )  # fmt: skip
        if name in self.staff:
            carry_out(self.engine, scope, self._link, now=NOW, name=name, account_id=made)
        return made

    def _link(self, session, *, now, name, account_id):
        session.get(Staff, (self.id, self.staff[name])).account_id = account_id
        file(session, "test.link", now=now, community_id=self.id)

    def scope(self, name: str) -> Scope:
        if name == "street":
            return Scope(self.accounts["street"], "street_officer", frozenset({self.id}))
        one = super().scope(name)
        return Scope(self.accounts[name], one.role, one.communities, one.grids, one.order_desks, one.people, one.staff_id)

    def told(self, level: Level | None = None) -> list[tuple[str, str]]:
        """(clause, level) of every alert, in the order raised."""
        rows = sorted(self.rows(Alert), key=lambda one: (one.clause_id, one.due_at, one.level))
        return [(one.clause_id, Level(one.level).name) for one in rows if level in (None, one.level)]

    def inbox(self, name: str) -> int:
        with open_session(self.engine, self.scope(name)) as session:
            return unread(session)


@pytest.fixture
def office(kept, two_communities) -> Warned:
    return kept(Warned, two_communities["ours"])


def test_due_soon_goes_to_the_holder_and_overdue_to_the_holder_and_the_station_head(office):
    office.take_in("demand")
    assert raise_all(office.engine, NOW + 19 * DAY / 24) == 0, "24 hours; due soon after four fifths of them"
    assert raise_all(office.engine, NOW + 20 * DAY / 24) == 1
    assert [office.inbox(name) for name in ("a", "b", "head", "property", "street")] == [1, 0, 0, 0, 0]
    assert raise_all(office.engine, NOW + DAY) == 0, "exactly at the limit is in time"
    assert raise_all(office.engine, NOW + DAY + SECOND) == 2
    assert [office.inbox(name) for name in ("a", "b", "head", "property", "street")] == [2, 0, 1, 0, 0]
    assert raise_all(office.engine, NOW + 2 * DAY + SECOND) == 1
    assert [office.inbox(name) for name in ("a", "b", "head", "property", "street")] == [2, 0, 1, 0, 1]
    assert office.told() == [("demand.feedback", one.name) for one in Level]


def test_what_the_property_company_holds_is_told_to_it(office):
    office.take_in("repair")
    raise_all(office.engine, NOW + DAY / 8 + SECOND)
    assert [office.inbox(name) for name in ("a", "property", "head")] == [0, 1, 1]


def test_an_absent_holder_s_partner_is_told(office):
    def away(session, *, now):
        session.add(Absence(community_id=office.id, staff_id=office.staff["a"], starts_at=NOW + DAY / 24, ends_at=NOW + 9 * DAY))
        file(session, "test.absence", now=now, community_id=office.id)

    office.take_in("demand")
    carry_out(office.engine, Scope.system({office.id}), away, now=NOW)
    raise_all(office.engine, NOW + 21 * DAY / 24)
    assert [office.inbox(name) for name in ("a", "b")] == [0, 1]


def test_what_nobody_holds_is_the_heads_from_the_start_and_told_once(office):
    office.take_in("demand", who="head", place="none")
    for hours in (21, 25, 26):
        raise_all(office.engine, NOW + hours * DAY / 24)
    assert office.told() == [("demand.feedback", "due_soon"), ("demand.feedback", "overdue")] and office.inbox("head") == 2


def test_nobody_is_told_while_the_clock_stands_still_and_a_moved_due_time_is_told_anew(office):
    taken = office.take_in("complex", who="a")
    accepted = office.act(taken.order_id, commands.accept)
    assert accepted.status == "accepted"
    soon = at("2026-11-25T09:00")
    raise_all(office.engine, soon)
    assert office.told() == [("matter.first_review", "due_soon")]
    office.act(taken.order_id, commands.ask_materials, now=soon, missing="户口簿")
    raise_all(office.engine, at("2026-11-27T20:00"))
    assert [one for one in office.told() if one[0] == "matter.first_review"] == [("matter.first_review", "due_soon")], "overdue, had it not stood still"
    office.act(taken.order_id, commands.receive_materials, now=at("2026-11-27T21:00"))
    raise_all(office.engine, at("2026-11-27T21:01"))
    told = [one for one in office.rows(Alert) if one.clause_id == "matter.first_review"]
    assert [one.level for one in told] == [Level.due_soon, Level.due_soon] and len({one.due_at for one in told}) == 2


def test_a_done_matter_is_never_told_of_again(office):
    taken = office.take_in("demand")
    office.act(taken.order_id, commands.accept)
    office.act(taken.order_id, commands.finish, now=NOW + DAY / 2, result="已答复", told=True)
    assert raise_all(office.engine, NOW + 5 * DAY) == 0 and office.told() == []


def late_clocks(office, n: int) -> None:
    """`n` overdue care clocks of nobody in particular in the first grid."""

    def put(session, *, now):
        common = {"community_id": office.id, "clause_id": "grid.patrol", "effective_from": date(2000, 1, 1), "subject_kind": "grid", "grid_id": office.grids["01"], "desk": "grid"}
        rows = [common | {"id": uuid7(), "subject_id": uuid7(), "act": "patrol", "period_key": "2026-11-16", "started_at": NOW - 3 * DAY, "warn_at": NOW - 2 * DAY, "due_at": NOW - DAY} for _ in range(n)]
        session.execute(insert(Clock), rows)
        file(session, "test.clocks", now=now, community_id=office.id)

    carry_out(office.engine, Scope.system({office.id}), put, now=NOW)


def test_after_a_long_silence_there_is_one_digest_and_not_500_messages(office):
    late_clocks(office, 500)
    assert raise_all(office.engine, NOW) == 1000
    assert [office.inbox(name) for name in ("a", "b", "head", "street")] == [0, 1, 1, 0], "the B post holds what nobody holds in its grid"
    assert len(office.rows(AlertDigest)) == 2


def test_what_is_urgent_is_a_digest_of_its_own(office):
    late_clocks(office, 1)
    office.take_in("emergency")
    raise_all(office.engine, NOW + DAY / 24)
    assert sorted((one.role or "staff", one.urgent) for one in office.rows(AlertDigest)) == [
        ("staff", False), ("staff", True), ("station_head", False), ("station_head", True), ("street_officer", True),
    ]  # fmt: skip


def test_four_at_once_tell_what_one_tells(office):
    late_clocks(office, 40)
    with ThreadPoolExecutor(4) as four:
        done = list(four.map(lambda _: raise_all(office.engine, NOW), range(4)))
    assert sorted(done) == [0, 0, 0, 80]
    assert len(office.rows(Alert)) == 80 and len(office.rows(AlertNotice)) == 2


def test_three_processes_at_once_tell_each_level_once(loaded, office):
    late_clocks(office, 40)
    said = loaded.at_once(3, office.engine.url, "sweep", DESK_NOW=NOW.isoformat())
    assert [code for code, _ in said] == [0, 0, 0], said
    assert len(office.rows(Alert, Alert.clause_id == "grid.patrol", Alert.due_at < NOW)) == 80


def test_whoever_crashes_in_the_middle_leaves_nothing_and_the_next_tells_all(office):
    class Crash(RuntimeError):
        pass

    def crashing(session, **arguments):
        raise_alerts(session, **arguments)
        session.flush()
        raise Crash

    late_clocks(office, 5)
    with pytest.raises(Crash):
        carry_out(office.engine, Scope.system({office.id}), crashing, now=NOW, community_id=office.id)
    assert office.rows(Alert) == [] and office.inbox("b") == 0
    assert raise_all(office.engine, NOW) == 10


def test_the_database_itself_refuses_a_second_alert_of_one_level(office):
    late_clocks(office, 1)
    raise_all(office.engine, NOW)

    def again(session, *, now):
        one = office.rows(Alert)[0]
        row = {name: getattr(one, name) for name in ("community_id", "grid_id", "desk", "digest_id", "clock_id", "due_at", "level", "clause_id")}
        session.execute(insert(Alert), [row | {"id": uuid7()}])
        file(session, "test.again", now=now, community_id=office.id)

    with pytest.raises(IntegrityError):
        carry_out(office.engine, Scope.system({office.id}), again, now=NOW)


def test_each_round_is_one_ledger_entry_and_the_proof_holds_after_reading(office):
    late_clocks(office, 3)
    raise_all(office.engine, NOW)
    raise_all(office.engine, NOW)
    assert len(office.rows(LedgerEntry, LedgerEntry.command == "alert.raise")) == 1
    carry_out(office.engine, office.scope("b"), mark_read, now=NOW)
    assert (office.inbox("b"), office.inbox("head")) == (0, 1)
    with open_session(office.engine, Scope.system({office.id})) as session:
        assert verify(session, office.id).holds


def test_a_disabled_account_gets_nothing(office):
    def disable(session, *, now):
        session.get(Account, office.accounts["b"]).disabled_at = now
        file(session, "test.disable", now=now)

    carry_out(office.engine, Scope.system({office.id}), disable, now=NOW)
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    assert {one.account_id for one in office.rows(AlertNotice)} == {office.accounts["head"]}
