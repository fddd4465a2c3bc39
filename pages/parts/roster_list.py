"""The roster's rows: cards for a thumb, a table with the file beside it for a desktop."""

import streamlit as st

from core.care import ACTS
from db.queries.roster import Roster, RosterRow
from pages.parts.care_text import away_text, card_html, contact_text, due_text, factors_text, first_text, groups_text, place_text
from pages.parts.desk import Desk, current
from pages.parts.package_text import lacking_text
from pages.parts.plain import plain
from pages.parts.roster_person import person_view
from pages.parts.roster_record import act_buttons, tell

STYLE = """<style>
.care-who{line-height:1.5}.care-who b{font-size:1.08rem}.care-age{color:#5b6b73;font-size:.9rem;margin-left:.3rem}.care-group{color:#5b6b73;font-size:.9rem;margin-left:.3rem}
.care-chips{display:flex;flex-wrap:wrap;gap:.35rem;margin:.35rem 0}.care-chips span{border-radius:6px;padding:.1rem .5rem;font-size:.88rem;white-space:nowrap}
.care-late{background:#fde8e4;color:#9a1b0c;font-weight:600}.care-soon{background:#fff1d6;color:#7a4b00}.care-due{background:#e8eef2;color:#1c2b33}.care-done{background:#e3f3ec;color:#0a4f35}
[class*=st-key-person-]>div:has(.care-who),[class*=st-key-person-]>[data-testid=stLayoutWrapper]{flex:1 0 100%;width:100%}
[class*=st-key-roster_state] [role=radiogroup] button{padding-left:.45rem;padding-right:.45rem}
.care-line{color:#5b6b73;font-size:.86rem;line-height:1.45;overflow-wrap:anywhere}
</style>"""


def cards(desk: Desk, found: Roster) -> None:
    """A card a person, with a button for each act owed and one for the file: all in one line that wraps, or a second container a card would
    cost the server a tenth of the page."""
    st.html(STYLE)
    tell()
    for row in found.rows:
        with st.container(border=True, horizontal=True, key=f"person-{row.resident_id}", gap="small"):
            st.html(card_html(desk, row))
            if act_buttons(desk, row, place="card"):
                _file_button(desk, row)


def table(desk: Desk, found: Roster) -> None:
    """A row a person, over the whole width; the one ticked opens its file beside the table."""
    st.html(STYLE)
    owed, away, gaps = {clock.act for row in found.rows for clock in row.clocks}, any(row.away for row in found.rows), all(row.lacking for row in found.rows)
    lines, key = [_line(desk, row, owed, away, gaps) for row in found.rows], f"roster-table-{desk.lang}"
    rows = [one for one in st.session_state.get(key, {}).get("selection", {}).get("rows", ()) if one < len(found.rows)]
    if not rows:
        tell(here=True)
        st.caption(desk.t("roster.pick_row"))
    left, right = st.columns([3, 2] if rows else [1000, 1])
    with left:
        st.dataframe(
            lines, hide_index=True, on_select="rerun", selection_mode="single-row", key=key, width="stretch", column_config=_widths(lines),
            height=min(720, 38 + 36 * len(lines)), row_height=36,
        )  # fmt: skip
    if rows:
        with right:
            tell(here=True)
            person_view(desk, found.rows[rows[0]].resident_id, place="table")


def _widths(lines: list[dict[str, str]]) -> dict:
    """Each column as wide as its longest words, up to a limit: left to itself the table measures a few cells and cuts off the others."""
    longest = {name: max(_pixels(text) for text in (name, *(line[name] for line in lines))) for name in (lines[0] if lines else ())}
    return {name: st.column_config.Column(width=min(230, 32 + n)) for name, n in longest.items()}


def _pixels(text: str) -> int:
    """How wide it is about: 14 pixels a Chinese character, half of that any other."""
    return sum(14 if one > "\u2e7f" else 7 for one in text)


def _line(desk: Desk, row: RosterRow, owed: set[str], away: bool, gaps: bool) -> dict[str, str]:
    acts = {clock.act: due_text(desk, clock, row.away) for clock in row.clocks}
    age = f" {row.age_band}" if row.age_band else ""
    return {
        desk.t("roster.columns_person"): row.name + age,
        **({desk.t("packages.gaps"): lacking_text(desk, row.lacking)} if gaps else {}),
        **{desk.label(f"care.act.{act}"): acts.get(act, "") for act in ACTS if act in owed},
        desk.t("roster.columns_groups"): groups_text(desk, row),
        desk.t("roster.columns_place"): place_text(desk, row),
        desk.t("roster.columns_holder"): row.holder or "",
        desk.t("risks.column"): first_text(desk, row) if row.said else factors_text(desk, row),
        **({desk.t("roster.state_away"): away_text(desk, row.away) if row.away else ""} if away else {}),
        desk.t("roster.columns_last"): contact_text(desk, row.last),
    }


def _file_button(desk: Desk, row: RosterRow) -> None:
    if st.button(desk.t("roster.file"), key=f"file-{row.resident_id}", width="stretch"):
        st.dialog(desk.t("roster.file_of", name=plain(row.name)), width="large", on_dismiss="rerun")(_file)(row)


def _file(row: RosterRow) -> None:
    desk = current().require("roster")
    tell(here=True)
    person_view(desk, row.resident_id, place="dialog")
