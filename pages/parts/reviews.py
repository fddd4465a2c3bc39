"""Review chains on the desk: how far a matter is, the step somebody may take, and all that waits for the reader's own review."""

from uuid import UUID

import streamlit as st

from core.clocks import deadline_text
from core.refusals import Refused
from core.reviews import SENT_BACK, Review, Stand, act_of, chains, stand
from db.commands.reviews import review, send_again
from db.queries.catalogue import entry
from db.queries.reviews import ReviewLine, Waiting, of_order, waiting, who_may
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk, current
from pages.parts.figures import kept
from pages.parts.guide_text import step_name
from pages.parts.line_list import STYLE, line_list
from pages.parts.plain import plain
from pages.parts.queue_record import say_refused

SAID, CHOSEN = "queue_said", "review_chosen"
FEW = 20
"""Matters shown at once, the longest waiting first."""


def reached(card: OrderCard, lines: list[ReviewLine]) -> Stand | None:
    """How far the order's chain is; None: it has none."""
    if not card.chain:
        return None
    return stand(chains()[card.chain], [Review(one.step, one.result, one.round, (None, None)) for one in lines], card.line.reopened)


def draw_chain(desk: Desk, card: OrderCard, lines: list[ReviewLine], why_not: Refused | None) -> None:
    """The steps of an order's chain with who took them when; then what the reader may do about it."""
    far = reached(card, lines)
    if far is None:
        return
    chain = chains()[card.chain]
    st.markdown(f"**{desk.t('reviews.title', name=chain.title[desk.lang])}** {clause_mark(desk, 'review.chain')}")
    done = {one.step: one for one in lines if one.result == "passed" and one.round == card.line.reopened}
    passed = {one.step for one in far.passed}
    with desk.session() as session:
        able = who_may(session, card.line.community_id, card.line.id)
    roles = chain.steps | ({far.next: able} if able else {})
    st.markdown("\n".join(f"- {_step(desk, step, done[step] if step in passed else None, far.next, roles[step])}" for step in chain.steps))
    if far.returned:
        reason = next((one.note for one in reversed(card.trail) if one.act == SENT_BACK), "")
        st.warning(desk.t("reviews.returned", reason=plain(reason)))
    if why_not is None:
        _opinion(desk, card.line.community_id, card.line.id, card.line.version, far.next)
    elif far.returned and desk.may("order_accept"):
        _again(desk, card)


def draw_waiting(desk: Desk, desk_name: str, community_id: UUID | None = None) -> None:
    """One button with how many matters wait for the reader's review; nothing where none does, or the role reviews nothing."""
    if not desk.may("order_review"):
        return
    n = len(kept(desk, waiting, community_id))
    if n and st.button(desk.t("reviews.waiting", n=n), key="reviews-waiting", width="stretch"):
        open_reviews(desk, desk_name, community_id)


def open_reviews(desk: Desk, desk_name: str, community_id: UUID | None) -> None:
    """All of them, on the page `desk_name`."""
    st.dialog(desk.t("reviews.waiting_title"), width="large")(_list)(desk_name, community_id)


def _list(desk_name: str, community_id: UUID | None) -> None:
    desk = current().require(desk_name)
    st.html(STYLE)
    st.caption(desk.t("reviews.waiting_why"))
    with desk.session() as session:
        found = waiting(session, desk.now, community_id)
    if not found:
        st.success(desk.t("reviews.nothing_waits"))
    by_id = {str(one.order_id): one for one in found[:FEW]}
    tapped = line_list("reviews", desk.t("reviews.waiting_title"), {key: _waits(desk, one) for key, one in by_id.items()})
    if len(found) > FEW:
        st.caption(desk.t("overview.first_rows", n=FEW))
    chosen = by_id.get(tapped or st.session_state.get(CHOSEN))
    st.session_state[CHOSEN] = chosen and str(chosen.order_id)
    if chosen:
        _one(desk, chosen)


def _one(desk: Desk, one: Waiting) -> None:
    """What the reviewer goes by: the papers the item asks for, and what was said before; then the opinion."""
    with desk.session() as session:
        lines, listed = of_order(session, desk.now, one.community_id, one.order_id), entry(session, one.community_id, one.item) if one.item else None
    st.markdown(f"**{one.number} {plain(one.matter)}**")
    if listed:
        st.caption(f"{desk.t('catalogue.section_materials')}: {desk.t('exports.comma').join(plain(paper[desk.lang]) for paper in listed.item.materials) or desk.t('catalogue.no_materials')}")
    st.markdown("\n".join(f"- {_said(desk, line)}" for line in lines))
    _opinion(desk, one.community_id, one.order_id, one.version, one.step, stays=True)


def _said(desk: Desk, line: ReviewLine) -> str:
    what = step_name(desk.lang, line.step) if line.result == "passed" else desk.t(f"work_orders.act_{act_of(line.step, line.result)}")
    parts = [f"**{what}**", plain(line.by) or desk.t("catalogue.somebody"), deadline_text(line.at), plain(line.opinion)]
    return " · ".join(filter(None, parts))


def _waits(desk: Desk, one: Waiting) -> str:
    about = [step_name(desk.lang, one.step), one.grid and plain(one.grid), one.holder and desk.t("checklist.held_by", who=plain(one.holder))]
    return f"**{one.number} {plain(one.matter)}**  \n{' · '.join(filter(None, about))}  \n:gray[{desk.t('queue.received_at', at=deadline_text(one.received_at))}]"


def _step(desk: Desk, step: str, done: ReviewLine | None, waits: str | None, roles: tuple[str, ...]) -> str:
    name = step_name(desk.lang, step)
    if done:
        return f":green[✓] {_said(desk, done)}"
    who = desk.t("catalogue.or").join(desk.t(f"accounts.role_{role}") for role in roles)
    return f":orange[**{name}**] · {desk.t('reviews.waits_for', who=who)}" if step == waits else f":gray[{name} · {who}]"


def _opinion(desk: Desk, community_id: UUID, order_id: UUID, version: int, step: str, *, stays: bool = False) -> None:
    """The reviewer's opinion, and the two ways on. `stays`: the dialog does, for the next matter."""
    said = st.container()
    opinion = st.text_area(desk.t("reviews.opinion", step=step_name(desk.lang, step)), key=f"review-opinion-{order_id}", max_chars=2000, height=80)
    with st.container(horizontal=True):
        yes = st.button(desk.t("reviews.pass"), key=f"review-yes-{order_id}", type="primary", width="stretch")
        no = st.button(desk.t("reviews.send_back"), key=f"review-no-{order_id}", width="stretch")
    if yes or no:
        with said:
            _answer(desk, desk.carry_out(review, community_id=community_id, order_id=order_id, version=version, passed=yes, opinion=opinion), stays=stays)


def _again(desk: Desk, card: OrderCard) -> None:
    said = st.container()
    note = st.text_area(desk.t("reviews.changed"), key="review-again-note", max_chars=2000, height=80)
    if st.button(desk.t("work_orders.act_review_sent"), key="review-again", type="primary", width="stretch"):
        with said:
            _answer(desk, desk.carry_out(send_again, community_id=card.line.community_id, order_id=card.line.id, version=card.line.version, note=note))


def _answer(desk: Desk, result, *, stays: bool = False) -> None:
    """A refusal stays where it is; else a word says what was filed, and the dialog closes."""
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    ends = "reviews.filed_next" if result.next else f"reviews.filed_{result.result}"
    word = desk.t(ends, number=result.number, step=step_name(desk.lang, result.next or result.step))
    if stays:
        st.toast(word)
        st.rerun(scope="fragment")
    st.session_state[SAID] = word
    st.rerun()
