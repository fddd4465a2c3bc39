"""One file of the archive: its entry, the requests to read it, asking for one and opening it."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from core.archive import READING
from core.calendar import local_day
from core.clocks import deadline_text
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands import archive as commands
from db.queries.archive import FileLine, ReadingLine, file_of, of_file
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.joinings import OPEN
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused

LINK = '<a class="desk-link" href="{address}" target="_self">{text}</a>'


def draw_sealed(desk: Desk, card: OrderCard) -> bool:
    """Whether the order is on file and not open to the reader: then this is all there is of it."""
    with desk.session() as session:
        kept = file_of(session, card.line.community_id, card.line.id)
    if kept and card.sealed:
        st.info(desk.t("archive.sealed", number=kept.number))
        st.markdown(f"{_about(desk, kept)} {clause_mark(desk, 'archive.access')}")
    elif kept:
        st.caption(f"{kept.number} · {_about(desk, kept)}")
    return bool(kept and card.sealed)


def asked_for(desk: Desk, one: ReadingLine) -> str:
    """A request in Markdown: who asked when, who reads, on which day, what for."""
    by = plain(one.by) or desk.t("archive.nobody")
    return desk.t("archive.said", by=by, at=deadline_text(one.asked_at), reader=plain(one.reader), day=one.read_on.isoformat(), purpose=plain(one.purpose))


def stand(desk: Desk, one: ReadingLine) -> str:
    """What became of a request, in words."""
    return desk.t(f"archive.state_{one.stands}", who=desk.t(f"accounts.role_{one.waits_for}"), watcher=plain(one.watcher))


def draw_file(desk: Desk, one: FileLine) -> None:
    """One file: its index entry, the requests to read it, and what the reader may do."""
    with st.container(border=True, key="archive-file"):
        st.markdown(f"**{one.number} {plain(one.matter)}**  \n{_about(desk, one)}")
        with desk.session() as session:
            readings = of_file(session, desk.now, one.community_id, one.order_id)
        for reading in readings:
            colour = "orange" if reading.stands == "waiting" else "green" if reading.stands in ("granted", "open") else "gray"
            address = "/desk/archive/request?" + urlencode({"community": str(one.community_id), "reading": str(reading.id)})
            st.markdown(f":{colour}[{asked_for(desk, reading)} — **{stand(desk, reading)}**]")
            st.html(LINK.format(address=escape(address), text=escape(desk.t("archive.form"))))
            if reading.own and reading.stands in ("granted", "open"):
                _open(desk, one, reading)
        if not any(reading.own and reading.stands in ("waiting", "granted", "open") for reading in readings):
            _ask(desk, one)


def _open(desk: Desk, one: FileLine, reading: ReadingLine) -> None:
    said = st.container()
    if reading.stands == "open":
        st.caption(desk.t("archive.open_until", at=deadline_text(reading.closes_at)))
        if st.button(desk.t("archive.read"), key="archive-read", type="primary", width="stretch"):
            _to_order(one)
        return
    hours = load_rulebook()[READING].on(local_day(desk.now)).parts["open"].n
    if st.button(desk.t("archive.open", n=hours), key="archive-file-open", type="primary", width="stretch"):
        result = desk.carry_out(commands.open_file, community_id=one.community_id, reading_id=reading.id)
        if isinstance(result, Refused):
            with said:
                say_refused(desk, result)
            return
        _to_order(one)


def _to_order(one: FileLine) -> None:
    st.session_state[OPEN] = one.community_id, one.order_id, one.matter
    st.rerun()


def _ask(desk: Desk, one: FileLine) -> None:
    with st.expander(desk.t("archive.ask")), st.form("archive-ask", border=False):
        said = st.container()
        reader = st.text_input(desk.t("archive.reader"), desk.actor.name, key="archive_reader", max_chars=50)
        purpose = st.text_input(desk.t("archive.purpose"), key="archive_purpose", max_chars=200)
        day = st.date_input(desk.t("archive.read_on"), local_day(desk.now), min_value=local_day(desk.now), key="archive_day", format="YYYY-MM-DD")
        if st.form_submit_button(desk.t("archive.submit"), type="primary", width="stretch"):
            result = desk.carry_out(commands.ask, community_id=one.community_id, order_id=one.order_id, reader=reader, purpose=purpose, read_on=day)
            if isinstance(result, Refused):
                with said:
                    say_refused(desk, result)
                return
            st.toast(desk.t("archive.asked", number=result.number))
            st.rerun(scope="fragment")


def _about(desk: Desk, one: FileLine) -> str:
    kept = desk.t("archive.kept", years=one.kept_years, until=one.kept_until.isoformat())
    return " · ".join((desk.t("archive.of", number=one.order_number), desk.t("archive.filed", at=deadline_text(one.filed_at)), kept))
