"""More time asked for: who may decide does so here; everybody else sees that it waits."""

from functools import partial

from core.clocks import deadline_text
from db.commands.extensions import Answered, decide
from db.queries.extensions import ExtensionLine
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.grants import draw_answers, draw_list
from pages.parts.plain import plain


def draw_requests(desk: Desk, found: list[ExtensionLine]) -> None:
    """Each request with its two answers."""
    draw_list(desk, "extension", found, ("extensions.decide",), _card, _decision)


def _card(desk: Desk, one: ExtensionLine) -> str:
    due = desk.t("extensions.would_be", due=deadline_text(one.due_at), length=length(desk, one))
    return f"**{one.number} {plain(one.matter)}**  \n{asked(desk, one)}  \n{due}  \n{clause_mark(desk, one.clause_id)}"


def length(desk: Desk, one: ExtensionLine) -> str:
    """How much is asked for: "3 working days"."""
    return desk.t(f"extensions.n_{one.unit}", n=one.wanted)


def asked(desk: Desk, one: ExtensionLine) -> str:
    """One request in Markdown: who asked when for how much, and why."""
    by = plain(one.by) or desk.t("grants.nobody")
    return desk.t("extensions.said", by=by, at=deadline_text(one.asked_at), length=length(desk, one), reason=plain(one.reason))


def _decision(desk: Desk, one: ExtensionLine) -> None:
    answer = partial(desk.carry_out, decide, community_id=one.community_id, extension_id=one.id)
    draw_answers(desk, "order_grant", ("extension", one.id), ("extensions.grant", "extensions.refuse"), lambda yes: answer(granted=yes), partial(_said, desk), why_not=one.why_not)


def _said(desk: Desk, result: Answered, granted: bool) -> str:
    provisional = desk.t("extensions.provisional") if result.provisional else ""
    return desk.t("extensions.now_granted" if granted else "extensions.now_refused", number=result.number, due=deadline_text(result.due_at)) + provisional
