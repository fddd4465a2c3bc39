"""A card for each thing to do: what, who, where, until when, by which clause; and one button as wide as the card."""

from collections.abc import Callable
from html import escape

import streamlit as st

from core.clocks import State, deadline_text
from core.duties import ELSEWHERE
from core.queue import FIRST, remaining
from core.rulebook import load_rulebook
from core.work_orders import kinds
from db.queries.queue import QueueItem
from db.queries.work_orders import OrderLine
from pages.parts.care_text import later_text
from pages.parts.clause import source_text
from pages.parts.desk import Desk

STYLE = """<style>
.todo { display: grid; gap: .15rem; line-height: 1.45; padding: .8rem 1rem .4rem; border: 1px solid #d9e0e2; border-radius: 8px; }
.todo.with-button { border-bottom: 0; border-radius: 8px 8px 0 0; }
[class*=st-key-do-] { margin-top: -1rem; }
[class*=st-key-do-] button { border-radius: 0 0 8px 8px; border-color: #d9e0e2; }
.todo-top { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; font-size: .9rem; color: #5b6b73; }
.todo-left { font-weight: 650; color: #0a4f49; }
.todo-left.due_soon { color: #9a5b00; }
.todo-left.overdue { color: #b42318; }
.todo-what { font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.todo-where, .todo-clause { font-size: .88rem; color: #5b6b73; overflow-wrap: anywhere; }
.todo-clause a { color: inherit; display: inline-block; padding: .35rem 0; }
.st-key-queue-head { flex-wrap: nowrap; }
@media (max-width: 640px) {
  .st-key-queue_kind, .st-key-queue_bucket, .st-key-queue_kind .stButtonGroup, .st-key-queue_bucket .stButtonGroup { max-width: 100%; }
  .st-key-queue_kind [role=radiogroup], .st-key-queue_bucket [role=radiogroup] { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; }
  .st-key-queue_kind button, .st-key-queue_bucket button { flex: none; }
  [role=dialog] button { min-height: 44px; min-width: 44px; }
}
</style>"""


def draw_cards(desk: Desk, items: list[QueueItem], open_item: Callable[[QueueItem], None]) -> None:
    """The cards in their order; `open_item` is called after drawing for the one that was tapped. A card is two elements, its button hung
    under it by style: a container around them would cost the server half as much again."""
    tapped = None
    for item in items:
        can = _can(desk, item)
        st.html(_body(desk, item, can))
        if can and st.button(_button(desk, item), key=f"do-{item.clock_id}", width="stretch"):
            tapped = item
    if tapped:
        open_item(tapped)


def draw_orders(desk: Desk, lines: list[OrderLine], open_order: Callable[[OrderLine], None]) -> None:
    """Cards of orders no clock runs for: to accept, to finish, to follow up."""
    tapped = None
    for line in lines:
        word = "work_orders.act_follow_up" if line.finished_at else "work_orders.act_accept" if line.status == "taken_in" else "queue.open_order"
        st.html(_order_body(desk, line))
        if st.button(desk.t(word), key=f"do-{line.id}", width="stretch"):
            tapped = line
    if tapped:
        open_order(tapped)


def what_of(desk: Desk, item: QueueItem) -> str:
    """The item's name in one line: the matter, or the act and the person, or the duty."""
    clause = load_rulebook()[item.clause_id]
    if item.kind == "order":
        return item.title or ""
    kind = desk.t(f"queue.kind_{item.kind}") if item.kind != "duty" else clause.title[desk.lang]
    return f"{kind} · {item.title}" if item.title else kind


def _body(desk: Desk, item: QueueItem, can: bool) -> str:
    word, n = remaining(item.due_at, desk.now)
    state = item.state if item.state in (State.overdue, State.due_soon) else ""
    about = [item.number, kinds()[item.order_kind].title[desk.lang]] if item.kind == "order" else []
    if item.times_required > 1:
        about.append(desk.t("queue.done_of", done=item.times_done, required=item.times_required))
    if item.failed > 1:
        about.append(desk.t("care.attempts_failed", n=item.failed))
    if later := later_text(desk, item.agreed, item.put_off):
        about.insert(0, later)
    if item.asked:
        about.append(desk.t(f"extensions.card_{item.asked}"))
    if item.joined:
        about.append(desk.t(f"joinings.card_{item.joined}"))
    if item.offered:
        about.append(desk.t("handovers.card"))
    where = [item.place or "", item.grid or "", *about]
    left = f'<span class="todo-left {state}">{escape(desk.t(word, n=n))}</span><span>{escape(desk.t("queue.due", at=deadline_text(item.due_at)))}</span>'
    if item.state == State.paused:
        left = f'<span class="todo-left">{escape(desk.t("queue.still"))}</span><span>{escape(_why_still(desk, item))}</span>'
    return _card(desk, item.clause_id, left, what_of(desk, item), where, "with-button" if can else "", first=item.first)


def _why_still(desk: Desk, item: QueueItem) -> str:
    """Why it stands still, each reason with its end where it has one."""
    materials = [desk.t("queue.still_materials")] if item.status == "awaiting_materials" else []
    reason, until = item.suspended or (None, None)
    suspended = [desk.t("suspensions.card_until", reason=desk.t(f"suspensions.reason_{reason}"), until=deadline_text(until))] if reason else []
    return " · ".join([*suspended, *materials])


def _order_body(desk: Desk, line: OrderLine) -> str:
    kind = kinds()[line.kind]
    how = desk.t("queue.finished_at", at=deadline_text(line.finished_at)) if line.finished_at else desk.t(f"work_orders.status_{line.status}")
    left = f'<span class="todo-left">{escape(how)}</span><span>{escape(desk.t("queue.received_at", at=deadline_text(line.received_at)))}</span>'
    return _card(desk, "followup" if line.finished_at else next(iter(kind.clocks)), left, line.matter, [line.place_and_grid, line.number, kind.title[desk.lang]], first=line.first)


def _card(desk: Desk, clause_id: str, top: str, what: str, where: list[str], look: str = "with-button", *, first: bool = False) -> str:
    clauses = [(clause_id, load_rulebook()[clause_id].title[desk.lang]), *([(FIRST, desk.t("queue.goes_first"))] if first else [])]
    places = escape(" · ".join(part for part in where if part))
    return (
        f'<div class="todo {look}"><div class="todo-top">{top}</div><div class="todo-what">{escape(what)}</div><div class="todo-where">{places}</div>'
        f'<div class="todo-clause">{" ".join(_clause_link(desk, *one) for one in clauses)}</div></div>'
    )


def _clause_link(desk: Desk, clause_id: str, title: str) -> str:
    return f'<a href="/rulebook?clause={clause_id}" target="_self">{escape(title)} · {escape(source_text(desk, load_rulebook()[clause_id]))}</a>'


def _can(desk: Desk, item: QueueItem) -> bool:
    """Whether the role may do anything about it; who may not still sees it."""
    needed = {"order": "order_accept", "patrol": "patrol_record", "duty": "duty_record", "file_update": "care_file_update", "assessment": "care_assess"}
    return desk.may(needed.get(item.kind, "care_contact"))


def _button(desk: Desk, item: QueueItem) -> str:
    if item.kind == "order":
        return desk.t("queue.open_order")
    return desk.t("reconciliation.duty_open") if ELSEWHERE.get(item.clause_id) == "reconciliation" else desk.t(f"queue.record_{item.kind}")
