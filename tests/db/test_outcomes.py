"""Three honest denominators, and the share of paused, extended, returned and reopened: each figure opens exactly the orders it counts. Both engines."""

import json
from datetime import timedelta

import pytest

from core.clocks import Tally
from core.outcomes import DENOMINATORS, FIGURES
from core.periods import period
from db.commands import extensions
from db.commands import work_orders as commands
from db.engine import open_session
from db.models.extensions import Extension
from db.queries.outcomes import BY, behind, outcomes
from tests.conftest import printed
from tests.db.test_mediation import settled, visited
from tests.db.test_work_orders import HOUR, NOW, Office

SPAN = period("month", "2025-12"), period("month", "2026-11")
LATER = NOW + 30 * HOUR


@pytest.fixture
def office(kept, two_communities):
    """Public service: a demand told in time, one told late, one still open and overdue, one just taken in, a withdrawn one, a review nobody has
    accepted. Neighbours: a dispute settled in time, reopened, and not settled again yet."""
    return kept(matters, two_communities["ours"])


def matters(engine, community_id) -> Office:
    office = Office(engine, community_id)
    told, late, _open, withdrawn = (office.take_in("demand").order_id for _ in range(4))
    office.take_in("demand", now=LATER, place="02", who="b")
    office.take_in("complex")
    for order_id, at in ((told, NOW + 24 * HOUR), (late, NOW + 25 * HOUR)):
        office.act(order_id, commands.accept, now=NOW + HOUR)
        office.act(order_id, commands.finish, now=at, told=True)
    office.act(late, commands.follow_up, now=NOW + 25 * HOUR, rating=5)
    office.act(withdrawn, commands.withdraw, who="head", reason="重复")
    dispute = office.take_in("dispute", who="b").order_id
    office.act(dispute, commands.give_back, who="b", reason="不属本网格")
    settled(office, dispute, who="head", now=NOW + HOUR)
    visited(office, dispute, who="head", now=LATER - HOUR, rating=1)
    return office


def found(office, by="kind", now=LATER):
    with open_session(office.engine, office.scope("head")) as session:
        return outcomes(session, now, office.id, by, *SPAN)


def test_what_is_on_time_is_told_of_three_denominators(office):
    service = found(office)["public_service"]
    assert (service.received, service.tally) == (6, Tally(1, 1, 1))
    assert [service.share(one) for one in DENOMINATORS] == [(1, 2), (1, 3), (1, 6)]


def test_a_reopened_matter_is_open_again_and_missed_once_its_second_result_is(office):
    dispute = found(office)["neighbour_disputes"]
    assert (dispute.received, dispute.tally, dispute.returned, dispute.reopened, dispute.paused) == (1, Tally(0, 0, 0), 1, 1, 0)
    assert found(office, now=LATER + 24 * HOUR)["neighbour_disputes"].tally == Tally(0, 0, 1)


def test_what_stood_still_counts_once_however_often(office):
    order_id = office.take_in("complex").order_id
    office.act(order_id, commands.accept)
    office.act(order_id, commands.ask_materials, missing="户口本")
    office.act(order_id, commands.receive_materials, now=NOW + HOUR)
    service = found(office)["public_service"]
    assert (service.paused, service.received, service.share("paused"), service.share("extended")) == (1, 7, (1, 7), (0, 7))


def test_what_was_given_more_time_counts_once_it_is_granted(office):
    order_id = office.take_in("complex", now=LATER).order_id
    office.act(order_id, commands.accept, now=LATER)
    office.do("a", extensions.ask, now=LATER, order_id=order_id, n=2, reason="需入户核实")
    assert found(office)["public_service"].extended == 0
    [request] = office.rows(Extension)
    office.do("head", extensions.decide, now=LATER, extension_id=request.id, granted=True)
    assert found(office)["public_service"].share("extended") == (1, 7)


def test_each_figure_opens_the_orders_it_counts_late_ones_first(office):
    with open_session(office.engine, office.scope("head")) as session:
        for by in BY:
            for key, one in outcomes(session, LATER, office.id, by, *SPAN).items():
                for figure in FIGURES:
                    of, rows = behind(session, LATER, office.id, by, key, figure, *SPAN)
                    share = one.share(figure)
                    assert of == len(rows) == share[1 if figure in DENOMINATORS else 0], (by, key, figure)
        _, rows = behind(session, LATER, office.id, "kind", "public_service", "received", *SPAN)
    assert [(stands, row.what.split()[0]) for stands, row in rows[:2]] == [("missed", "2026-000002"), ("overdue", "2026-000003")]
    assert [stands for stands, _ in rows[2:]] == ["open", "unclocked", "unclocked", "met"]


def test_by_kind_by_grid_and_by_item_are_the_same_orders(office):
    kinds, grids, items = (list(found(office, by).values()) for by in BY)
    assert sum(kinds[1:], kinds[0]) == sum(grids[1:], grids[0]) == sum(items[1:], items[0])
    assert len(grids) == 2


def test_what_came_in_before_the_span_is_not_in_it(office):
    with open_session(office.engine, office.scope("head")) as session:
        assert outcomes(session, LATER, office.id, "kind", *(period("month", "2026-12"),) * 2) == {}
        before = outcomes(session, LATER + timedelta(20), office.id, "kind", *(period("month", "2026-11"),) * 2)
    assert sum(one.received for one in before.values()) == 7


def test_the_command_line_prints_them(demo_template):
    told = json.loads(printed(f"sqlite:///{demo_template}", "show", "overview", "--as", "head", "--json"))["outcomes"]
    sums = [sum(one["received"] for one in told[by].values()) for by in BY]
    assert sums[0] == sums[1] == sums[2] > 0
    assert {"received", "tally", "paused", "suspended", "extended", "returned", "reopened", "joined"} == set(next(iter(told["kind"].values())))
