"""Who may give a word hears that it is waited for: once, and once more before it lapses, however many raise at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.awaited import Time
from db.commands import explanations, extensions, handovers, suspensions
from db.commands import work_orders as commands
from db.commands.alerts import mark_read, raise_all
from db.commands.changes import ask as ask_change
from db.commands.changes import decide as decide_change
from db.commands.filing import carry_out, file
from db.commands.reviews import review
from db.engine import open_session
from db.models.alerts import AlertWord
from db.models.extensions import Extension
from db.models.handovers import HandOver
from db.models.residents import Resident
from db.queries.alerts import inbox
from db.queries.alerts_delivery import Claim, letter
from db.queries.awaited import how_many
from db.scope import Scope
from db.types import uuid7
from tests.db.test_alerts import Warned
from tests.db.test_extensions import SQLITE
from tests.db.test_work_orders import HOUR, MINUTE, NOW

DAY = timedelta(1)
NAMES = ("a", "b", "head", "street")


class Asked(Warned):
    """The office with a matter of five working days, accepted by a NOW: due on the 25th, 24:00, warning a working day before."""

    def __init__(self, engine, community_id):
        super().__init__(engine, community_id)
        self.matter = self.take_in("complex").order_id
        self.act(self.matter, commands.accept)
        raise_all(engine, NOW)

    def longer(self, who="a", now=NOW):
        return self.do(who, extensions.ask, now=now, order_id=self.matter, n=2, reason="材料较多")

    def heard(self) -> list[tuple[str, str]]:
        return [(one.kind, Time(one.time).name) for one in sorted(self.rows(AlertWord), key=lambda one: one.id)]

    def boxes(self, now) -> list[int]:
        """How many words each of NAMES reads are waited for."""
        return [sum(len(one.words) for one in self.read(name, now)) for name in NAMES]

    def read(self, name, now):
        with open_session(self.engine, self.scope(name)) as session:
            return inbox(session, now)


@pytest.fixture
def office(kept, two_communities) -> Asked:
    return kept(Asked, two_communities["ours"])




def test_the_station_head_hears_of_a_request_once_and_once_more_before_it_lapses(office):
    office.longer()
    assert [raise_all(office.engine, NOW + MINUTE) for _ in range(3)] == [1, 0, 0]
    assert office.boxes(NOW + MINUTE) == [0, 0, 1, 0]
    [clock] = office.clocks(office.matter).values()
    warn = clock.warn_at
    assert raise_all(office.engine, warn - MINUTE) == 0
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: raise_all(office.engine, warn + MINUTE), range(4))) == 2, "and the clock itself, to its holder"
    assert office.heard() == [("extension", "asked"), ("extension", "lapses")]
    assert office.boxes(warn + MINUTE) == [0, 0, 2, 0], "a message each"
    [request] = office.rows(Extension)
    office.do("head", extensions.decide, now=warn + HOUR, extension_id=request.id, granted=True)
    assert office.boxes(warn + HOUR) == [0, 0, 0, 0]
    assert {one.settled for one in office.read("head", warn + HOUR)} == {1}


@SQLITE
def test_what_the_station_head_asks_for_is_told_to_the_street_and_a_lapsed_one_to_nobody(office):
    office.longer("head")
    raise_all(office.engine, NOW + MINUTE)
    assert office.boxes(NOW + MINUTE) == [0, 0, 0, 1]
    late = NOW + 10 * DAY
    raise_all(office.engine, late)
    assert office.heard() == [("extension", "asked")] and office.boxes(late) == [0, 0, 0, 0]


@SQLITE
def test_a_suspension_lapses_at_its_end_or_at_the_limit_it_would_hold_whichever_comes_first(office):
    office.do("a", suspensions.ask, order_id=office.matter, reason="court", detail="法院在办", evidence="受理通知书", until=NOW + 3 * DAY)
    raise_all(office.engine, NOW + MINUTE)
    [[one]] = [message.words for message in office.read("head", NOW)]
    assert (one.kind, one.number, one.lapses_at, one.warn_at) == ("suspension", office.order(office.matter).number, NOW + 3 * DAY, NOW + 2 * DAY)


@SQLITE
def test_a_late_entry_and_a_protected_field_wait_for_the_head_without_an_end_and_the_message_names_no_resident(office):
    def take_in(session, *, now, resident_id):
        session.add(Resident(community_id=office.id, id=resident_id, name="王大妈", birth_year=1950, birth_date="1950-05-05", grid_id=office.grids["01"]))
        file(session, "test.resident", now=now, community_id=office.id)

    resident_id = uuid7()
    carry_out(office.engine, Scope.system({office.id}), take_in, now=NOW, resident_id=resident_id)
    asked = carry_out(office.engine, office.scope("a"), ask_change, now=NOW, resident_id=resident_id, field="address", value="文汇里2号")
    demand = office.take_in("demand").order_id
    office.act(demand, commands.record_step, now=NOW + 25 * HOUR, act="feedback", happened_at=NOW + HOUR)
    raise_all(office.engine, NOW + 25 * HOUR)
    messages = office.read("head", NOW + 25 * HOUR)
    assert sorted(one.kind for message in messages for one in message.words) == ["change", "late_entry"]
    with open_session(office.engine, office.scope("head")) as session:
        assert how_many(session, NOW + 25 * HOUR, office.id) == 2, "on the overview, as in the lists behind it"
    claim = Claim(office.id, "wecom", None, uuid7(), tuple(message.digest_id for message in messages))
    with open_session(office.engine, Scope.system({office.id})) as session:
        text = letter(session, NOW + 25 * HOUR, claim, None).message.text
    assert "重点信息更正" in text and "补录待确认" in text and "王大妈" not in text and "文汇里" not in text
    assert carry_out(office.engine, office.scope("head"), decide_change, now=NOW + 26 * HOUR, request_id=asked, approved=True) == "address"
    assert raise_all(office.engine, NOW + 30 * DAY) >= 0 and ("change", "lapses") not in office.heard()


@SQLITE
def test_a_step_of_a_review_is_told_to_the_nearest_who_may_take_it_each_step_once(office):
    order_id = office.take_in("", item="relief.minimum_living").order_id
    office.act(order_id, commands.accept)
    heard = []
    for who in ("b", "head", "street"):
        raise_all(office.engine, NOW + MINUTE)
        heard.append(office.boxes(NOW + MINUTE))
        office.act(order_id, review, who=who, now=NOW + MINUTE, passed=True, opinion="同意")
    assert heard == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], "the partner, then the head, then the street"
    assert office.boxes(NOW + MINUTE) == [0, 0, 0, 0] and raise_all(office.engine, NOW + MINUTE) == 0
    carry_out(office.engine, office.scope("street"), mark_read, now=NOW + HOUR)


@SQLITE
def test_an_offered_order_waits_for_whom_it_is_offered_to_and_an_explanation_for_the_street(office):
    office.do("a", handovers.offer, order_id=office.matter, to=office.staff["b"], reason="换班")
    complaint = office.take_in("complaint", now=NOW - 20 * DAY).order_id
    office.do("a", explanations.explain, order_id=complaint, text="等待检测报告")
    raise_all(office.engine, NOW + MINUTE)
    assert office.boxes(NOW + MINUTE) == [0, 1, 0, 1]
    [[offered]] = [message.words for message in office.read("b", NOW)]
    assert (offered.kind, offered.lapses_at) == ("handover", office.clocks(office.matter)["matter.first_review"].due_at), "its limits run on meanwhile"
    office.do("a", handovers.take_back, offer_id=office.rows(HandOver)[0].id, now=NOW + HOUR)
    assert office.boxes(NOW + HOUR) == [0, 0, 0, 1]
