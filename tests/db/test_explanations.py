"""Late results of hotline complaints: explained in writing, filed with the street, taken note of there. WS 三.2."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from docx import Document

from core.measures import Verdict
from core.periods import quarter
from core.refusals import Refused
from core.roles import Role
from db.commands import explanations
from db.commands import work_orders as commands
from db.commands.filing import carry_out
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.queries.checklist import checklist
from db.queries.checklist_rows import record, violations
from db.queries.explanations import filed, how_many, of_order, written_of
from db.scope import Scope
from db.types import uuid7
from pages.parts.explanation_text import letter
from pages.parts.notice_text import written
from tests.db.test_work_orders import HOUR, MINUTE, Office

CLAUSE = "complaint.explanation"
DUE = datetime.fromisoformat("2026-11-24T00:00+08:00")
"""Three working days after NOW, Wednesday 18 November 2026."""
WHY = "等待物业提供监控，已两次催办"


class Station(Office):
    street = uuid7()

    def scope(self, name):
        roles = {"street": Role.STREET_OFFICER, "committee": Role.COMMITTEE_MEMBER}
        return Scope(self.street, roles[name], frozenset({self.id})) if name in roles else super().scope(name)

    def reads(self, query, *arguments, who="street"):
        with open_session(self.engine, self.scope(who)) as session:
            return query(session, *arguments)

    def counted(self, now):
        """What the checklist's line counts: (good, bad, still to come)."""
        return self.reads(record, CLAUSE, now, self.id, quarter("2026-Q4"))


@pytest.fixture
def office(engine, two_communities):
    return Station(engine, two_communities["ours"])


@pytest.fixture
def order_id(office):
    taken = office.take_in("complaint").order_id
    office.act(taken, commands.record_step, act="contacted")
    return taken


def explain(office, order_id, now, who="a", text=WHY):
    return office.do(who, explanations.explain, now=now, order_id=order_id, text=text)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("at", "owed"), [(DUE - MINUTE, False), (DUE, False), (DUE + MINUTE, True)])
def test_a_result_after_three_working_days_is_explained_in_writing_first(office, order_id, at, owed):
    if not owed:
        assert explain(office, order_id, at) == Refused("explanations.not_late", CLAUSE)
        assert office.act(order_id, commands.finish, now=at).in_time == ("complaint.feedback",)
        return
    assert office.act(order_id, commands.finish, now=at, result="已答复") == Refused("work_orders.explain_late", "complaint.feedback")
    assert explain(office, order_id, at, text=" ") == Refused("explanations.say_why", CLAUSE)
    explain(office, order_id, at)
    assert explain(office, order_id, at) == Refused("explanations.filed_before", CLAUSE)
    assert office.act(order_id, commands.finish, now=at).late == ("complaint.feedback",)


def test_the_street_sees_what_is_filed_and_takes_note_of_it_once(office, order_id):
    at = DUE + HOUR
    explain(office, order_id, at)
    [line] = office.reads(filed, at, office.id)
    assert (line.order_id, line.text, line.by, line.due_at, line.filed_at) == (order_id, WHY, "a", DUE, at)
    assert office.reads(filed, at, office.id, who="committee")[0].text == "***", "it is filed with the street"
    for lang, due in (("zh", "2026-11-23 24:00"), ("en", "2026-11-23 24:00")):
        said = letter(lang, office.reads(written_of, at, office.id, line.id))
        on_paper = [one.text for one in Document(BytesIO(written(lang, said, "社区", at))).paragraphs]
        assert due in said.begin and on_paper[0] == said.title and WHY in on_paper, "the letter to the street says the limit and why"
    assert office.reads(written_of, at, office.id, line.id, who="property") is None
    for who in ("a", "head", "committee"):
        assert office.do(who, explanations.acknowledge, now=at, explanation_id=line.id) == Refused("common.not_allowed")
    elsewhere = Scope(uuid7(), Role.STREET_OFFICER, frozenset({uuid7()}))
    assert carry_out(office.engine, elsewhere, explanations.acknowledge, now=at, community_id=office.id, explanation_id=line.id).reason == "common.not_found"
    assert office.do("street", explanations.acknowledge, now=at + HOUR, explanation_id=line.id).acknowledged_at == at + HOUR
    assert office.do("street", explanations.acknowledge, now=at, explanation_id=line.id) == Refused("explanations.acknowledged_before", CLAUSE)
    assert (office.reads(how_many, at, office.id), office.reads(of_order, at + HOUR, office.id, order_id)[0].acknowledged_at) == (0, at + HOUR)
    facts = [one for one in office.rows(LedgerEntry) if one.command in ("work_order.explain", "work_order.acknowledge_explanation")]
    assert len(facts) == 2 and not any(WHY in one.facts for one in facts)


def test_the_checklist_opens_late_complaints_that_nobody_explained_to_the_street(office, order_id):
    now = DUE + 2 * HOUR
    assert office.counted(now) == (0, 0, 0), "no result yet, so nothing to explain"
    office.act(order_id, commands.withdraw, who="head", now=DUE + HOUR, reason="撤诉")
    line = office.reads(checklist, now, office.id, "2026-Q4").line(CLAUSE)
    assert (line.missed, line.verdict) == (1, Verdict.broken)
    assert [one.work_order_id for one in office.reads(violations, now, office.id, CLAUSE, "2026-Q4")] == [order_id]
    explain(office, order_id, now)
    assert office.counted(now) == (1, 0, 0)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_reopened_complaint_owes_an_explanation_of_its_own(office, order_id):
    explain(office, order_id, DUE + HOUR)
    office.act(order_id, commands.finish, now=DUE + HOUR)
    office.act(order_id, commands.follow_up, now=DUE + HOUR, rating=1)
    later = DUE + timedelta(days=20)
    assert office.act(order_id, commands.finish, now=later) == Refused("work_orders.explain_late", "complaint.feedback")
    explain(office, order_id, later)
    assert office.act(order_id, commands.finish, now=later).late == ("complaint.feedback",)
