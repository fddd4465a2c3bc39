"""The overview's charts: Altair builds each Vega-Lite spec once; a page only sends rows. A mark that is tapped comes back by its key."""

from functools import lru_cache
from uuid import UUID

import pyarrow as pa
import streamlit as st

from core.measures import percent
from core.rulebook import load_rulebook
from pages.parts.desk import Desk

CHARTS = ("intake", "on_time", "care")
PICK = "pick"


def draw_chart(desk: Desk, name: str, by: str, rows: pa.Table) -> tuple[str, str] | None:
    """Draw one of CHARTS `by` "kind" or "grid"; the (month, key) of the mark tapped, if any."""
    if not rows.num_rows:
        st.caption(desk.t("overview.no_data"))
        return None
    event = st.vega_lite_chart(rows, spec(name, by, desk.lang), width="stretch", on_select="rerun", selection_mode=PICK, key=f"chart-{name}-{by}-{desk.lang}")
    picked = event.selection.get(PICK) if event else None
    return (picked[0]["month"], picked[0]["key"]) if picked else None


def chart_rows(desk: Desk, name: str, by: str, found: dict[tuple[str, str], tuple[int, int]], grids: dict[UUID, str]) -> pa.Table:
    """One row a mark of db.queries.overview.marks: month, key, name, value (a count or a share), and how it reads."""
    rows = [_mark(desk, name, by, grids, *key, *counts) for key, counts in found.items()]
    return pa.table({column: [row[i] for row in rows] for i, column in enumerate(("month", "key", "name", "value", "shown"))})


def _mark(desk: Desk, name: str, by: str, grids: dict[UUID, str], month: str, key: str, met: int, due: int) -> tuple:
    label = mark_name(desk, name, by, key, grids)
    if name == "intake":
        return month, key, label, due, str(due)
    return month, key, label, met / due, desk.t("overview.share_of", share=percent(met / due), met=met, due=due)


def mark_name(desk: Desk, name: str, by: str, key: str, grids: dict[UUID, str]) -> str:
    """What a mark is about, in words."""
    if by == "grid":
        return grids[UUID(key)] if key else desk.t("overview.no_grid")
    return load_rulebook()[key].title[desk.lang] if name == "care" else desk.t(f"work_orders.category_{key}")


@lru_cache(maxsize=24)
def spec(name: str, by: str, lang: str) -> dict:
    """The Vega-Lite spec of a chart, without its rows."""
    import altair as alt

    from core.words import t

    pick = alt.selection_point(name=PICK, fields=["month", "key"], toggle=False)
    tip = [alt.Tooltip("month:O", title=t("overview.month", lang)), alt.Tooltip("name:N", title=t(f"overview.by_{by}", lang)), alt.Tooltip("shown:N", title=t(f"overview.{name}", lang))]
    base = alt.Chart(alt.NamedData("rows")).encode(x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-45)), tooltip=tip, opacity=alt.condition(pick, alt.value(1), alt.value(0.35)))
    share = name != "intake"
    if by == "grid":
        legend = alt.Legend(title=None, format=".0%" if share else "d")
        scale = alt.Scale(scheme="tealblues", **({"domain": [0.8, 1], "clamp": True, "reverse": True} if share else {}))
        chart = base.mark_rect(cursor="pointer").encode(y=alt.Y("name:N", title=None, sort=None), color=alt.Color("value:Q", scale=scale, legend=legend))
    else:
        axis = alt.Axis(format=".0%" if share else "d", tickMinStep=0.01 if share else 1)
        y = alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(zero=not share))
        kind = alt.Legend(title=None, orient="bottom", columns=1 if name == "care" else 2, labelLimit=280)
        marks = base.mark_line(point={"size": 70, "filled": True}, cursor="pointer") if share else base.mark_bar(cursor="pointer")
        # Names, not colours alone: shape repeats the kind for whoever can't tell the colours apart.
        shape = {"shape": alt.Shape("name:N", legend=kind)} if share else {}
        chart = marks.encode(y=y, color=alt.Color("name:N", legend=kind, scale=alt.Scale(scheme="tableau10")), **shape)
    made = chart.add_params(pick).properties(height=360 if name == "care" and by == "kind" else 310).to_dict()
    return {key: value for key, value in made.items() if key not in ("data", "config", "$schema")}
