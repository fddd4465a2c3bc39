"""A dispute within its order: the rung it is on, the five steps with what is missing, its parties, who was told and came, its papers."""

import streamlit as st

from core.clocks import deadline_text
from core.mediation import ON_THE_SPOT, RUNGS, five_steps, lacking
from db.commands import mediation as commands
from db.queries.mediation import Dispute, PaperLine, PartyLine, StepLine, WordLine, dispute
from db.queries.work_orders import OrderCard
from pages.parts.clause import clause_mark
from pages.parts.desk import Desk
from pages.parts.mediation_forms import draw_records
from pages.parts.mediation_ladder import draw_climbing, draw_outcome
from pages.parts.plain import plain
from pages.parts.reveal import ask_purpose, draw_revealed


def draw_dispute(desk: Desk, card: OrderCard) -> Dispute | None:
    """Where a dispute stands, then what may be recorded; the whole trail folded away. None: the order is no dispute."""
    with desk.session() as session:
        found = dispute(session, desk.now, card.line.community_id, card.line.id)
    if found is None:
        return None
    case = found.case
    rungs = " → ".join(f"**{desk.t(f'mediation.rung_{rung}')}**" if rung == case.kind else f":gray[{desk.t(f'mediation.rung_{rung}')}]" for rung in RUNGS)
    st.markdown(f"{desk.t('mediation.ladder')} {rungs}")
    st.markdown(f"{_five(desk, found)} {clause_mark(desk, 'mediation.steps')}")
    lacks = [*lacking(case, settled=case.kind == ON_THE_SPOT)] if case.status == "accepted" else ["visit"] if case.status == "finished" and not case.latest("visit") else []
    if lacks:
        st.caption(desk.t(f"mediation.first_{lacks[0]}"))
    if found.outcome:
        st.markdown(f"**{desk.t('mediation.outcome')}** {desk.t(f'mediation.outcome_{found.outcome}')}")
    if found.parties or found.papers:
        with st.expander(desk.t("mediation.trail")):
            _trail(desk, card, found)
    if card.line.finished_at and found.outcome is None:
        draw_outcome(desk, card)
    draw_records(desk, card, found)
    draw_climbing(desk, card, found)
    return found


def _name(desk: Desk, party: PartyLine) -> str:
    return f"{desk.t('mediation.side', n=party.side)} {plain(party.name)}"


def _five(desk: Desk, found: Dispute) -> str:
    """The steps that are taken, the one that is missing now, and those to come."""
    steps = five_steps(found.case)
    missing = next((step for step, at in steps.items() if at is None), None)
    marks = {step: "green" if at else "orange" if step == missing else "gray" for step, at in steps.items()}
    words = {step: desk.t(f"mediation.five_{step}") for step in steps}
    return " · ".join(f":{mark}[{'✓ ' if mark == 'green' else ''}{words[step]}{' ' + desk.t('mediation.missing') if step == missing else ''}]" for step, mark in marks.items())


def _trail(desk: Desk, card: OrderCard, found: Dispute) -> None:
    line = card.line
    st.markdown("\n".join(f"- {_name(desk, party)}{' · ' + plain(party.contact) if party.contact else ''}" for party in found.parties))
    if found.parties and desk.may("reveal"):
        of = f"parties-{line.id}"
        ask_purpose(desk, "queue", desk.t("mediation.show_parties"), of, commands.reveal, community_id=line.community_id, order_id=line.id)
        draw_revealed("queue", of, _in_full)
    st.markdown(f"**{desk.t('mediation.step')}** {clause_mark(desk, 'mediation.trail')}")
    for step in found.steps:
        st.markdown(_step(desk, step))
    marks = [desk.t(f"mediation.{name}") for name in ("boundary", "court") if getattr(found.case, name)]
    if found.papers or marks:
        st.markdown(f"**{desk.t('mediation.papers')}** {' · '.join(marks)}")
        st.markdown("\n".join(f"- {_paper(desk, paper)}" for paper in found.papers))


def _in_full(desk: Desk, shown: tuple[commands.Shown, ...]) -> None:
    st.info("  \n".join(" ".join(filter(None, (plain(one.name), plain(one.contact)))) for one in shown))


def _step(desk: Desk, step: StepLine) -> str:
    head = [f"**{desk.t(f'mediation.step_{step.step}')}**", deadline_text(step.at), plain(step.by), plain(step.text)]
    head += [f"{desk.t(f'mediation.{name}')} {plain(getattr(step, name))}" for name in ("heads", "members") if getattr(step, name)]
    return "\n".join([f"- {' · '.join(filter(None, head))}", *(f"    - {_word(desk, word)}" for word in step.words)])


def _word(desk: Desk, word: WordLine) -> str:
    told = desk.t("mediation.told", at=deadline_text(word.told_at), way=desk.t(f"mediation.way_{word.way}"))
    came = None if word.present is None else desk.t("mediation.present") if word.present else f":orange[{desk.t('mediation.absent', reason=plain(word.reason))}]"
    return " · ".join(filter(None, (f"{desk.t('mediation.side', n=word.side)} {plain(word.party)}", told, came)))


def _paper(desk: Desk, paper: PaperLine) -> str:
    return " · ".join(filter(None, (f"**{desk.t(f'mediation.paper_{paper.kind}')}**", paper.dated.isoformat(), plain(paper.party), plain(paper.text))))
