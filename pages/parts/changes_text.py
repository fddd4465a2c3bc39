"""How what is asked of a protected field reads."""

from core.changes import exit_of, group_end
from db.queries.changes import ChangeLine
from pages.parts.desk import Desk
from pages.parts.plain import plain


def what(desk: Desk, one: ChangeLine) -> str:
    """"ID number 370**1X → 370**2X"; "leaves the elders on 2026-11-18"; "moved away, 2026-11-18"."""
    if one.field == "group_end":
        group, day = group_end(one.wanted)
        return desk.t("changes.leaves", group=desk.t(f"care.group.{group}"), day=day)
    if one.field == "exit":
        kind, day = exit_of(one.wanted)
        return desk.t("changes.gone", kind=desk.t(f"departures.{kind}"), day=day)
    return desk.t("changes.becomes", field=desk.t(f"care.field.{one.field}"), before=plain(one.before) or desk.t("roster.not_on_file"), wanted=plain(one.wanted))
