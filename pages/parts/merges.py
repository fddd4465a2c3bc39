"""Two files of one person: side by side for the station head, merged, said to be two, undone; and what a merged file says of itself."""

from html import escape
from uuid import UUID

import streamlit as st

from core.calendar import local_minute
from core.merges import FULL, rules
from core.refusals import Refused
from db.commands.merges import merge, say_two, undo
from db.queries.care import PersonFile
from db.queries.merges import FileSide, MergeRow, Pair, how_many, merges, pairs
from pages.parts.care_text import contact_text, groups_text, place_text
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.plain import plain
from pages.parts.roster_record import say, tell

SHOWN = "roster_doubles"
AT_ONCE = 10
FIELDS = ("name", "id_number", "birth_date", "phone", "address", "registered_address", "health")
STYLE = """<style>
.pair{width:100%;border-collapse:collapse;font-size:.92rem;table-layout:fixed}.pair th,.pair td{text-align:left;vertical-align:top;padding:.25rem .4rem;border-bottom:1px solid #e3e9ed;
overflow-wrap:anywhere}.pair th{font-weight:400;color:#5b6b73;width:26%}.pair thead th{font-weight:600;color:#1c2b33}.pair .same{background:#e3f3ec}.pair small{color:#0a4f35}
</style>"""


def doubles_button(desk: Desk) -> None:
    """Opens the pairs, for who may merge; how many there are stands on it."""
    if desk.may("care_merge"):
        n = kept(desk, how_many)
        st.button(desk.t("merges.open", n=n) if n else desk.t("merges.open_none"), key="roster-doubles", on_click=_show, args=(True,))


def draw_doubles(desk: Desk) -> bool:
    """The pairs and what was merged, in place of the list. Whether they are open."""
    if not st.session_state.get(SHOWN) or not desk.may("care_merge"):
        return False
    st.html(STYLE)
    st.button(f"← {desk.t('merges.back')}", key="doubles-back", on_click=_show, args=(False,))
    st.subheader(desk.t("merges.title"), anchor=False)
    st.caption(desk.t("merges.why"))
    tell()
    with desk.session() as session:
        found, done = pairs(session, desk.now, limit=AT_ONCE), merges(session, desk.now)
    for one in found:
        _pair(desk, one)
    if not found:
        st.success(desk.t("merges.none"))
    elif len(found) == AT_ONCE:
        st.caption(desk.t("merges.more", n=AT_ONCE))
    if done:
        st.markdown(f"**{desk.t('merges.lately')}**")
        for row in done:
            _line(desk, row, "list")
    return True


def draw_merged(desk: Desk, file: PersonFile) -> UUID | None:
    """What a file that went into another one says; the id of that one, if it is within reach."""
    with desk.session() as session:
        rows = merges(session, desk.now, file.row.resident_id)
    standing = next((row for row in rows if row.merged_id == file.row.resident_id and row.undone_at is None), None)
    if standing is None or standing.resident is None:
        st.warning(desk.t("merges.went_elsewhere"))
        return None
    st.warning(desk.t("merges.went_into", name=plain(standing.resident)))
    return standing.resident_id


def draw_merges(desk: Desk, file: PersonFile, place: str) -> None:
    """The files that went into this one, each with its undoing."""
    with desk.session() as session:
        rows = merges(session, desk.now, file.row.resident_id)
    if rows:
        with st.expander(desk.t("merges.lately")):
            for row in rows:
                _line(desk, row, place)


def _pair(desk: Desk, pair: Pair) -> None:
    sides = {side.row.resident_id: (desk.t(f"merges.{name}"), side) for name, side in (("one", pair.one), ("other", pair.other))}
    key = f"{pair.one.row.resident_id}-{pair.other.row.resident_id}"
    with st.container(border=True, key=f"pair-{key}"):
        parts = [desk.t(f"care.field.{part}") if value == FULL else desk.t("merges.half", part=desk.t(f"care.field.{part}")) for part, value in pair.found.parts.items()]
        st.markdown(f"**{desk.t('merges.score', score=f'{pair.found.score:g}', most=f'{rules().most:g}', parts=' · '.join(parts))}**")
        st.html(_table(desk, pair))
        usual = max(sides, key=lambda one: (sides[one][1].fields["id_number"] is not None, sides[one][1].contacts))
        stays = st.radio(
            desk.t("merges.keep"), tuple(sides), index=tuple(sides).index(usual), key=f"keep-{key}", horizontal=True,
            format_func=lambda one: f"{sides[one][0]} · {plain(place_text(desk, sides[one][1].row))}",
        )  # fmt: skip
        st.caption(desk.t("merges.what"))
        with st.container(horizontal=True, gap="small"):
            st.button(desk.t("merges.do"), key=f"merge-{key}", type="primary", width="stretch", on_click=_merge, args=(pair, stays))
            st.button(desk.t("merges.two"), key=f"two-{key}", width="stretch", on_click=_two, args=(pair,), help=desk.t("merges.two_note"))


def _table(desk: Desk, pair: Pair) -> str:
    rows = [(desk.label(f"care.field.{field}"), pair.one.fields[field], pair.other.fields[field], field in pair.same) for field in FIELDS]
    said = [(desk.t(f"merges.{name}"), _said(desk, name, pair.one), _said(desk, name, pair.other), False) for name in ("place", "groups", "holds", "last")]
    lines = "".join(_row(desk, *one) for one in (*rows, *said) if one[1] or one[2])
    return f'<table class="pair"><thead><tr><th></th><th>{escape(desk.t("merges.one"))}</th><th>{escape(desk.t("merges.other"))}</th></tr></thead><tbody>{lines}</tbody></table>'


def _row(desk: Desk, name: str, one: str | None, other: str | None, same: bool) -> str:
    blank, mark = desk.t("roster.not_on_file"), f"<br><small>{escape(desk.t('merges.same'))}</small>" if same else ""
    cells = "".join(f"<td>{escape(text or blank)}</td>" for text in (one, other))
    return f'<tr class="same"><th>{escape(name)}{mark}</th>{cells}</tr>' if same else f"<tr><th>{escape(name)}</th>{cells}</tr>"


def _said(desk: Desk, name: str, side: FileSide) -> str:
    match name:
        case "place":
            return place_text(desk, side.row)
        case "groups":
            return groups_text(desk, side.row) or desk.t("merges.no_group")
        case "holds":
            return desk.t("merges.holds_n", contacts=side.contacts, orders=side.orders)
    return contact_text(desk, side.row.last)


def _line(desk: Desk, row: MergeRow, place: str) -> None:
    names = {"merged": plain(row.merged) or desk.t("merges.somebody"), "name": plain(row.resident) or desk.t("merges.somebody")}
    text = desk.t("merges.line", at=local_minute(row.merged_at), by=plain(row.by) or desk.t("grants.nobody"), **names)
    st.markdown(f"- {text}" + (f" · {desk.t('merges.undone', at=local_minute(row.undone_at))}" if row.undone_at else ""))
    if row.undone_at is None and desk.may("care_merge"):
        st.button(desk.t("merges.undo"), key=f"undo-merge-{place}-{row.id}", on_click=_undo, args=(row,), help=desk.t("merges.undo_note"))


def _show(shown: bool) -> None:
    st.session_state[SHOWN] = shown


def _merge(pair: Pair, stays: UUID) -> None:
    desk = current().require("roster")
    one, other = (pair.one, pair.other) if pair.one.row.resident_id == stays else (pair.other, pair.one)
    ids = {"resident_id": one.row.resident_id, "merged_id": other.row.resident_id}
    done = desk.carry_out(merge, versions=(one.row.version, other.row.version), **ids)
    say(desk, stays, done if isinstance(done, Refused) else desk.t("merges.now_merged", rows=done.rows, clocks=done.clocks))


def _two(pair: Pair) -> None:
    desk = current().require("roster")
    done = desk.carry_out(say_two, one_id=pair.one.row.resident_id, other_id=pair.other.row.resident_id)
    say(desk, pair.one.row.resident_id, done if isinstance(done, Refused) else desk.t("merges.now_two"))


def _undo(row: MergeRow) -> None:
    desk = current().require("roster")
    done = desk.carry_out(undo, merge_id=row.id, version=row.version)
    say(desk, row.resident_id, done if isinstance(done, Refused) else desk.t("merges.now_undone", rows=done.rows))
