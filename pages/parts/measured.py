"""How a measured clause reads in short."""

from core.measures import Measured, percent
from pages.parts.desk import Desk


def measured_figure(desk: Desk, one: Measured) -> str:
    """96.9% (315 of 325), or 10 of 12; "—" where nothing was due or measured."""
    if not one.of:
        return "—"
    count = desk.t("measures.of", good=one.good, of=one.of)
    return f"{percent(one.value)} ({count})" if one.value is not None and one.value <= 1 else count
