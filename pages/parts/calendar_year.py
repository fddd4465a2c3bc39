"""A year on one sheet: twelve months, days off and make-up days in colour, and the notice behind them."""

from calendar import Calendar
from datetime import date
from html import escape

import streamlit as st

from core.calendar import WorkCalendar, YearNotice
from core.clocks import month_label
from pages.parts.desk import Desk

STYLE = """<style>
.year{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1.1rem 1.6rem;align-items:start}
.year table{border-collapse:collapse;width:100%;table-layout:fixed}
.year caption{text-align:left;font-weight:600;padding:.2rem 0}
.year th{font-weight:400;font-size:.8rem;color:#51626b;padding:.15rem 0;border:0}
.year td{text-align:center;padding:.28rem 0;border:2px solid #fff;border-radius:6px;font-size:.92rem;line-height:1.2}
.year td.weekend,.legend i.weekend{color:#6b7b84;background:#f1f5f5}
.year td.off,.legend i.off{background:#fbe3e0;color:#8f1d14}
.year td.work,.legend i.work{background:#d8ece9;color:#0b4f49;font-weight:600}
.year td.today{outline:2px solid #0f6b62;outline-offset:-2px}
.legend i{font-style:normal;border-radius:6px;padding:.1rem .5rem;margin-right:.6rem;font-size:.85rem}
.numbers{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;margin:.2rem 0 .5rem}
.numbers b{font-size:1.3rem;margin-left:.35rem}
</style>"""


def year_sheet(desk: Desk, calendar: WorkCalendar, year: int, today: date) -> None:
    """The months of `year` by `calendar`. Without a notice it says so."""
    notice = calendar.notices.get(year)
    if notice is None:
        st.warning(desk.t("calendar.no_notice", year=year))
    months = "".join(_month(desk, calendar, year, month, today) for month in range(1, 13))
    st.html(f"{STYLE}{_facts(desk, notice) if notice else ''}{_legend(desk)}<div class='year'>{months}</div>")


def _facts(desk: Desk, notice: YearNotice) -> str:
    numbers = {"working_days": notice.working_days(), "days_off": len(notice.off), "make_up_days": len(notice.work)}
    shown = "".join(f"<span>{escape(desk.t(f'calendar.{name}'))}<b>{n}</b></span>" for name, n in numbers.items())
    return f"<div class='numbers'>{shown}</div><p>{escape(desk.t('calendar.source', source=notice.source_in(desk.lang)))}</p>"


def _legend(desk: Desk) -> str:
    return "<p class='legend'>" + "".join(f"<i class='{kind}'>{escape(desk.t(f'calendar.legend_{kind}'))}</i>" for kind in ("off", "work", "weekend")) + "</p>"


def _month(desk: Desk, calendar: WorkCalendar, year: int, month: int, today: date) -> str:
    heads = "".join(f"<th>{one}</th>" for one in desk.t("calendar.weekday_initials").split(","))
    weeks = "".join(f"<tr>{''.join(_day(desk, calendar, day, month, today) for day in week)}</tr>" for week in Calendar().monthdatescalendar(year, month))
    title = escape(desk.t("calendar.month_title", month=month_label(month, desk.lang)))
    return f"<table><caption>{title}</caption><tr>{heads}</tr>{weeks}</table>"


def _day(desk: Desk, calendar: WorkCalendar, day: date, month: int, today: date) -> str:
    if day.month != month:
        return "<td></td>"
    kind = "off" if calendar.is_public_holiday(day) else "work" if calendar.is_make_up_day(day) else "" if calendar.is_working_day(day) else "weekend"
    note = escape(calendar.note(day, desk.lang))
    return f"<td class='{kind}{' today' if day == today else ''}' title='{note}'>{day.day}</td>"
