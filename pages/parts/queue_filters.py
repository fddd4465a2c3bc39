"""What the queue is narrowed to: by due time, by kind, mine or all, by a search, and what another page's figure asked for."""

from dataclasses import replace

import streamlit as st

from core.roles import masked
from core.rulebook import load_rulebook
from db.models.grids import Grid, Staff
from db.queries.queue import BUCKETS, KINDS, Counts, Wanted
from db.queries.work_orders import names
from pages.parts.desk import Desk
from pages.parts.jump import CLAUSE, GRID, HOLDER
from pages.parts.plain import plain

UNCLOCKED, FOLLOW_UP, STANDING = "unclocked", "follow_up", "standing"
"""The kinds that list something else than what runs: open orders without a limit, finished ones to follow up, clocks that stand still."""
BUCKET, KIND, SHOWN, TEXT, WHOSE = "queue_bucket", "queue_kind", "queue_shown", "queue_text", "queue_whose"
STYLE = """<style>
.st-key-queue_text { flex: 0 1 240px; min-width: 0; }
.st-key-queue-head [data-testid=stButtonGroup] button { min-height: 40px; }
@media (max-width: 640px) {
  .st-key-queue-head { flex-wrap: wrap !important; }
  .st-key-queue-waits { flex-wrap: nowrap !important; overflow-x: auto; scrollbar-width: none; }
  .st-key-queue-waits > * { flex: 0 0 auto !important; width: auto !important; }
  .st-key-queue-waits button { white-space: nowrap; }
  .st-key-queue_text { flex: 1 1 100%; }
  .st-key-queue_text [data-testid=stTextInputRootElement] { height: 44px; }
  .st-key-queue-head [data-testid=stButtonGroup] button { min-height: 44px; }
}
</style>"""


def asked(desk: Desk) -> Wanted:
    """The narrowing that decides what is counted: whose, what is searched for, and grid, holder or clause another page has set. Those show
    everybody's work."""
    grid_id, holder_id, clause_id = (st.session_state.get(one) for one in (GRID, HOLDER, CLAUSE))
    if grid_id or holder_id or clause_id in load_rulebook():
        return Wanted("all", grid_id=grid_id, clause_id=clause_id, holder_id=holder_id, text=_text(desk))
    return Wanted(_whose(desk), text=_text(desk))


def _text(desk: Desk) -> str | None:
    hint = desk.t("queue.find_hint_no_names" if "name" in masked(desk.scope.role) else "queue.find_hint")
    return st.text_input(desk.t("queue.find"), key=TEXT, placeholder=hint, label_visibility="collapsed", max_chars=50, on_change=_from_start).strip() or None


def _whose(desk: Desk) -> str:
    if desk.scope.order_desks is not None:
        return "mine"
    label = {whose: desk.t(f"queue.whose_{whose}") for whose in ("mine", "all")}
    chosen = st.segmented_control(
        desk.t("queue.whose"), list(label), default="mine", required=True, format_func=label.get, key=WHOSE, label_visibility="collapsed", on_change=_from_start
    )
    return chosen or "mine"


def narrowed(desk: Desk, found: Counts, wanted: Wanted) -> tuple[Wanted, str | None]:
    """The whole narrowing as chosen in the two rows of figures; UNCLOCKED, FOLLOW_UP or STANDING when such a list is asked for."""
    _reason(desk, wanted)
    bucket = _bucket(desk, found)
    kind = _kind(desk, found, bucket)
    of_orders = kind if kind in (UNCLOCKED, FOLLOW_UP, STANDING) else None
    return replace(wanted, bucket=bucket, kind=None if of_orders else kind), of_orders


def _bucket(desk: Desk, found: Counts) -> str | None:
    label = {bucket: f"{desk.t(f'queue.bucket_{bucket}')} {found.of(bucket=bucket)}" for bucket in BUCKETS}
    return st.pills(desk.t("queue.bucket"), BUCKETS, format_func=label.get, key=BUCKET, label_visibility="collapsed", on_change=_from_start)


def _kind(desk: Desk, found: Counts, bucket: str | None) -> str | None:
    counted = {kind: found.of(kind=kind, bucket=bucket) for kind in KINDS}
    counted |= {UNCLOCKED: found.unclocked, STANDING: found.paused}
    if desk.may("order_follow_up"):
        counted[FOLLOW_UP] = found.to_follow_up
    shown = [kind for kind, n in counted.items() if n or kind == st.session_state.get(KIND)]
    if not shown:
        return None
    label = {kind: f"{desk.t(f'queue.kind_{kind}')} {counted[kind]}" for kind in shown}
    return st.pills(desk.t("queue.kind"), shown, format_func=label.get, key=KIND, label_visibility="collapsed", on_change=_from_start)


def _reason(desk: Desk, wanted: Wanted) -> None:
    """Says what another page narrowed the list to, with the way back."""
    if not (wanted.grid_id or wanted.clause_id or wanted.holder_id):
        return
    what = [load_rulebook()[wanted.clause_id].title[desk.lang]] if wanted.clause_id else []
    with desk.session() as session:
        what += [*names(session, Grid, [wanted.grid_id]).values(), *names(session, Staff, [wanted.holder_id]).values()]
    st.caption(desk.t("queue.only", what=plain(" · ".join(what))))
    st.button(desk.t("queue.show_all"), on_click=_clear, width="stretch")


def not_found(desk: Desk, wanted: Wanted) -> None:
    """Says that the search found nothing here, and the ways back: among everybody's work, or no search."""
    st.info(desk.t("queue.not_found", text=plain(wanted.text)))
    if wanted.whose == "mine" and desk.scope.order_desks is None:
        st.button(desk.t("queue.find_in_all"), on_click=_among_all, width="stretch", key="queue_find_in_all")
    st.button(desk.t("queue.find_no_more"), on_click=_clear, width="stretch", key="queue_find_no_more")


def _among_all() -> None:
    _clear(TEXT)
    st.session_state[WHOSE] = "all"


def _clear(but: str | None = None) -> None:
    for key in {GRID, HOLDER, CLAUSE, BUCKET, KIND, SHOWN, TEXT} - {but}:
        st.session_state.pop(key, None)
    if but != TEXT:
        st.session_state[TEXT] = ""  # a key that is merely gone leaves the words in the browser's field


def _from_start() -> None:
    st.session_state.pop(SHOWN, None)
