"""Penalties for illegal parking on file, and on the checklist with their proof."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.measures import Verdict
from core.refusals import Refused
from db.commands import parking as commands
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.models.parking import ParkingPenalty, ParkingStandard
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.parking import penalties, standards
from db.scope import Scope
from tests.db.conftest import MOMENT

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRST = MOMENT + 72 * HOUR
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
TEXT = "占用消防通道的，先劝离，劝离无效的每次收取管理费"


class Company:
    """A property company with a standard made public and heard."""

    def __init__(self, engine, community_id):
        self.engine, self.id = engine, community_id
        self.standard = self.publish().id
        self.heard = self.do(commands.hear, now=MOMENT + HOUR, standard_id=self.standard, held_at=MOMENT, attended=9, minutes="王某某等业主同意")

    def do(self, command, *, role="property_company", now=FIRST, **more):
        return carry_out(self.engine, self.scope(role), command, now=now, community_id=self.id, **more)

    def scope(self, role):
        return Scope(None, role, frozenset({self.id}), order_desks=frozenset({"property"}), people=False)

    def publish(self, now=MOMENT, **more):
        return self.do(commands.publish, now=now, **{"text": TEXT, "fee": 2000, "place": "notice_board"} | more)

    def penalise(self, at=FIRST, now=None, **more):
        return self.do(commands.penalise, now=now or at, **{"standard_id": self.standard, "plate": "鲁S·A1234", "place": "北门", "photo": "P1", "happened_at": at} | more)

    def ask(self, query, *arguments, role="committee_member", **more):
        with open_session(self.engine, self.scope(role)) as session:
            return query(session, *arguments, **more)

    def line(self):
        return self.ask(checklist, FIRST + HOUR, self.id, "2026-Q4").line("parking.notice")


@pytest.fixture
def company(kept, two_communities):
    return kept(Company, two_communities["ours"])


@SQLITE
def test_a_penalty_before_72_hours_or_without_a_hearing_is_refused_and_leaves_nothing(company):
    assert company.heard.permitted_at == FIRST
    assert company.penalise(FIRST - MINUTE) == Refused("parking.too_early", "parking.notice", {"earliest": "2026-11-21 10:00"})
    other = company.publish(now=FIRST)
    refused = company.penalise(FIRST + 100 * HOUR, standard_id=other.id)
    assert (refused.reason, refused.clause_id) == ("parking.no_hearing", "parking.notice")
    assert company.penalise(FIRST - MINUTE, now=FIRST).reason == "parking.too_early"
    assert company.ask(penalties, company.id) == []
    assert company.penalise(FIRST - MINUTE / 2).reason == "parking.too_early", "not a moment before"


def test_a_penalty_stands_with_its_proof_and_a_revoked_one_with_its_reason(company):
    made = company.penalise()
    assert company.line().verdict == Verdict.kept
    [one] = company.ask(penalties, company.id, plate="鲁SA1234")
    assert (one.plate, one.place, one.photo, one.fee, one.kept, one.published_at, one.attended) == ("鲁S***34", "北门", "P1", 2000, True, MOMENT, 9)
    assert company.ask(penalties, company.id, plate="鲁SA1235") == []
    for change in (
        update(ParkingPenalty).values(permitted_at=FIRST + MINUTE),
        update(ParkingPenalty).values(happened_at=FIRST - MINUTE),
        update(ParkingStandard).values(heard_at=FIRST + MINUTE),
        update(ParkingStandard).values(withdrawn_at=FIRST),
    ):
        assert behind_the_desk(company, change) == [made.id]
    assert company.do(commands.revoke, penalty_id=made.id, reason=" ").reason == "parking.say_why_revoked"
    company.do(commands.revoke, penalty_id=made.id, reason="车主就医")
    assert company.do(commands.revoke, penalty_id=made.id, reason="再次").reason == "parking.revoked_already"
    assert company.line().verdict == Verdict.nothing_due
    assert [(one.reason, one.revoked_at) for one in company.ask(penalties, company.id)] == [("***", FIRST)]
    facts = "".join(company.ask(lambda session: list(session.scalars(select(LedgerEntry.facts)))))
    assert "鲁" not in facts and "A1234" not in facts and "就医" not in facts


@SQLITE
def test_a_new_standard_replaces_the_one_before_it_and_waits_its_own_72_hours(company):
    company.publish(now=FIRST + HOUR, fee=3000)
    new, old = company.ask(standards, FIRST + HOUR, company.id)
    assert (new.fee, new.waits, old.withdrawn_at, old.waits) == (3000, ("hours", "hearing"), FIRST + HOUR, ())
    assert (old.minutes, company.ask(standards, FIRST, company.id, role="property_company")[1].minutes) == ("***", "王某某等业主同意")
    assert company.penalise(FIRST + HOUR).reason == "parking.withdrawn"
    assert company.penalise(FIRST, now=FIRST + 2 * HOUR).permitted_at == FIRST, "what stood there before it was withdrawn"


@SQLITE
def test_only_the_property_company_and_the_station_head_penalise(company):
    for role in ("grid_worker", "committee_member", "street_officer", "administrator"):
        assert company.penalise(role=role).reason == company.publish(role=role).reason == "common.not_allowed"
    assert company.penalise(plate="没有牌").reason == "parking.bad_plate"
    assert company.penalise(photo=" ").reason == "parking.say_where"
    assert company.penalise(role="station_head").permitted_at == FIRST


def behind_the_desk(company, change):
    """The penalties the checklist opens while `change` holds, which no command would make; it is undone."""
    found = []

    def command(session, *, now):
        session.execute(change.execution_options(synchronize_session=False, bulk="undone at once"))
        file(session, "test.change", now=now, community_id=company.id)
        found.extend(one.subject_id for one in violations(session, now, company.id, "parking.notice", "2026-Q4"))
        return Refused("common.not_found")

    carry_out(company.engine, Scope.system({company.id}), command, now=FIRST + HOUR)
    return found
