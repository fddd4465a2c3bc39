"""How an entry of the ledger reads."""

from core.calendar import local_minute
from core.roles import SYSTEM
from core.words import words_of
from db.queries.ledger import Entry
from db.queries.looks import Look
from pages.parts.desk import Desk
from pages.parts.plain import plain
from pages.parts.rows import draw_rows


def did(desk: Desk, command: str) -> str:
    """What a command did, in words; its own name where there are none yet."""
    key = f"ledger.did.{command}"
    return desk.t(key) if key in words_of("ledger") else command


def entry_line(desk: Desk, entry: Entry) -> str:
    """"2026-11-18 10:00 · Finished · 王明 · no. 123"."""
    at = local_minute(entry.at)
    place = desk.t("ledger.unsealed") if entry.position is None else desk.t("ledger.place", n=entry.position + 1)
    return " · ".join((at, did(desk, entry.command), plain(entry.who) or desk.t("ledger.system"), place))


def entry_table(desk: Desk, found: list[Entry]) -> None:
    """Entries as a table: when, what, who, as what, how many rows, place in the tree."""
    _table(desk, ("at", "what", "who", "role", "rows", "number"), [(*_common(desk, one), one.rows, _place(desk, one)) for one in found])


def looked_table(desk: Desk, found: list[Look]) -> None:
    """Who looked at what of whom, and for what."""
    rows = [(*_common(desk, one.entry), _whom(desk, one), desk.t(f"care.purpose.{one.entry.facts['purpose']}"), _place(desk, one.entry)) for one in found]
    _table(desk, ("at", "what", "who", "role", "whom", "purpose", "number"), rows)


def _whom(desk: Desk, one: Look) -> str:
    """"张*明 · telephone"."""
    field = one.entry.facts.get("field")
    return " · ".join(filter(None, (one.whom, field and desk.t(f"care.field.{field}"))))


def _common(desk: Desk, one: Entry) -> tuple:
    at = local_minute(one.at)
    return at, did(desk, one.command), one.who or desk.t("ledger.system"), desk.t(f"accounts.role_{one.role}") if one.who and one.role != SYSTEM else ""


def _place(desk: Desk, one: Entry) -> str:
    return desk.t("ledger.unsealed") if one.position is None else str(one.position + 1)


def _table(desk: Desk, columns: tuple[str, ...], rows: list[tuple]) -> None:
    titles = [desk.t(f"ledger.{name}") for name in columns]
    draw_rows([dict(zip(titles, row, strict=True)) for row in rows])
