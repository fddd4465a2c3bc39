"""A table that is only read: a grid on a desktop, on a phone one card a row, so that nothing lies outside the screen."""

from html import escape

import streamlit as st


def on_a_phone() -> bool:
    """Whether the browser says it is a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def draw_rows(rows: list[dict], **columns) -> None:
    """`rows`: column's words → value, the first column names the row. `columns`: further arguments of st.dataframe, for a desktop."""
    if on_a_phone():
        st.html(f'<div class="desk-rows" role="list">{"".join(map(_card, rows))}</div>')
    else:
        st.dataframe(rows, hide_index=True, width="stretch", **columns)


def _card(row: dict) -> str:
    """The first value, a number with its label, then each other one that says something."""
    (label, first), *others = row.items()
    name = f"{label} {first}" if isinstance(first, int) else str(first)
    said = "".join(f"<span><i>{escape(label)}</i> {escape(str(value))}</span>" for label, value in others if value not in (None, ""))
    return f'<div role="listitem"><b>{escape(name)}</b>{said}</div>'
