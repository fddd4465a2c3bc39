"""Followed-up matters go on file by themselves, with numbers without gaps; a file is closed, and read by request, approval and under watch."""

from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import event

from core.files import Upload
from core.refusals import Refused
from core.roles import Role
from core.work_orders import ACTS
from db.commands import archive, extensions, orders_shown
from db.commands import work_orders as commands
from db.commands.files import attach
from db.commands.filing import carry_out
from db.commands.sweep import sweep
from db.engine import open_session
from db.models.archive import ArchiveFile, ArchiveReading
from db.models.extensions import Extension
from db.models.ledger import LedgerEntry
from db.queries import extensions as extensions_of
from db.queries import files as files_on
from db.queries.archive import how_many, index, is_filed, sealed, waiting, years
from db.queries.awaited import awaited
from db.queries.checklist import checklist
from db.queries.checklist_rows import violations
from db.queries.duplicates import similar
from db.queries.exports import exported
from db.queries.outcomes import outcomes
from db.queries.work_orders import order_card
from db.scope import Scope
from db.types import uuid7
from tests.db.test_extensions import SQLITE
from tests.db.test_outcomes import SPAN
from tests.db.test_work_orders import HOUR, MINUTE, NOW, Office

DAY = timedelta(days=1)
DONE = NOW + HOUR
"""When the matters have their result; filed from seven days later on."""
WHO = {"reader": "区民政局 王明", "purpose": "核对办理情况"}


class Registry(Office):
    """Two demands and a policy question, followed up; a street officer above them."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.accounts = {name: uuid7() for name in ("a", "b", "head", "street", "property")}
        self.done = [self.through(kind) for kind in ("demand", "advice", "demand")]

    def scope(self, name):
        if name == "street":
            return Scope(self.accounts[name], Role.STREET_OFFICER, frozenset({self.id}))
        scope = super().scope(name)
        return Scope(self.accounts[name], scope.role, scope.communities, scope.grids, scope.order_desks, scope.people, scope.staff_id)

    def through(self, kind, at=DONE, rating=5):
        order_id = self.take_in(kind, detail="家住3号楼").order_id
        self.act(order_id, commands.accept)
        self.act(order_id, commands.finish, now=at, told=True, result="已办，请李某知悉")
        if rating:
            self.act(order_id, commands.follow_up, now=at + HOUR, rating=rating)
        return order_id

    def swept(self, now):
        return (carry_out(self.engine, Scope.system({self.id}), sweep, now=now, community_id=self.id) or {"archived": 0})["archived"]

    def asked(self, query, *arguments, who="a", **more):
        with open_session(self.engine, self.scope(who)) as session:
            return query(session, *arguments, **more)

    def numbers(self):
        return sorted(f"{one.category}/{one.year}/{one.number}" for one in self.rows(ArchiveFile))


@pytest.fixture
def office(kept, two_communities):
    return kept(Registry, two_communities["ours"])


FILED = DONE + 7 * DAY


@pytest.fixture
def filed(kept, office):
    return kept(_filed, office)


def _filed(_engine, office):
    office.swept(FILED)
    return office


def read(office, *, who="a", now=FILED, order_id=None, day=None, **said):
    return office.do(who, archive.ask, now=now, order_id=order_id or office.done[0], read_on=day or FILED.date(), **WHO | said)


def decide(office, who="head", *, watcher="b", granted=True, now=FILED):
    return office.do(who, archive.decide, now=now, reading_id=max(one.id for one in office.rows(ArchiveReading)), granted=granted, watcher_id=office.staff.get(watcher))


def opened(office, who="a", now=FILED):
    return office.do(who, archive.open_file, now=now, reading_id=max(one.id for one in office.rows(ArchiveReading)))


@SQLITE
@pytest.mark.parametrize(("minutes", "n"), [(-1, 0), (0, 3), (1, 3)])
def test_a_followed_up_matter_is_filed_by_itself_seven_days_after_its_result(office, minutes, n):
    office.through("demand", rating=None)
    assert office.swept(FILED + timedelta(minutes=minutes)) == n, "and what nobody has followed up is not"
    assert len(office.rows(ArchiveFile)) == n


@SQLITE
def test_a_matter_is_not_filed_while_another_complainant_is_still_to_be_told_its_result(office):
    lead = office.take_in("demand").order_id
    joined = office.take_in("demand", lead_id=lead, applicant="李小红", contact="13700000000").order_id
    office.act(lead, commands.accept)
    office.act(lead, commands.finish, now=DONE, told=True, result="已清运")
    office.act(lead, commands.follow_up, now=DONE + HOUR, rating=5)
    office.swept(FILED)
    assert not office.asked(is_filed, office.id, lead)
    office.act(joined, commands.accept, now=FILED)
    office.act(joined, commands.finish, now=FILED, told=True, given="phone", result="已清运")
    office.swept(FILED + HOUR)
    assert office.asked(is_filed, office.id, lead) and not office.asked(is_filed, office.id, joined)


@SQLITE
def test_files_and_requests_of_a_matter_on_file_are_not_even_named_until_a_reading_is_open(office):
    order_id = office.take_in("demand").order_id
    office.act(order_id, commands.accept)
    office.do("a", extensions.ask, order_id=order_id, n=5, reason="李某住院")
    office.do("head", extensions.decide, extension_id=office.rows(Extension)[-1].id, granted=False, note="不准")
    office.do("a", attach, order_id=order_id, uploads=[Upload("李某家.pdf", b"%PDF-1.7")])
    office.act(order_id, commands.finish, now=DONE, told=True, result="已办")
    office.act(order_id, commands.follow_up, now=DONE + HOUR, rating=5)

    def said():
        files, requests = (office.asked(one.of_order, FILED, office.id, order_id) for one in (files_on, extensions_of))
        return [one.name for one in files], [one.reason for one in requests]

    assert said() == (["李某家.pdf"], ["李某住院"])
    office.swept(FILED)
    assert said() == ([], [])
    read(office, order_id=order_id)
    decide(office)
    opened(office)
    assert said() == (["李某家.pdf"], ["李某住院"])


@pytest.mark.parametrize("room", ["explanations", "extensions", "files", "handovers", "late_entries", "reviews", "suspensions"])
def test_every_history_of_an_order_is_sealed_with_it(filed, room):
    """Where a history has no rows to hide, its query at least asks."""
    asked = []
    event.listen(filed.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement))
    assert filed.asked(import_module(f"db.queries.{room}").of_order, FILED, filed.id, filed.done[0]) == []
    assert "archive_reading" in asked[-1], "the last thing asked is whether it is open to the reader"


@SQLITE
def test_who_decides_on_a_reading_is_told_of_it_until_its_day_is_over(filed):
    read(filed)
    [one] = filed.asked(awaited, FILED, filed.id, who="head")
    assert (one.kind, one.lapses_at - one.warn_at) == ("reading", DAY) and one.warn_at <= FILED < one.lapses_at
    for query in (awaited, waiting):
        assert [len(filed.asked(query, moment, filed.id, who="head")) for moment in (one.lapses_at - MINUTE, one.lapses_at)] == [1, 0]


@SQLITE
def test_a_file_carries_category_year_retention_period_number_and_index(filed):
    assert filed.numbers() == ["policy_advice/2026/1", "public_service/2026/1", "public_service/2026/2"]
    total, lines = filed.asked(index, filed.id)
    assert (total, sorted(one.number for one in lines)) == (3, ["2026-GG-0001", "2026-GG-0002", "2026-ZX-0001"])
    assert {(one.category, one.year, one.kept_years, one.kept_until.isoformat()) for one in lines} == {("policy_advice", 2026, 10, "2036-12-31"), ("public_service", 2026, 30, "2056-12-31")}


def test_numbers_run_per_community_category_and_year_without_gaps_however_often_it_is_swept(filed):
    assert filed.swept(FILED + HOUR) == 0
    next_year = filed.through("demand", at=NOW + 60 * DAY)
    filed.through("demand", at=NOW + 3 * DAY)
    assert filed.swept(NOW + 70 * DAY) == 2
    assert filed.numbers()[1:] == ["public_service/2026/1", "public_service/2026/2", "public_service/2026/3", "public_service/2027/1"]
    assert filed.asked(years, filed.id) == [2027, 2026] and filed.asked(index, filed.id, year=2027)[1][0].order_id == next_year


def test_the_index_is_searched_by_number_category_year_and_kind_within_the_scope(filed):
    found = lambda **asked: filed.asked(index, filed.id, **asked)[0]  # noqa: E731
    assert [found(text=text) for text in ("2026-GG-0002", "2026-gg", "ZX", "gg-1", "2026-000002", "电梯", "桥梁", "2025-GG")] == [1, 2, 1, 1, 1, 3, 0, 0]
    assert (found(category="policy_advice"), found(kind="demand"), found(year=2025), found(year=2026, kind="advice")) == (1, 2, 0, 1)
    assert filed.asked(index, filed.id, who="property") == (0, [])


@SQLITE
def test_what_still_waits_for_somebodys_word_is_not_filed(office):
    late = office.through("demand", rating=None)
    first = office.take_in("demand").order_id
    office.act(first, commands.record_step, now=NOW + 26 * HOUR, act="feedback", happened_at=NOW + HOUR)
    office.act(first, commands.finish, now=NOW + 27 * HOUR)
    office.act(first, commands.follow_up, now=NOW + 28 * HOUR, rating=5)
    assert office.swept(FILED + 30 * DAY) == 3
    assert [office.asked(is_filed, office.id, one) for one in (late, first)] == [False, False], "a late entry that nobody has confirmed"


@SQLITE
def test_an_archived_file_takes_no_more_acts_and_shows_no_content(filed):
    order_id = filed.done[0]
    for act in ACTS:
        command = getattr(commands, act, None)
        more = {"finish": {"told": True}, "ask_materials": {"missing": "x"}, "follow_up": {"rating": 1}, "hand_over": {"to": filed.staff["b"], "reason": "x"}}.get(act, {"reason": "x"})
        if command and act not in ("accept", "receive_materials"):
            assert filed.act(order_id, command, who="head", now=FILED, **more).reason == "work_orders.not_while_followed_up", act
    assert filed.do("a", orders_shown.reveal, now=FILED, order_id=order_id, purpose="contact") == Refused("archive.closed", "archive.access")
    card = filed.asked(order_card, FILED, filed.id, order_id)
    assert (card.sealed, card.applicant, card.contact, card.detail) == (True, None, None, None)
    assert not any("李某" in (one.note or "") for one in card.trail)
    table = filed.asked(exported, FILED, "work_orders", filed.id, "zh", who="head")
    assert not any(word in str(line) for line in table.rows for word in ("张小明", "5678", "家住"))


def test_a_file_is_read_by_request_approved_by_the_person_in_charge_on_site_under_watch(filed):
    assert read(filed, purpose=" ").reason == "archive.say_what_for"
    assert read(filed).stands == "waiting" and filed.asked(how_many, FILED, filed.id, who="head") == 1
    [line] = filed.asked(waiting, FILED, filed.id, who="head")
    assert (line.number, line.reader, line.purpose, line.own) == ("2026-GG-0001", *WHO.values(), False)
    assert opened(filed).reason == "archive.not_granted"
    assert decide(filed, "a").reason == decide(filed, "b").reason == "common.not_allowed"
    assert decide(filed, watcher=None).reason == decide(filed, watcher="a").reason == "archive.name_watcher"
    assert decide(filed).stands == "granted" and decide(filed).reason == "grants.decided_before"
    assert opened(filed, "b").reason == "archive.not_yours" and opened(filed, now=FILED - DAY).reason == "archive.not_that_day"
    assert filed.asked(sealed, FILED, filed.id, filed.done[0]), "approved is not open"
    assert opened(filed).closes_at == FILED + 2 * HOUR
    card = filed.asked(order_card, FILED + 2 * HOUR, filed.id, filed.done[0])
    assert (card.sealed, card.applicant, card.detail) == (False, "张小明", "家住3号楼") and "已办，请李某知悉" in [one.note for one in card.trail]
    assert filed.asked(sealed, FILED + HOUR, filed.id, filed.done[0], who="b"), "for whoever asked, and nobody else"
    assert filed.asked(sealed, FILED + 2 * HOUR + timedelta(minutes=1), filed.id, filed.done[0])
    acts = [one.command for one in sorted(filed.rows(LedgerEntry, LedgerEntry.command.startswith("archive.")), key=lambda one: one.id)]
    assert acts == ["archive.ask", "archive.grant", "archive.open"], "each opening is on the ledger"
    facts = filed.rows(LedgerEntry, LedgerEntry.command == "archive.ask")[0].facts
    assert "王明" not in facts and "核对" not in facts


@SQLITE
def test_what_the_head_asks_for_the_street_approves(filed):
    read(filed, who="head")
    assert decide(filed, "head").reason == "archive.by_another"
    assert decide(filed, "street").stands == "granted" and opened(filed, "head").stands == "open"
    assert read(filed, order_id=filed.take_in("demand", now=FILED).order_id).reason == "archive.not_filed"


@SQLITE
def test_statistics_checklist_and_the_duplicates_check_go_on_counting_it(filed):
    with open_session(filed.engine, filed.scope("head")) as session:
        service = outcomes(session, FILED, filed.id, "kind", *SPAN)["public_service"]
        assert (service.received, service.tally.met) == (2, 2)
        assert {one.number for one in similar(session, FILED, filed.id, "demand", filed.buildings["01"], "x")} == {"2026-000003", "2026-000001"}
        after = NOW.replace(year=2027)
        lines = checklist(session, after, filed.id, "2026-Q4")
        assert [(lines.line(one).population, lines.line(one).met) for one in ("archive.file", "archive.access", "followup")] == [(3, 3), (0, 0), (3, 3)]


@SQLITE
def test_the_checklist_opens_what_was_due_to_be_filed_and_is_not(office):
    with open_session(office.engine, office.scope("head")) as session:
        line = checklist(session, FILED, office.id, "2026-Q4").line("archive.file")
        assert (line.pending, line.missed) == (3, 0), "the quarter still runs"
        after = NOW.replace(year=2027)
        assert checklist(session, after, office.id, "2026-Q4").line("archive.file").missed == 3
        assert {one.work_order_id for one in violations(session, after, office.id, "archive.file", "2026-Q4")} == set(office.done)


@SQLITE
def test_the_checklist_counts_each_opening(filed):
    read(filed)
    decide(filed)
    opened(filed)
    with open_session(filed.engine, filed.scope("head")) as session:
        line = checklist(session, FILED, filed.id, "2026-Q4").line("archive.access")
    assert (line.population, line.met) == (1, 1)
