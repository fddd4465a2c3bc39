"""What a file lacks: reviews of its basis and consent, each count opens exactly its people; who reviewed what stays on file."""

from datetime import date

import pytest

from core.basis_reviews import LACKS, standing
from db.commands.care import enrol, renew_basis
from db.commands.consents import record_consent
from db.commands.departures import leave_roster
from db.commands.exports import export
from db.engine import open_session
from db.queries.basis_reviews import basis_reviews, file_lacks
from db.queries.exports import exported
from db.queries.roster import Wanted, roster
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")
NEXT = {"甲": date(2026, 11, 17), "乙": date(2026, 11, 18), "丙": date(2026, 12, 18), "丁": date(2026, 12, 19), "戊": None}


@pytest.fixture
def place(kept) -> Place:
    place = kept(found)
    place.residents = kept(enrolled, place)
    return place


def enrolled(_engine, place) -> dict:
    for name, day in NEXT.items():
        place.resident(name, grid=1 if name == "丁" else 0)
        place.run(enrol, at("2026-10-05T09:00"), resident_id=place.residents[name], group="elder", basis="身份证", next_review=day)
    return place.residents


def lacks(place, scope=None, now=NOW, **narrowed) -> dict[str, int]:
    with open_session(place.engine, scope or place.role("station_head")) as session:
        return file_lacks(session, now, **narrowed)


def opened(place, lack: str, scope=None, **narrowed) -> list[str]:
    with open_session(place.engine, scope or place.role("station_head")) as session:
        return [row.name for row in roster(session, NOW, Wanted(state="gaps", lack=lack, **narrowed)).rows]


def word(place, name: str, purpose: str, agreed: bool, now: str) -> None:
    place.run(record_consent, at(now), resident_id=place.residents[name], purpose=purpose, agreed=agreed, way="written", said_on=date(2026, 11, 1))


@pytest.mark.parametrize(("day", "stands"), [
    (date(2026, 11, 17), "review.late"), (date(2026, 11, 18), "review.due"), (date(2026, 12, 18), "review.due"), (date(2026, 12, 19), None), (None, None),
])  # fmt: skip
def test_a_review_is_late_the_day_after_and_named_thirty_days_before(day, stands):
    assert standing(day, date(2026, 11, 18)) == stands


def test_each_count_opens_exactly_its_people_by_grid_too(place):
    word(place, "甲", "photo", True, "2026-11-02T09:00")
    word(place, "乙", "photo", True, "2026-11-02T09:00")
    word(place, "乙", "photo", False, "2026-11-03T09:00")
    place.run(leave_roster, NOW, place.role("station_head"), resident_id=place.residents["戊"], kind="moved", from_date=date(2026, 11, 18))
    assert lacks(place) == {"review.late": 1, "review.due": 2, "consent.care": 4, "consent.share": 4, "consent.photo": 3}
    assert (opened(place, "review.late"), sorted(opened(place, "review.due")), sorted(opened(place, "consent.photo"))) == (["甲"], ["丙", "乙"], ["丁", "丙", "乙"])
    for grid_id in place.grids:
        assert lacks(place, grid_id=grid_id) == {one: n for one in LACKS if (n := len(opened(place, one, grid_id=grid_id)))}
    assert lacks(place, place.worker(1)) == {one: n for one in LACKS if (n := len(opened(place, one, place.worker(1))))} == dict.fromkeys(LACKS[2:], 1)


def test_who_looked_when_and_what_became_of_it_stays_on_file_and_masked_for_who_keeps_no_file(place):
    for now, basis in (("2026-11-18T10:00", ""), ("2026-11-19T10:00", "残疾人证 2026")):
        place.run(renew_basis, at(now), place.worker(), resident_id=place.residents["甲"], group="elder", basis=basis, next_review=date(2027, 11, 18))
    assert "review.late" not in lacks(place)
    with open_session(place.engine, place.worker()) as session:
        made = basis_reviews(session, place.residents["甲"])
        assert [(one.was_due, one.basis, one.by) for one in made] == [(date(2027, 11, 18), "残疾人证 2026", "员工B0"), (NEXT["甲"], None, "员工B0")]
    with open_session(place.engine, place.role("committee_member")) as session:
        assert basis_reviews(session, place.residents["甲"])[0].basis == "***"
    with open_session(place.engine, place.worker(1)) as session:
        assert basis_reviews(session, place.residents["甲"]) == []


def test_reviews_and_consents_go_out_as_ledgers_for_who_may_open_the_roster(place):
    word(place, "乙", "photo", False, "2026-11-03T09:00")
    place.run(renew_basis, NOW, place.worker(), resident_id=place.residents["甲"], group="elder", next_review=date(2026, 11, 19))
    with open_session(place.engine, place.role("station_head")) as session:
        reviews, consents = (exported(session, NOW, name, place.community_id, "zh").rows for name in ("basis_reviews", "consents"))
    assert [(row[0], row[5], row[6], row[8]) for row in reviews] == [
        ("乙", "2026-11-18", "即将到期", None), ("甲", "2026-11-19", "即将到期", "员工B0"), ("丙", "2026-12-18", "即将到期", None), ("丁", "2026-12-19", "未到期", None),
    ]  # fmt: skip
    assert len(consents) == 15 and [row[4:6] for row in consents if row[0] == "乙"][2] == ["走访拍照", "不同意"] and consents[0][5] == "未登记"
    asked = {"now": NOW, "community_id": place.community_id, "name": "consents", "kind": "csv", "lang": "zh"}
    assert export(place.engine, place.role("committee_member"), **asked).reason == "common.not_allowed"
