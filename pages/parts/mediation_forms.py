"""What may be recorded of a dispute: its parties, the next key step, a paper. What is typed in belongs to one version of the order."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import streamlit as st

from core.calendar import local_day
from core.files import Upload
from core.mediation import AT_THE_DESK, IN_HAND, OF_A_PARTY, PAPERS, WAYS, NewParty, Word, next_steps, registrable
from core.refusals import Refused
from db.commands import mediation as commands
from db.commands.files import with_files
from db.queries.mediation import Dispute, PartyLine
from db.queries.work_orders import OrderCard
from pages.parts.desk import Desk
from pages.parts.files import pick_files
from pages.parts.plain import plain
from pages.parts.queue_record import happened_at, say_refused


def draw_records(desk: Desk, card: OrderCard, found: Dispute) -> None:
    """The next key step, parties, papers; each folded away."""
    case = found.case
    steps = next_steps(case)
    if steps and case.two_sides and desk.may("order_follow_up" if steps[0] == "visit" else "order_accept"):
        with st.expander(desk.t("mediation.record")):
            _key_step(desk, card, found, steps)
    if not desk.may("order_accept"):
        return
    if registrable(case):
        with st.expander(desk.t("mediation.add_party" if case.two_sides else "mediation.register")):
            _parties(desk, card, found)
    if case.two_sides and case.status in IN_HAND:
        with st.expander(desk.t("mediation.put")):
            _paper(desk, card, found)


def answer(desk: Desk, card: OrderCard, command, word: str, *, uploads: Sequence[Upload] = (), act: str = "", **arguments) -> None:
    """A refusal stays where it is; else a word says what was filed, and the dialog shows what is next. `uploads`: files for the line of the trail that
    `act` leaves."""
    ids = {"community_id": card.line.community_id, "order_id": card.line.id}
    arguments |= ids | {"version": card.line.version}
    result = desk.carry_out(with_files, step=partial(command, **arguments), act=act, uploads=uploads, **ids) if uploads else desk.carry_out(command, **arguments)
    if isinstance(result, Refused):
        say_refused(desk, result)
        return
    st.toast(word)
    st.rerun(scope="fragment")


def _parties(desk: Desk, card: OrderCard, found: Dispute) -> None:
    st.caption(desk.t("mediation.register_why"))
    said, sides, n = st.container(), max((one.side for one in found.parties), default=0), card.line.version
    if found.case.two_sides:
        words = {side: desk.t("mediation.new_side" if side > sides else "mediation.side", n=side) for side in range(1, sides + 2)}
        side = st.pills(desk.t("mediation.which_side"), list(words), default=sides + 1, required=True, format_func=words.get, key=f"mediation_side-{n}")
        new = [_party(desk, side, n)]
    else:
        new = [_party(desk, side, n) for side in (1, 2)]
    boundary = st.checkbox(desk.t("mediation.boundary"), value=found.case.boundary, disabled=found.case.boundary, key=f"mediation_boundary-{n}")
    way = _way(desk, f"mediation_register_way-{n}")
    at = happened_at(desk, f"mediation_register-{n}", "mediation.told_before")
    if st.button(desk.t("mediation.register"), type="primary", width="stretch", key="mediation-register"):
        with said:
            answer(desk, card, commands.register, desk.t("mediation.registered_now"), parties=new, way=way, told_at=at, boundary=boundary)


def _party(desk: Desk, side: int, n: int) -> NewParty:
    with st.container(horizontal=True):
        name = st.text_input(f"{desk.t('mediation.side', n=side)} · {desk.t('mediation.name')}", key=f"mediation_name_{side}-{n}", max_chars=60)
        contact = st.text_input(desk.t("mediation.contact"), key=f"mediation_contact_{side}-{n}", max_chars=60)
    return NewParty(side, name, contact)


def _way(desk: Desk, key: str) -> str | None:
    return st.pills(desk.t("mediation.way"), WAYS, format_func=lambda one: desk.t(f"mediation.way_{one}"), key=key)


def _key_step(desk: Desk, card: OrderCard, found: Dispute, steps: tuple[str, ...]) -> None:
    said, n, texts = st.container(), card.line.version, {}
    step = st.pills(desk.t("mediation.step"), steps, default=steps[0], required=True, format_func=lambda one: desk.t(f"mediation.step_{one}"), key=f"mediation_step-{n}")
    words = {party.id: _word(desk, party, step, n) for party in found.parties}
    if step not in AT_THE_DESK:
        texts["text"] = st.text_area(desk.t(f"mediation.text_{step}"), key=f"mediation_text_{step}-{n}", max_chars=2000, height=80)
    if step == "council":
        texts |= {name: st.text_input(desk.t(f"mediation.{name}"), key=f"mediation_{name}-{n}", max_chars=200) for name in ("heads", "members")}
    if step == "agreement":
        texts["court"] = st.checkbox(desk.t("mediation.court"), value=found.case.court, disabled=found.case.court, key=f"mediation_court-{n}")
        texts["uploads"], texts["act"] = pick_files(desk, f"mediation_agreement_files-{n}"), "mediation_agreement"
    at = happened_at(desk, f"mediation-{n}")
    told = happened_at(desk, f"mediation_told-{n}", "mediation.told_before")
    if st.button(desk.t("mediation.record"), type="primary", width="stretch", key="mediation-record"):
        told_at = at if told == desk.now else told
        with said:
            filed = desk.t("mediation.recorded", what=desk.t(f"mediation.step_{step}"))
            answer(desk, card, commands.take, filed, step=step, words={party: Word(told_at, *rest) for party, rest in words.items()}, happened_at=at, **texts)


def _word(desk: Desk, party: PartyLine, step: str, n: int) -> tuple[str | None, bool, str]:
    """How a party was told, whether it came, and why not."""
    with st.container(border=True):
        st.markdown(f"**{desk.t('mediation.side', n=party.side)} {plain(party.name)}**")
        way = _way(desk, f"mediation_way_{party.id}-{n}")
        present = step in AT_THE_DESK or st.toggle(desk.t("mediation.present"), value=True, key=f"mediation_present_{party.id}-{n}")
        reason = "" if present else st.text_input(desk.t("mediation.why_absent"), key=f"mediation_absent_{party.id}-{n}", max_chars=200)
    return way, present, reason


def _paper(desk: Desk, card: OrderCard, found: Dispute) -> None:
    said, n, names = st.container(), card.line.version, {one.id: f"{desk.t('mediation.side', n=one.side)} {one.name}" for one in found.parties}
    kind = st.pills(desk.t("mediation.paper"), PAPERS, default=PAPERS[0], required=True, format_func=lambda one: desk.t(f"mediation.paper_{one}"), key=f"mediation_paper-{n}")
    party: UUID | None = None
    if kind in OF_A_PARTY:
        party = st.selectbox(desk.t("mediation.paper_party"), list(names), index=None, format_func=names.get, key=f"mediation_paper_party-{n}")
    text = st.text_input(desk.t("mediation.paper_text"), key=f"mediation_paper_text-{n}", max_chars=200)
    dated = st.date_input(desk.t("mediation.paper_dated"), local_day(desk.now), max_value=local_day(desk.now), key=f"mediation_paper_dated-{n}")
    uploads = pick_files(desk, f"mediation_paper_files-{n}")
    if st.button(desk.t("mediation.put"), type="primary", width="stretch", key="mediation-put"):
        with said:
            word, more = desk.t("mediation.recorded", what=desk.t(f"mediation.paper_{kind}")), {"uploads": uploads, "act": commands.ON_FILE}
            answer(desk, card, commands.put_paper, word, kind=kind, text=text, dated=dated, party_id=party, **more)
