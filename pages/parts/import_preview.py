"""The third step of an import: what would change, every bad cell with its reason, the marked workbook; and the word that it is done."""

from collections import Counter
from uuid import UUID

import streamlit as st

from core.changes import exit_of
from core.imports.judge import BadCell
from core.imports.tables import Field
from core.imports.teams import NOT_NEEDED
from db.commands.imports import TakenIn
from db.queries.imports import Preview
from db.queries.reconciliation_compare import Comparison
from db.sheets import marked_workbook
from pages.parts.desk import Desk
from pages.parts.import_columns import veiled
from pages.parts.plain import plain
from pages.parts.rows import draw_rows, on_a_phone

_LISTED, _ON_A_PHONE = 500, 50
"""Rows shown at most: of a table, of cards one under the other."""
_FIGURES = ("new", "changed", "unchanged", "rejected")
_KNOWN_BY = {"grid_id": "grid", "household_id": "door", "exit": "left_on"}
"""Columns that hold an id, and what is asked for → the field a reader knows them by."""


def preview_view(desk: Desk, seen: Preview) -> bool:
    """Shows the preview. True when somebody has just agreed to take it in."""
    counts = seen.counts
    with st.container(horizontal=True, gap="small", key="imports-figures"):
        for name in _FIGURES:
            st.metric(desk.t(f"imports.{name}"), counts[name], border=True)
    if counts["skipped"] or counts["blank"] or counts["repeated"]:
        st.caption(desk.t("imports.passed_over", skipped=counts["skipped"], blank=counts["blank"], repeated=counts["repeated"]))
    _aside(desk, seen.plan.aside)
    bad_view(desk, seen)
    _waits(desk, counts)
    _refused(desk, seen)
    if seen.plan.late:
        st.caption(desk.t("imports.late_contacts", n=seen.plan.late))
    _changes(desk, seen)
    going_in = counts["new"] + counts["changed"]
    if not going_in:
        st.info(desk.t("imports.nothing_to_do"))
        return False
    return st.button(desk.t("imports.take_in", n=going_in), type="primary", width="stretch", key="imports-take-in")


def done_view(desk: Desk, result: TakenIn, state: dict) -> None:
    """What has been filed, and the way to the next file."""
    st.subheader(desk.t("imports.step_done"), anchor=False)
    if result.batch_id is None:
        st.info(desk.t("imports.done_none"))
    else:
        st.success(desk.t("imports.done", **{name: result.counts[name] for name in _FIGURES}))
        _aside(desk, result.aside)
        _waits(desk, result.counts)
    if st.button(desk.t("imports.another"), width="stretch"):
        del state["done"]
        st.rerun()


def word(desk: Desk, cell: BadCell) -> str:
    """Why a cell is refused or odd, in the reader's language."""
    return desk.t(f"imports.bad.{cell.reason}", **cell.values)


def _waits(desk: Desk, counts: dict[str, int]) -> None:
    if counts.get("waits"):
        st.warning(desk.t("imports.waits_title", n=counts["waits"]))


def asks_again(upload_digest: bytes) -> str:
    """Key of the tick by which what was refused before is asked for again, for one file."""
    return f"imports-ask-again-{upload_digest.hex()[:12]}"


def _refused(desk: Desk, seen: Preview) -> None:
    if seen.plan.refused:
        st.warning(desk.t("imports.refused_title", n=len(seen.plan.refused)))
    if seen.plan.refused or seen.upload.ask_again:
        st.checkbox(desk.t("imports.ask_again"), key=asks_again(seen.upload.digest))
    if seen.plan.silent:
        st.caption(desk.t("imports.silent", n=seen.plan.silent))


def _aside(desk: Desk, aside: dict[str, int]) -> None:
    if aside:
        parts = [desk.t("imports.aside_one", table=desk.t(f"imports.aside_{name}"), n=n) for name, n in sorted(aside.items())]
        st.caption(desk.t("imports.aside", what=desk.t("exports.comma").join(parts)))


def bad_view(desk: Desk, seen: Preview | Comparison, words: str = "imports") -> None:
    """Every bad cell with its reason, and the marked workbook. `words`: the file whose titles say what becomes of their rows."""
    bad, counts = seen.found.bad, seen.counts
    if not bad:
        st.success(desk.t("imports.none_bad"))
        return
    if counts["bad_cells"]:
        st.error(desk.t(f"{words}.bad_title", n=counts["bad_cells"], rows=counts["rejected"]))
    if counts["remarks"]:
        st.warning(desk.t(f"{words}.remarks_title", n=counts["remarks"]))
    worst = sorted(bad, key=lambda cell: (not cell.refuses, cell.row, cell.column))
    listed = _ON_A_PHONE if on_a_phone() else _LISTED
    draw_rows([_line(desk, cell, seen.upload.into.fields.get(cell.field)) for cell in worst[:listed]], key="imports-bad")
    if len(bad) > listed:
        st.caption(desk.t("imports.bad_more", n=listed))
    with st.expander(desk.t("imports.reasons")):
        for (reason, _), n in Counter((word(desk, cell), cell.reason) for cell in bad).most_common(20):
            st.markdown(desk.t("imports.reason_count", reason=plain(reason), n=n))
    titles = {name: desk.t(f"imports.bad_{name}") for name in ("row", "column", "header", "value", "reason")}
    titles |= {"sheet": desk.t("imports.marked_sheet"), "list": desk.t("imports.marked_list")}
    name = seen.upload.file_name.rpartition(".")[0] or seen.upload.table
    st.download_button(
        desk.t("imports.marked"), lambda: marked_workbook(seen.upload.cells, bad, lambda cell: word(desk, cell), titles), f"{name}-{titles['sheet']}.xlsx",
        on_click="ignore", width="stretch", key="imports-marked",
    )  # fmt: skip


def _line(desk: Desk, cell: BadCell, field: Field | None) -> dict[str, object]:
    return {
        desk.t("imports.bad_row"): cell.row,
        desk.t("imports.bad_reason"): word(desk, cell),
        desk.t("imports.bad_value"): veiled(desk, field, cell.value[:80]),
        desk.t("imports.bad_column"): f"{cell.letter} {cell.header}",
        desk.t("imports.bad_weight"): desk.t("imports.bad_refuse" if cell.refuses else "imports.bad_remark"),
    }


def _changes(desk: Desk, seen: Preview) -> None:
    fields, plan = seen.upload.into.fields, seen.plan
    marked = [(one, "imports.waits_mark", {}) for one in plan.asks.values()] + [(one, "imports.refused_mark", {"day": day}) for one, day in plan.refused.values()]
    shown = [one for one in (*marked, *((one, None, {}) for one in plan.changes)) if _KNOWN_BY.get(one[0].column, one[0].column) in fields]
    if not shown:
        return
    with st.expander(desk.t("imports.changes_title", n=len(shown))):
        lines = []
        listed = _ON_A_PHONE if on_a_phone() else _LISTED
        for change, mark, more in shown[:listed]:
            field = fields[_KNOWN_BY.get(change.column, change.column)]
            title = desk.t(mark, field=field.title[desk.lang], **more) if mark else field.title[desk.lang]
            lines.append([change.row, title, *(veiled(desk, field, str(_said(desk, field, value) or "")) for value in (change.old, change.new))])
        titles = [desk.t(f"imports.{name}") for name in ("bad_row", "change_field", "change_old", "change_new")]
        draw_rows([dict(zip(titles, line, strict=True)) for line in lines])
        if len(shown) > listed:
            st.caption(desk.t("imports.changes_more", n=listed))


def _said(desk: Desk, field: Field, value: object) -> object:
    """A value as a reader knows it."""
    if field.parse == "past_date" and isinstance(value, str):
        kind, day = exit_of(value)
        return f"{desk.t(f'departures.{kind}')} {day}"
    if value is None or isinstance(value, UUID):
        return value and "…"
    if field.parse == "service" or value == NOT_NEEDED:
        return desk.t(f"imports.service_{value}")
    return f"{value / 100:.2f}" if field.parse == "amount" else value
