"""The archive: its index to search, a file's requests, asking to read one and opening it."""

from html import escape
from urllib.parse import urlencode
from uuid import UUID

import streamlit as st

from core.archive import CODES, READING
from core.calendar import local_day
from core.clocks import deadline_text
from core.refusals import Refused
from core.rulebook import load_rulebook
from core.work_orders import kinds
from db.commands import archive as commands
from db.queries.archive import FileLine, ReadingLine, file_of, index, mine, of_file, years
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.joinings import OPEN
from pages.parts.line_list import STYLE, line_list
from pages.parts.pick import pick_community
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused

CHOSEN = "archive_chosen"
FEW = 20
_LINK = '<a class="desk-link" href="{address}" target="_self">{text}</a>'


def draw_archive(desk: Desk) -> None:
    """The button under the queue; nothing is looked up before it is tapped."""
    if desk.may("archive_ask") and st.button(desk.t("archive.title"), key="archive-open", width="stretch"):
        st.session_state.pop(CHOSEN, None)
        st.dialog(desk.t("archive.title"), width="large")(_archive)()


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


def _archive() -> None:
    desk = current().require("queue")
    st.html(STYLE)
    if _chosen(desk):
        return
    st.caption(desk.t("archive.why"))
    st.markdown(" ".join(clause_mark(desk, one) for one in ("archive.file", "archive.access")))
    community_id = pick_community(desk)
    if community_id is None:
        return
    _mine(desk)
    asked = _asked(desk, community_id)
    with desk.session() as session:
        n, found = index(session, community_id, **asked, limit=FEW)
    address = "/desk/archive?" + urlencode({name: str(value) for name, value in {"community": community_id, **asked}.items() if value})
    with st.container(horizontal=True):
        st.markdown(f"**{desk.t('archive.found', n=n)}**" if n else desk.t("archive.none"))
        if n:
            st.html(_LINK.format(address=escape(address), text=escape(desk.t("archive.index_print"))))
    by_id = {str(one.order_id): one for one in found}
    _choose(line_list("archive", desk.t("archive.title"), {key: _line(desk, one) for key, one in by_id.items()}), community_id)
    if n > len(found):
        st.caption(desk.t("archive.first", n=len(found)))


def _chosen(desk: Desk) -> bool:
    """The file that was tapped, in place of the index."""
    community_id, order_id = st.session_state.get(CHOSEN) or (None, None)
    if community_id not in desk.scope.communities:
        return False
    with desk.session() as session:
        kept = file_of(session, community_id, order_id)
    if kept is None:
        return False
    if st.button(f"← {desk.t('archive.index_title')}", key="archive-back"):
        _choose("", community_id)
    _file(desk, kept)
    return True


def _choose(order_id: str | None, community_id: UUID) -> None:
    """Shows one file, or the index again (empty); None: nothing was tapped."""
    if order_id is not None:
        st.session_state[CHOSEN] = (community_id, UUID(order_id)) if order_id else None
        st.rerun(scope="fragment")


def _mine(desk: Desk) -> None:
    """The reader's own requests that are not over: a tap opens the file."""
    with desk.session() as session:
        found = {str(one.order_id): one for one in mine(session, desk.now)}
    if found:
        tapped = line_list("archive-mine", desk.t("archive.mine"), {key: f"**{one.number} {plain(one.matter)}** {stand(desk, one)}" for key, one in found.items()}, titled=True)
        _choose(tapped, found[tapped].community_id if tapped else None)


def _asked(desk: Desk, community_id: UUID) -> dict:
    """What the index is narrowed to."""
    text = st.text_input(desk.t("archive.find"), key="archive_text", max_chars=50, placeholder=desk.t("archive.find"), label_visibility="collapsed")
    with desk.session() as session:
        known = years(session, community_id)
    every = {None: desk.t("archive.any")}
    words = every | {kind.id: kind.title[desk.lang] for kind in kinds().values()}
    categories = every | {one: desk.t(f"work_orders.category_{one}") for one in CODES}
    with st.container(horizontal=True):
        year = st.selectbox(desk.t("archive.year"), [None, *known], format_func=lambda one: str(one or desk.t("archive.any")), key="archive_year")
        category = st.selectbox(desk.t("archive.category"), list(categories), format_func=categories.get, key="archive_category")
        kind = st.selectbox(desk.t("archive.kind"), list(words), format_func=words.get, key="archive_kind")
    return {"text": text.strip(), "year": year, "category": category, "kind": kind}


def _line(desk: Desk, one: FileLine) -> str:
    return f"**{one.number} {plain(one.matter)}**  \n:gray[{desk.t(f'work_orders.category_{one.category}')} · {kinds()[one.kind].title[desk.lang]} · {one.year}]"


def _about(desk: Desk, one: FileLine) -> str:
    kept = desk.t("archive.kept", years=one.kept_years, until=one.kept_until.isoformat())
    return " · ".join((desk.t("archive.of", number=one.order_number), desk.t("archive.filed", at=deadline_text(one.filed_at)), kept))


def _file(desk: Desk, one: FileLine) -> None:
    """One file: its index entry, the requests to read it, and what the reader may do."""
    with st.container(border=True, key="archive-file"):
        st.markdown(f"**{one.number} {plain(one.matter)}**  \n{_about(desk, one)}")
        with desk.session() as session:
            readings = of_file(session, desk.now, one.community_id, one.order_id)
        for reading in readings:
            colour = "orange" if reading.stands == "waiting" else "green" if reading.stands in ("granted", "open") else "gray"
            address = "/desk/archive/request?" + urlencode({"community": str(one.community_id), "reading": str(reading.id)})
            st.markdown(f":{colour}[{asked_for(desk, reading)} — **{stand(desk, reading)}**]")
            st.html(_LINK.format(address=escape(address), text=escape(desk.t("archive.form"))))
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
