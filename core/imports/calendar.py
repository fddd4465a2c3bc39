"""A year's holiday notice out of an office's sheet."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from core.calendar import NoticeProblem, YearNotice, notice_from_rows
from core.imports.cells import Bad, Cell, plain
from core.imports.moments import date_of


def notice_from_cells(cells: Sequence[Sequence[Cell]], source: str) -> YearNotice:
    """A notice from a sheet with the columns date, kind, note; lines above the first date are headings. The year is the one most dates
    are in. Raises NoticeProblem, naming the row."""
    rows: list[tuple[date, str, str]] = []
    for number, row in enumerate(cells, 1):
        row = [*row, "", "", ""][:3]
        day = date_of(row[0])
        if isinstance(day, date):
            rows.append((day, _kind_of(row[1], number), plain(row[2])))
        elif rows and (isinstance(day, Bad) or any(plain(cell) for cell in row)):
            raise NoticeProblem("calendar.bad_date", row=number, value=plain(row[0]))
    if not rows:
        raise NoticeProblem("calendar.no_rows")
    year = Counter(day.year for day, _, _ in rows).most_common(1)[0][0]
    return notice_from_rows(year, source, rows)


_KINDS = {
    **dict.fromkeys(("off", "休", "放假", "休息", "holiday", "假"), "off"),
    **dict.fromkeys(("work", "班", "上班", "调休", "调休上班", "补班", "workday"), "work"),
}


def _kind_of(cell: Cell, number: int) -> str:
    text = plain(cell).lower()
    if text not in _KINDS:
        raise NoticeProblem("calendar.bad_kind", row=number, value=text)
    return _KINDS[text]
