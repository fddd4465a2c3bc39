"""Bills on file: the property company works them and reaches no residents; the checklist opens every suspension with what proves it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from core.bills import NEEDED, Stage, stage
from core.calendar import packaged_calendar
from core.measures import Verdict
from core.periods import quarter
from core.refusals import Refused
from db.commands import bills as commands
from db.commands.filing import carry_out, file
from db.commands.sweep import sweep
from db.engine import open_session
from db.models.bills import Bill, BillStep
from db.models.grids import Building, Household
from db.models.ledger import LedgerEntry
from db.queries.bills import bill, counts, door_index, listed, of_household, suspensions
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.scope import Scope
from db.types import uuid7

DUE = date(2026, 10, 19)
DAY, MINUTE = timedelta(1), timedelta(minutes=1)
OVER = datetime.fromisoformat("2026-11-19T00:00+08:00")
"""Thirty days overdue."""
DUN_BY = OVER - 20 * DAY
"""Ten days overdue: 29 October, 24:00."""
ENTERED = OVER - 50 * DAY
Q4 = quarter("2026-Q4")
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Company:
    """A community with one building and one household, its property company, and a bill."""

    def __init__(self, engine, community_id):
        self.engine, self.id, self.building = engine, community_id, uuid7()
        carry_out(engine, Scope.system({community_id}), self._found, now=ENTERED)
        self.bill = self.enter().bill_id

    def _found(self, session, *, now):
        session.add(Building(community_id=self.id, id=self.building, name="3号楼"))
        session.flush()
        session.add(Household(community_id=self.id, building_id=self.building, door="1单元301", door_index=door_index("1单元301")))
        file(session, "test.found", now=now, community_id=self.id)

    def scope(self, role):
        property_company = role == "property_company"
        return Scope(None, role, frozenset({self.id}), order_desks=frozenset({"property"}) if property_company else None, people=not property_company)

    def do(self, command, *, role="property_company", now=ENTERED, **more):
        return carry_out(self.engine, self.scope(role), command, now=now, community_id=self.id, **more)

    def enter(self, **more):
        return self.do(commands.enter, **{"kind": "water", "building_id": self.building, "door": "1-301", "period": "2026-09", "amount": 5800, "due_on": DUE} | more)

    def dun(self, now=OVER - 15 * DAY, acts=NEEDED):
        for act in acts:
            self.do(commands.remind, now=now, bill_id=self.bill, act=act, last_pay_on=(now + 5 * DAY).date() if act == "notice" else None)

    def ask(self, query, *arguments, role="property_company", now=OVER, **more):
        with open_session(self.engine, self.scope(role)) as session:
            return query(session, now, self.id, *arguments, **more)

    def line(self, clause_id, now=OVER, role="committee_member"):
        return self.ask(checklist, "2026-Q4", role=role, now=now).line(clause_id)


@pytest.fixture
def company(kept, two_communities):
    return kept(Company, two_communities["ours"])


def rows(company, model):
    with open_session(company.engine, Scope.system({company.id})) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_a_suspension_before_the_30th_day_or_without_reminders_is_refused_and_leaves_nothing(company):
    early = company.do(commands.suspend, now=OVER - MINUTE, bill_id=company.bill)
    assert early == Refused("bills.may_not_suspend", "arrears.suspend", {"missing": tuple(f"bills.lacks_{one}" for one in ("days", *NEEDED)), "earliest": "2026-11-18 24:00"})
    company.dun()
    assert company.do(commands.suspend, now=OVER - MINUTE, bill_id=company.bill).values["missing"] == ("bills.lacks_days",)
    assert [one.act for one in rows(company, BillStep)] == list(NEEDED)
    assert company.do(commands.suspend, now=OVER, bill_id=company.bill) == commands.Done(company.bill, Stage.suspended)
    [entry] = [one for one in rows(company, LedgerEntry) if one.command == "bill.suspend"]
    assert "301" not in entry.facts and entry.subject_id == company.bill


@SQLITE
def test_a_suspended_service_runs_again_once_paid_and_the_bill_is_closed_then(company):
    company.dun()
    company.do(commands.suspend, now=OVER, bill_id=company.bill)
    assert company.do(commands.cancel, now=OVER, bill_id=company.bill, note="录错").reason == "bills.restore_first"
    assert company.do(commands.restore, now=OVER, bill_id=company.bill).reason == "bills.say_why_restored"
    company.do(commands.pay, now=OVER + DAY, bill_id=company.bill, way="online")
    line, _ = company.ask(bill, company.bill, now=OVER + DAY)
    assert (line.stage, line.restore_by) == (Stage.suspended, OVER + 2 * DAY)
    assert company.do(commands.restore, now=OVER + DAY, bill_id=company.bill).stage == Stage.closed
    line, steps = company.ask(bill, company.bill, now=OVER + DAY)
    assert [one.act for one in steps] == [*NEEDED, "suspend", "pay", "restore"]
    assert company.do(commands.pay, now=OVER + DAY, bill_id=company.bill, way="online").reason == "bills.not_owed"


@SQLITE
def test_a_bill_is_known_once_and_a_cancelled_one_makes_room(company):
    assert company.enter().reason == "bills.known_already"
    assert company.enter(door="9号楼1单元301").reason == "bills.bad_door"
    assert company.enter(period="九月").reason == "bills.bad_period"
    assert company.enter(building_id=uuid7()).reason == "common.not_found"
    assert company.do(commands.cancel, bill_id=company.bill, note=" ").reason == "bills.say_why_cancelled"
    company.do(commands.cancel, bill_id=company.bill, note="录错")
    assert [len(company.ask(of_household, company.building, door)) for door in ("1单元301室", "1-301", "301", "9-9-9-9", "")] == [1, 1, 0, 0, 0]
    assert company.enter().stage == Stage.pay


@SQLITE
def test_the_property_company_reaches_no_residents_and_others_read_no_door(company):
    """It knows a household by building and door; what it is to the desk, the same door's index, nobody but the desk can join."""
    with open_session(company.engine, company.scope("property_company")) as session:
        assert list(session.scalars(select(Household.id))) == []
    with open_session(company.engine, Scope.system({company.id})) as session:
        same = select(Household.door).join(Bill, (Bill.community_id == Household.community_id) & (Bill.building_id == Household.building_id) & (Bill.door_index == Household.door_index))
        assert list(session.scalars(same)) == ["1单元301"]
    for role, door in (("property_company", "1单元301"), ("station_head", "1单元301"), ("committee_member", "***"), ("street_officer", "***")):
        assert [one.door for one in company.ask(listed, Stage.dunning, role=role, now=OVER - DAY)] == [door]
    for role in ("committee_member", "street_officer", "grid_worker", "administrator"):
        for command, more in ((commands.suspend, {}), (commands.restore, {}), (commands.pay, {"way": "online"}), (commands.cancel, {"note": "x"})):
            assert company.do(command, role=role, bill_id=company.bill, **more).reason == "common.not_allowed"


@SQLITE
def test_the_sweep_puts_a_bill_on_the_list_of_reminders_once_and_sends_nothing(company):
    """Three days before the last payment day (default), and only while it is not overdue."""

    def swept(now):
        return (carry_out(company.engine, Scope.system({company.id}), sweep, now=now, community_id=company.id) or {}).get("reminders", 0)

    first = OVER - 34 * DAY
    assert [swept(now) for now in (first - MINUTE, first, first + DAY)] == [0, 1, 0]
    line, [step] = company.ask(bill, company.bill, now=first)
    assert (line.stage, line.listed_at, line.reminded_at, step.act, step.by) == (Stage.reminder, first, None, "listed", None)
    company.do(commands.remind, now=first + DAY, bill_id=company.bill, act="sms")
    line, _ = company.ask(bill, company.bill, now=first + DAY)
    assert (line.reminded_at, line.done) == (first + DAY, {}), "said before it was overdue: no reminder for a suspension"
    company.enter(period="2026-08", due_on=(OVER - 40 * DAY).date())
    assert swept(OVER - 33 * DAY) == 0


def test_the_stages_in_sql_are_those_in_python(company):
    for n, kind in enumerate(("water", "property_fee", "gas") * 4):
        company.enter(kind=kind, period=f"{2000 + n}", due_on=DUE + timedelta(2 * n - 12))
    company.do(commands.pay, bill_id=company.bill, way="counter")
    every = rows(company, Bill)
    for days in range(-36, 20, 7):
        for now in (OVER + days * DAY, OVER + days * DAY - MINUTE):
            expected = {one: sum(stage(bill, now, packaged_calendar()) == one for bill in every) for one in Stage}
            assert company.ask(counts, now=now) == expected


def test_the_checklist_opens_each_suspension_with_its_proof_and_counts_what_was_dunned_too_late(company):
    assert company.line("arrears.suspend").verdict == Verdict.nothing_due
    assert [company.line("bill.stages", now).pending for now in (DUN_BY, DUN_BY + MINUTE)] == [1, 0]
    company.dun(DUN_BY + MINUTE)
    assert company.line("bill.stages").missed == 1, "a minute late is late"
    company.do(commands.suspend, now=OVER, bill_id=company.bill)
    line = company.line("arrears.suspend")
    assert (line.population, line.met, line.missed, line.verdict) == (1, 1, 0, Verdict.kept)
    [one] = company.ask(lambda session, now, community_id: suspensions(session, community_id, Q4), role="committee_member")
    assert (one.door, one.kept, one.permitted_at) == ("***", True, OVER)
    for change in (
        update(BillStep).where(BillStep.act == "suspend").values(permitted_at=OVER + MINUTE),
        update(BillStep).where(BillStep.act == "phone").values(happened_at=OVER - 35 * DAY),
        update(BillStep).where(BillStep.act == "notice").values(act="phone_failed"),
        update(Bill).values(kind="property_fee"),
    ):
        assert behind_the_desk(company, change) == [company.bill]


@SQLITE
def test_exactly_at_the_tenth_day_both_reminders_are_in_time(company):
    company.dun(DUN_BY)
    line = company.line("bill.stages")
    assert (line.met, line.missed) == (1, 0)


def behind_the_desk(company, change):
    """The bills the checklist opens while `change` holds, which no command would make; it is undone."""
    found = []

    def command(session, *, now):
        session.execute(change.execution_options(synchronize_session=False, bulk="undone at once"))
        file(session, "test.change", now=now, community_id=company.id)
        found.extend(one.subject_id for one in violations(session, now, company.id, "arrears.suspend", "2026-Q4"))
        return Refused("common.not_found")

    carry_out(company.engine, Scope.system({company.id}), command, now=OVER)
    return found
