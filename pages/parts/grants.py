"""What waits for another person's word, and the two answers to it: whoever may decide gives them here, everybody else sees that it waits."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.refusals import Refused
from pages.parts.desk import Desk


def draw_list(
    desk: Desk, kind: str, found: Sequence, words: tuple[str, ...], card: Callable[[Desk, object], str], decision: Callable[[Desk, object], None], *, first: Callable[[], None] | None = None
) -> None:
    """What was `found` of a `kind` under its heading (`words`: that, and why it is so), each in a frame of its own: what `card` says of it, and `decision` under that.
    `first`: drawn between heading and list. Nothing where nothing waits."""
    if not found:
        return
    st.markdown(f"**{desk.t(words[0])}**")
    for one in words[1:]:
        st.caption(desk.t(one))
    if first is not None:
        first()
    for one in found:
        with st.container(border=True, key=f"{kind}-{one.id}"):
            st.markdown(card(desk, one))
            decision(desk, one)


def draw_answers(
    desk: Desk, permission: str, key: tuple[str, object], words: tuple[str, str], decide: Callable[[bool], object], said: Callable[[object, bool], str], *,
    why_not: Refused | None, **values: object,
) -> None:
    """`key`: what it is, and which; `words`: the two buttons, with their `values`; `decide`: carries the answer out; `said`: what is told of its result. `why_not`: told in place
    of the buttons to who may not, because they asked, say."""
    if not desk.may(permission):
        return
    if why_not:
        st.caption(why_not.text(desk.lang))
        return
    with st.container(horizontal=True):
        yes = st.button(desk.t(words[0], **values), key=f"{key[0]}-yes-{key[1]}", type="primary", width="stretch")
        no = st.button(desk.t(words[1], **values), key=f"{key[0]}-no-{key[1]}", width="stretch")
    if yes or no:
        tell(desk, decide(yes), lambda result: said(result, yes))


def tell(desk: Desk, result: object, said: Callable[[object], str]) -> None:
    """A refusal stays where it is; else a word says what was filed, and the list is drawn anew."""
    if isinstance(result, Refused):
        st.error(result.text(desk.lang))
        return
    st.toast(said(result))
    st.rerun(scope="fragment")
