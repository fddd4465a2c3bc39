"""A row that breaks a clause, and what stands behind it: its limit, what was done, and the ledger's entries about it."""

from datetime import datetime, time, timedelta
from uuid import UUID

import streamlit as st

from core.calendar import SHANGHAI, is_day_only, local_minute
from core.clocks import State
from core.rulebook import load_rulebook
from db.queries.checklist_rows import Violation
from db.queries.supervision import Step, steps, traces
from pages.parts.care_text import outcome_text
from pages.parts.clause import source_text
from pages.parts.desk import Desk, current
from pages.parts.files import draw_files_of
from pages.parts.ledger_entries import did, entry_line
from pages.parts.package_text import lacking_text
from pages.parts.plain import plain


def moment(at: datetime | None) -> str:
    """2026-11-18 10:00 in Shanghai; nothing for None."""
    return local_minute(at) if at else ""


def limit(at: datetime | None) -> str:
    """The same for a limit: what ends with a day ends at its 24:00, not at the next one's 00:00."""
    local = at.astimezone(SHANGHAI) if at else None
    return f"{local - timedelta(1):%Y-%m-%d} 24:00" if local and local.time() == time(0) else moment(at)


def draw_rows(desk: Desk, community_id: UUID, clause_id: str, rows: list[Violation], *, desk_name: str = "checklist") -> None:
    """One card a row, with a button that opens what stands behind it. `desk_name`: the page it is drawn on."""
    for row in rows:
        with st.container(border=True, key=f"row-{row.clock_id or row.subject_id}"):
            st.markdown(row_text(desk, clause_id, row))
            if st.button(desk.t("checklist.evidence"), key=f"evidence-{row.clock_id or row.subject_id}", width="stretch"):
                st.dialog(desk.t("checklist.evidence"), width="large")(_evidence)(community_id, clause_id, row, desk_name)


def row_text(desk: Desk, clause_id: str | None, row: Violation) -> str:
    """A row in two or three lines of Markdown: what, how it stands against its limit, where and with whom."""
    if row.value is not None:
        word = "checklist.value_" + clause_id.replace(".", "_")
        return f"**{plain(row.what)}** · {desk.t(word, n=row.value)}"
    what = did(desk, row.what) if row.subject_kind == "entry" else plain(row.what)
    lines = [f"**{what or desk.t('checklist.community')}**"]
    if row.lacking:
        lines.append(f":red[**{lacking_text(desk, row.lacking)}**]")
    if row.photo_of:
        _, visit, same = row.photo_of
        lines.append(f":orange[{desk.t('checklist.same_photo' if same else 'checklist.near_photo', visit=plain(visit))}]")
    if row.doubt:
        lines.append(f":red[**{_doubt(desk, row)}**]")
    by = None if row.doubt else row.holder and desk.t("checklist.made_by" if row.subject_kind == "contact" else "checklist.held_by", who=plain(row.holder))
    places = [plain(row.grid) if row.grid != row.what else None, by]
    if row.state:
        colour = "red" if row.state == State.overdue else "orange"
        done = desk.t("checklist.closed", at=local_minute(row.closed_at, row.resident_id and is_day_only(row.closed_at))) if row.closed_at else None
        lines.append(f":{colour}[**{desk.t(f'clocks.{row.state}')}**] · " + " · ".join(filter(None, (desk.t("checklist.due", at=limit(row.due_at)), done))))
    if any(places):
        lines.append(f":gray[{' · '.join(filter(None, places))}]")
    return "  \n".join(lines)


def _doubt(desk: Desk, row: Violation) -> str:
    """"12 home visits by Wang within 9 minutes": why it is hard to believe."""
    who, span = plain(row.holder) or "—", {"start": moment(row.doubt.start), "end": moment(row.doubt.end)}
    if row.doubt.n is None:
        return desk.t("checklist.doubt_away", who=who, **span)
    return desk.t("checklist.doubt_dense", who=who, n=row.doubt.n, minutes=row.doubt.minutes, **span)


def _evidence(community_id: UUID, clause_id: str, row: Violation, desk_name: str) -> None:
    desk = current().require(desk_name)
    clause = load_rulebook()[clause_id]
    with desk.session() as session:
        done, entries = steps(session, community_id, row), traces(session, community_id, row)
    st.markdown(row_text(desk, clause_id, row))
    if row.photo_of:
        draw_files_of(desk, desk_name, community_id, contact_ids=(row.subject_id, row.photo_of[0]), key=f"photo-{row.subject_id}", strikes=False)
    st.caption(f"{clause.title[desk.lang]} — {clause.figure[desk.lang]} · {source_text(desk, clause)}")
    st.markdown(f"**{desk.t('checklist.steps')}**")
    st.markdown("\n".join(f"- {_step_text(desk, one)}" for one in done) or desk.t("checklist.no_steps"))
    st.markdown(f"**{desk.t('checklist.traces')}**")
    st.markdown("\n".join(f"- {entry_line(desk, one)}" for one in entries) or desk.t("checklist.no_traces"))


def _step_text(desk: Desk, step: Step) -> str:
    parts = [local_minute(step.happened_at, step.day_only), _name(desk, step.word), step.outcome and outcome_text(desk, step.word.rpartition(".")[2], step.outcome), plain(step.who)]
    if (step.recorded_at - step.happened_at).total_seconds() > 3600:
        parts.append(desk.t("checklist.recorded", at=moment(step.recorded_at)))
    return " · ".join(filter(None, parts))


def _name(desk: Desk, word: str) -> str:
    return load_rulebook()[word].title[desk.lang] if word in load_rulebook() else desk.t(word)
