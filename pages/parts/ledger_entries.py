"""How an entry of the ledger reads."""

from core.calendar import SHANGHAI
from core.words import words_of
from db.queries.ledger import Entry
from pages.parts.desk import Desk


def did(desk: Desk, command: str) -> str:
    """What a command did, in words; its own name where there are none yet."""
    key = f"ledger.did.{command}"
    return desk.t(key) if key in words_of("ledger") else command


def entry_line(desk: Desk, entry: Entry) -> str:
    """"2026-11-18 10:00 · Finished · 王明 · no. 123"."""
    at = entry.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    place = desk.t("ledger.unsealed") if entry.position is None else desk.t("ledger.place", n=entry.position + 1)
    return " · ".join((at, did(desk, entry.command), entry.who or desk.t("ledger.system"), place))
