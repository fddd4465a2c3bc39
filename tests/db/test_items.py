"""Orders taken in by an item of the catalogue, and the written notice of what is missing."""

from io import BytesIO

import pytest
from docx import Document

from core.refusals import Refused
from core.work_orders import SUPPLEMENT
from db.commands import work_orders as commands
from db.commands.catalogue import withdraw_item
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.grids import Community
from db.models.ledger import LedgerEntry
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.exports import exported
from db.queries.notices import notice
from db.scope import Scope
from db.types import uuid7
from pages.parts.notice_text import letter, word_file
from tests.db.test_imports import Office as Importer
from tests.db.test_work_orders import MINUTE, NOW, Office

ITEM = "relief.minimum_living"


@pytest.fixture
def office(engine, two_communities):
    return Office(engine, two_communities["ours"])


@pytest.fixture
def told(office):
    return office.take_in("", item=ITEM, missing=("户口簿", "近期银行流水"))


def test_the_item_decides_kind_clauses_and_chain(office):
    taken = office.take_in("noise", item=ITEM)
    order = office.order(taken.order_id)
    assert (order.kind, order.item, order.chain, order.status, taken.due) == ("complex", ITEM, "assistance", "taken_in", ())
    office.act(taken.order_id, commands.accept)
    assert set(office.clocks(taken.order_id)) == {"matter.first_review"}


def test_missing_papers_are_told_with_the_registration_and_the_matters_clock_stands_still(office, told):
    order, clocks = office.order(told.order_id), office.clocks(told.order_id)
    assert order.status == "awaiting_materials" and order.accepted_at == NOW
    assert clocks["matter.first_review"].paused_at == NOW and clocks[SUPPLEMENT].paused_at is None
    assert told.due == ((SUPPLEMENT, clocks[SUPPLEMENT].due_at),) and told.missing == ("户口簿", "近期银行流水")
    assert sorted(one.act for one in office.rows(WorkOrderEvent)) == ["accept", "ask_materials", "take_in"]
    [entry] = office.rows(LedgerEntry, LedgerEntry.subject_id == told.order_id)
    assert entry.command == "work_order.take_in" and '"missing": 2' in entry.facts


def test_a_second_telling_is_refused(office, told):
    office.act(told.order_id, commands.receive_materials, now=NOW + MINUTE)
    refused = office.act(told.order_id, commands.ask_materials, now=NOW + 2 * MINUTE, missing="户口簿")
    assert (refused.reason, refused.clause_id) == ("work_orders.asked_before", "materials.once")


def test_only_papers_of_the_item_and_items_on_offer_are_taken(office):
    assert office.take_in("", item=ITEM, missing=("护照",)) == Refused("catalogue.not_on_the_list", "materials.once")
    assert office.take_in("demand", missing=("户口簿",)) == Refused("catalogue.not_on_the_list", "materials.once")
    assert office.take_in("", place=None, item=ITEM, missing=("户口簿",)).reason == "catalogue.not_your_grid"
    office.do("head", withdraw_item, key=ITEM, withdrawn=True)
    assert office.take_in("", item=ITEM) == Refused("catalogue.not_offered") == office.take_in("", item="elder.dance")


def test_the_notice_names_exactly_what_was_ticked_in_both_languages_and_in_word(office, told):
    with open_session(office.engine, office.scope("a")) as session:
        found = notice(session, NOW, office.id, told.order_id)
        assert notice(session, NOW, office.id, office.id) is None
    assert letter("zh", found).papers == ["户口簿", "近期银行流水"] and letter("en", found).papers == ["Household register", "Recent bank statements"]
    assert (found.number, found.applicant, found.due_at) == (told.number, "张小明", told.due[0][1])
    for lang in ("zh", "en"):
        said, file = letter(lang, found), Document(BytesIO(word_file(lang, found)))
        written = [one.text for one in file.paragraphs]
        assert written[0] == said.title and [line for line in written if line[:1].isdigit() and ". " in line[:4]] == [f"{n}. {paper}" for n, paper in enumerate(said.papers, 1)]
    with open_session(office.engine, office.scope("property")) as session:
        assert notice(session, NOW, office.id, told.order_id) is None


def test_an_exported_order_names_its_item(office, told):
    with open_session(office.engine, office.scope("head")) as session:
        table = exported(session, NOW, "work_orders", office.id, "en")
    assert table.rows[0][table.headers.index("Service item")] == "Minimum living allowance"


def test_an_imported_order_is_told_its_item_by_title_and_an_unknown_one_is_rejected(sqlite_engine):
    """It has no review chain: nobody here reviewed it."""
    community_id = uuid7()

    def found(session, *, now):
        session.add(Community(community_id=community_id, code="one", name="一社区", created_at=now))
        file(session, "test.found", now=now, community_id=community_id)

    carry_out(sqlite_engine, Scope.system([community_id]), found, now=NOW)
    desk = Importer(sqlite_engine, community_id)
    rows = [["编号", "事项", "服务事项", "受理时间"], ["1", "王家低保", "最低生活保障申请", "2026-11-02 09:00"], ["2", "舞会", "舞会", "2026-11-02 09:00"]]
    seen = desk.preview(desk.upload("work_orders", rows, source="旧系统"))
    assert (seen.counts["new"], seen.counts["rejected"]) == (1, 1)
    desk.take_in(seen.upload, expected=seen.fingerprint)
    assert [(one.kind, one.item, one.chain) for one in desk.rows(WorkOrder)] == [("complex", ITEM, None)]
