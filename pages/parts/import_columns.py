"""The first steps of an import: which sheet, which row is the header, which column holds what, corrected by who knows the file."""

from datetime import date
from hashlib import sha256

import streamlit as st

from core import roles
from core.imports import tables
from core.imports.cells import plain
from core.imports.headers import Mapping, column_letter, date_orders, read_as
from core.imports.tables import Field
from core.refusals import Refused
from db.queries.imports import Upload
from db.sheets import Sheet, read_sheet
from pages.parts.desk import Desk
from pages.parts.page import show_refusal
from pages.parts.plain import plain as as_text
from pages.parts.rows import draw_rows

_SHOWN = 3


def sheet_step(desk: Desk, state: dict, file) -> Sheet | None:
    """The sheet to be read, parsed once for each file and choice of sheet; a file that can't be read is answered here."""
    content = file.getvalue()
    digest = sha256(content).digest()
    if state.get("digest") != digest:
        state.update(digest=digest, sheet=read_sheet(content, file.name), guessed={}, seen=None)
    sheet = state["sheet"]
    if isinstance(sheet, Refused):
        show_refusal(desk, sheet)
        return None
    if len(sheet.names) > 1:
        chosen = st.selectbox(desk.t("imports.sheet"), sheet.names, sheet.names.index(sheet.name))
        if chosen != sheet.name:
            state.update(sheet=read_sheet(content, file.name, chosen), guessed={}, seen=None)
            st.rerun()
    return sheet


def columns_step(desk: Desk, upload: Upload, remembered: bool, today: date) -> Mapping | None:
    """Shows how the sheet is read. Returns another mapping when somebody has corrected it, else None."""
    mapping, heads, fields = upload.mapping, upload.headers, upload.into.fields
    if remembered:
        st.caption(desk.t("imports.remembered"))
    missing = [fields[name].title[desk.lang] for name in upload.into.required if name not in mapping.columns]
    if missing:
        st.error(desk.t("imports.columns_missing", names=desk.t("exports.comma").join(missing)))
    st.markdown(f"**{desk.t('imports.columns_found', n=len(mapping.columns))}**")
    _sample(desk, upload, heads)
    unused = [f"{column_letter(i)} {head}" for i, head in enumerate(heads) if head and i not in mapping.columns.values()]
    if unused:
        st.caption(desk.t("imports.columns_ignored", names=desk.t("exports.comma").join(map(as_text, unused))))
    with st.expander(desk.t("imports.columns_correct"), expanded=bool(missing)):
        return _header(desk, upload, today) or _form(desk, upload, heads)


def veiled(desk: Desk, field: Field | None, text: str) -> str:
    """A cell of the ledger, masked as the desk shows such a value to this role."""
    return tables.veiled(field, text, roles.masked(desk.actor.role))


def _sample(desk: Desk, upload: Upload, heads: list[str]) -> None:
    """The first rows as they will be read: the desk's field above the ledger's own header."""
    mapping = upload.mapping
    taken = [(upload.into.fields[name], i) for name, i in mapping.columns.items()]
    shown = upload.cells[mapping.first_row : mapping.first_row + _SHOWN]
    rows = [[veiled(desk, field, plain(row[i])) if i < len(row) else "" for field, i in taken] for row in shown]
    if not rows or not mapping.columns:
        return
    names = [f"{upload.into.fields[name].title[desk.lang]} ← {column_letter(i)} {heads[i] if i < len(heads) else ''}" for name, i in mapping.columns.items()]
    draw_rows([dict(zip(names, row, strict=True)) for row in rows])


def _header(desk: Desk, upload: Upload, today: date) -> Mapping | None:
    """Another header row means other columns: they are guessed anew under it."""
    mapping, last = upload.mapping, min(30, len(upload.cells))
    with st.container(horizontal=True):
        row = st.number_input(desk.t("imports.header_row"), 1, last, mapping.header_row + 1, key=f"imports-row-{mapping.header_row}")
        depth = st.number_input(desk.t("imports.header_depth"), 1, 3, mapping.depth, key=f"imports-depth-{mapping.header_row}-{mapping.depth}")
    if (row - 1, depth) == (mapping.header_row, mapping.depth) or row - 1 + depth > len(upload.cells):
        return None
    return read_as(upload.cells, int(row) - 1, int(depth), upload.into, today)


def _form(desk: Desk, upload: Upload, heads: list[str]) -> Mapping | None:
    """One choice of column for each field."""
    mapping, chosen = upload.mapping, {}
    choices = [None, *range(max(len(heads), *(len(row) for row in upload.cells[: mapping.first_row + 1])))]

    def named(index: int | None) -> str:
        if index is None:
            return desk.t("imports.column_none")
        return desk.t("imports.column_named", letter=column_letter(index), header=heads[index] if index < len(heads) else "")

    with st.form(f"imports-columns-{upload.table}", border=False):
        for name, field in upload.into.fields.items():
            title = field.title[desk.lang]
            label = desk.t("imports.required_mark", title=title) if field.required else title
            present = mapping.columns.get(name)
            chosen[name] = st.selectbox(label, choices, choices.index(present) if present in choices else 0, format_func=named, key=f"imports-{upload.table}-{name}-{present}")
        if not st.form_submit_button(desk.t("imports.columns_apply"), width="stretch"):
            return None
    columns = {name: index for name, index in chosen.items() if index is not None}
    return Mapping(mapping.header_row, mapping.depth, columns, date_orders(upload.cells, columns, upload.into, mapping.first_row))


