"""Suspensions asked for: who may decide does so here; everybody else sees that they wait."""

from functools import partial

from core.clocks import deadline_text
from db.commands.suspensions import Standing, decide
from db.queries.suspensions import SuspensionLine
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.files import draw_files_of
from pages.parts.grants import draw_answers, draw_list
from pages.parts.plain import plain


def draw_suspension_requests(desk: Desk, found: list[SuspensionLine]) -> None:
    """Each request with its two answers."""
    draw_list(desk, "suspension", found, ("suspensions.decide",), _card, _decision)


def _card(desk: Desk, one: SuspensionLine) -> str:
    return f"**{one.number} {plain(one.matter)}**  \n{asked_for(desk, one)}  \n{clause_mark(desk, 'suspension.limit')}"


def asked_for(desk: Desk, one: SuspensionLine) -> str:
    """One request in Markdown: who asked when, until when, why, and on what evidence."""
    words = {name: plain(text) or desk.t("suspensions.in_files") for name, text in (("detail", one.detail), ("evidence", one.evidence))}
    by, reason = plain(one.by) or desk.t("grants.nobody"), desk.t(f"suspensions.reason_{one.reason}")
    return desk.t("suspensions.said", by=by, at=deadline_text(one.asked_at), until=deadline_text(one.until_at), reason=reason, **words)


def _decision(desk: Desk, one: SuspensionLine) -> None:
    draw_files_of(desk, "overview", one.community_id, order_id=one.order_id, subject_ids=(one.id,), key=f"evidence-{one.id}", strikes=False)
    answer = partial(desk.carry_out, decide, community_id=one.community_id, suspension_id=one.id)
    draw_answers(desk, "order_grant", ("suspension", one.id), ("suspensions.grant", "suspensions.refuse"), lambda yes: answer(granted=yes), partial(_said, desk), why_not=one.why_not)


def _said(desk: Desk, result: Standing, granted: bool) -> str:
    return desk.t("suspensions.now_granted" if granted else "suspensions.now_refused", number=result.number, until=deadline_text(result.until_at))
