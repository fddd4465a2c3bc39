"""When somebody hears that their word is waited for, the second time in good time before it lapses."""

from datetime import datetime, timedelta
from uuid import uuid4

from core.awaited import KINDS, Awaited, Time, remind_at, said, time_of
from core.calendar import SHANGHAI

MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def request(warn: str | None = None, lapses: str | None = None, kind: str = "extension") -> Awaited:
    return Awaited(kind, uuid4(), 0, "2026-000001", "complex", "一网格", at("2026-11-18T10:00"), warn and at(warn), lapses and at(lapses))


def test_the_second_time_comes_at_the_warning_point_and_not_once_it_has_lapsed():
    one = request("2026-11-20T12:00", "2026-11-20T17:00")
    moments = ("2026-11-20T11:59", "2026-11-20T12:00", "2026-11-20T17:00", "2026-11-20T17:01")
    assert [time_of(one, at(moment)) for moment in moments] == [Time.asked, Time.lapses, Time.lapses, Time.asked]
    assert time_of(request(), at("2027-01-01T00:00")) is Time.asked, "what never lapses is told once"


def test_what_lapses_in_the_night_is_told_an_hour_before_the_night_begins():
    evening = at("2026-11-20T20:00")
    assert remind_at(at("2026-11-20T21:00"), at("2026-11-21T06:59")) == remind_at(at("2026-11-21T02:00"), at("2026-11-21T03:00")) == evening
    for warn, lapses in (("2026-11-20T20:59", "2026-11-21T03:00"), ("2026-11-20T21:00", "2026-11-21T07:00"), ("2026-11-21T00:00", "2026-11-22T00:00")):
        assert remind_at(at(warn), at(lapses)) == at(warn), "it is told then, or in the morning in good time"


def test_a_line_names_number_kind_grid_and_until_when_it_counts():
    now = at("2026-11-19T17:00")
    for kind in KINDS:
        assert said(request(kind=kind), now, "zh") and said(request(kind=kind), now, "en")
    assert "前有效" not in said(request("2026-11-20T12:00", "2026-11-20T17:00", kind="review"), now, "zh"), "a review is still waited for after the limit"
    line = said(request("2026-11-20T12:00", "2026-11-20T17:00"), now, "zh")
    assert line == "申请延期 · 2026-000001 复杂事项（如低保申请） · 一网格 · 2026-11-18 10:00提出 · 2026-11-20 17:00前有效 · 还剩24小时"
