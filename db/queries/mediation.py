"""Disputes: what is on record of one, as core.mediation decides on it and as people may see it; and which disputes lack something."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from core import masks
from core import mediation as core
from core.clocks import State, state
from core.explanations import ACKNOWLEDGE
from core.mediation import Case, Paper, Taken
from core.refusals import Refused
from core.roles import masked, may
from db.engine import ScopedSession
from db.models.accounts import Account
from db.models.clocks import Clock
from db.models.grids import Grid, Staff
from db.models.mediation import Mediation, MediationPaper, MediationParty, MediationStep, MediationWord
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.archive import sealed


@dataclass(frozen=True)
class PartyLine:
    """Somebody of one side, as the role may see them."""

    id: UUID
    side: int
    name: str
    contact: str | None


@dataclass(frozen=True)
class WordLine:
    """A party at a key step: told when and how; `present` None: nobody had to come."""

    party: str
    side: int
    told_at: datetime
    way: str
    present: bool | None
    reason: str | None


@dataclass(frozen=True)
class StepLine:
    """A key step, who took it, and every party at it."""

    step: str
    round: int
    at: datetime
    by: str | None
    text: str | None
    heads: str | None
    members: str | None
    words: tuple[WordLine, ...]


@dataclass(frozen=True)
class PaperLine:
    """A paper on record, or who joined the report to the street (`kind` 'justice_office', 'law_firm'); `party`: whose, or for whom."""

    kind: str
    dated: date
    text: str
    party: str | None


@dataclass(frozen=True)
class Dispute:
    """One dispute in full. `case` decides what may follow."""

    case: Case
    outcome: str | None
    parties: tuple[PartyLine, ...]
    steps: tuple[StepLine, ...]
    papers: tuple[PaperLine, ...]


def dispute(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> Dispute | None:
    """A dispute with everything on record about it, personal fields as the role may see them; None: no dispute, not in scope, or on file and not open
    to the reader."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    if order is None or order.kind not in core.RUNGS or sealed(session, now, community_id, order_id):
        return None
    hidden = masked(session.scope.role)
    parties = {
        one.id: PartyLine(one.id, one.side, masks.masked("name", one.name, hidden), masks.masked("phone", one.contact, hidden)) for one in _rows(session, MediationParty, order)
    }
    papers = tuple(
        PaperLine(one.kind, one.dated, _text(one.text, hidden), parties[one.party_id].name if one.party_id else None) for one in _rows(session, MediationPaper, order)
    )
    in_order = sorted(parties.values(), key=lambda one: one.side)
    return Dispute(case_of(session, order), order.outcome, tuple(in_order), tuple(_steps(session, order, parties, hidden)), papers)


@dataclass(frozen=True)
class StreetLine:
    """An open dispute on the street's rung: due there when, how that limit stands, reported when, and who of justice office and law firm joined."""

    order_id: UUID
    number: str
    matter: str
    grid: str | None
    due_at: datetime | None
    state: State | None
    reported_at: datetime | None
    joined: tuple[tuple[str, str], ...]


def on_the_streets_rung(session: ScopedSession, now: datetime, community_id: UUID) -> list[StreetLine]:
    """The open disputes a community has passed up to the street, what is due first first. Who joined is told in full to whom it is reported."""
    own = (WorkOrder.community_id == community_id, WorkOrder.kind == core.STREET, WorkOrder.closed_at.is_(None))
    query = select(WorkOrder.id, WorkOrder.number, WorkOrder.matter, Grid.name).outerjoin(Grid, and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id))
    orders = session.execute(query.where(*own)).all()
    limits = select(Clock).where(Clock.community_id == community_id, Clock.subject_id.in_([one.id for one in orders]), Clock.clause_id == core.clause_of(core.STREET))
    clocks = {one.subject_id: one for one in session.scalars(limits.order_by(Clock.started_at))}
    hidden = masked(session.scope.role) if not may(session.scope.role, ACKNOWLEDGE) else frozenset()
    joined = defaultdict(list)
    papers = (MediationPaper.community_id == community_id, MediationPaper.work_order_id.in_(clocks), MediationPaper.kind.in_(("justice_office", "law_firm")))
    for one in session.scalars(select(MediationPaper).where(*papers).order_by(MediationPaper.id)):
        joined[one.work_order_id].append((one.kind, _text(one.text, hidden)))
    lines = [
        StreetLine(one.id, one.number, one.matter, one.name, clock and clock.due_at, clock and state(clock, now), clock and clock.met_at, tuple(joined[one.id]))
        for one in orders
        for clock in (clocks.get(one.id),)
    ]
    return sorted(lines, key=lambda line: (line.due_at is None, line.due_at or now))


def how_many_there(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many open disputes are on the street's rung. `now` is not looked at."""
    return session.scalar(select(func.count(WorkOrder.id)).where(WorkOrder.community_id == community_id, WorkOrder.kind == core.STREET, WorkOrder.closed_at.is_(None)))


def case_of(session: ScopedSession, order: WorkOrder) -> Case:
    """What core.mediation decides on."""
    known = session.scalar(select(Mediation).where(Mediation.community_id == order.community_id, Mediation.work_order_id == order.id))
    told = defaultdict(set)
    for step_id, party_id in session.execute(_words(order).with_only_columns(MediationWord.step_id, MediationWord.party_id)):
        told[step_id].add(party_id)
    return Case(
        order.kind, order.status, order.reopened, opened_at(session, order), order.holder_id is not None, order.rating is not None and order.status == "followed_up",
        {one.id: one.side for one in _rows(session, MediationParty, order)},
        tuple(Taken(one.step, one.round, one.happened_at, frozenset(told[one.id])) for one in _rows(session, MediationStep, order)),
        tuple(Paper(one.kind, one.dated, one.party_id) for one in _rows(session, MediationPaper, order)), known is not None and known.boundary, known is not None and known.court,
    )  # fmt: skip


def opened_at(session: ScopedSession, order: WorkOrder) -> datetime:
    """When the dispute was found, or last reopened: what the limits of all rungs run from."""
    event = WorkOrderEvent
    reopened = (event.community_id == order.community_id, event.work_order_id == order.id, event.act == "follow_up", event.to_status == "accepted")
    return session.scalar(select(func.max(event.happened_at)).where(*reopened)) or order.received_at


def barred(session: ScopedSession, order: WorkOrder, act: str, outcome: str | None, note: str) -> Refused | None:
    """Why `act` may not be done to `order` as to any other matter; None for what is no dispute."""
    if order.kind in core.RUNGS:
        return core.bars(case_of(session, order), act, outcome, note)
    return Refused("mediation.no_dispute", core.TRAIL) if outcome else None


def _rows(session: ScopedSession, model: type, order: WorkOrder) -> list:
    return list(session.scalars(select(model).where(model.community_id == order.community_id, model.work_order_id == order.id).order_by(model.id)))


def _words(order: WorkOrder):
    own = (MediationStep.community_id == order.community_id, MediationStep.work_order_id == order.id)
    joined = and_(MediationStep.community_id == MediationWord.community_id, MediationStep.id == MediationWord.step_id)
    return select(MediationWord).join(MediationStep, joined).where(*own)


def _steps(session: ScopedSession, order: WorkOrder, parties: dict[UUID, PartyLine], hidden: frozenset[str]) -> list[StepLine]:
    words = defaultdict(list)
    for one in session.scalars(_words(order)):
        party = parties[one.party_id]
        words[one.step_id].append(WordLine(party.name, party.side, one.told_at, one.way, one.present, _text(one.reason, hidden)))
    query = select(MediationStep, Staff.name, Account.display_name).outerjoin(Staff, and_(Staff.community_id == MediationStep.community_id, Staff.id == MediationStep.staff_id))
    query = query.outerjoin(Account, Account.id == MediationStep.actor_id).where(MediationStep.community_id == order.community_id, MediationStep.work_order_id == order.id)
    return [
        StepLine(
            one.step, one.round, one.happened_at, staff or account, *(_text(text, hidden) for text in (one.text, one.heads, one.members)),
            tuple(sorted(words[one.id], key=lambda word: word.side)),
        )
        for one, staff, account in session.execute(query.order_by(MediationStep.happened_at, MediationStep.id))
    ]  # fmt: skip


def _text(text: str | None, hidden: frozenset[str]) -> str | None:
    return masks.free_text(text) if "name" in hidden else text


# --- what a dispute lacks, as conditions on WorkOrder -----------------------------------------------------------------


def lacks_trail() -> ColumnElement[bool]:
    """mediation.trail: no mediation on record, settled without an agreement, a key step not every side was told of, or a paper missing."""
    settled = WorkOrder.outcome == "settled"
    return or_(
        ~_taken(*core.MEDIATED), and_(settled, ~_taken("agreement")), _step_told_to_one_side(), and_(_is("boundary"), ~_paper("drawing")),
        and_(_is("court"), ~_paper("legal_aid")), _psychologist_unasked(),
    )  # fmt: skip


def lacks_steps() -> ColumnElement[bool]:
    """mediation.steps: not all five steps on record."""
    return or_(_sides() < 2, *(~_taken(step) for step in ("registered", "dispatched", "visit")), ~_taken(*core.MEDIATED), WorkOrder.rating.is_(None))


def _of(model: type) -> ColumnElement[bool]:
    return and_(model.community_id == WorkOrder.community_id, model.work_order_id == WorkOrder.id)


def _taken(*steps: str) -> ColumnElement[bool]:
    any_round = set(steps) <= core.AT_THE_DESK
    return select(MediationStep.id).where(_of(MediationStep), MediationStep.step.in_(steps), any_round or MediationStep.round == WorkOrder.reopened).exists()


def _sides() -> ColumnElement[int]:
    return select(func.count(MediationParty.side.distinct())).where(_of(MediationParty)).scalar_subquery()


def _step_told_to_one_side() -> ColumnElement[bool]:
    step, word, party = aliased(MediationStep), aliased(MediationWord), aliased(MediationParty)
    told = select(func.count(party.side.distinct())).join(word, and_(word.community_id == party.community_id, word.party_id == party.id))
    told = told.where(word.community_id == step.community_id, word.step_id == step.id).scalar_subquery()
    return select(step.id).where(_of(step), step.step.not_in(core.AT_THE_DESK), told < 2).exists()


def _is(flag: str) -> ColumnElement[bool]:
    return select(Mediation.id).where(_of(Mediation), getattr(Mediation, flag)).exists()


def _paper(kind: str) -> ColumnElement[bool]:
    return select(MediationPaper.id).where(_of(MediationPaper), MediationPaper.kind == kind).exists()


def _psychologist_unasked() -> ColumnElement[bool]:
    called, consent = aliased(MediationPaper), aliased(MediationPaper)
    asked = select(consent.id).where(consent.community_id == called.community_id, consent.party_id == called.party_id, consent.kind == "consent", consent.dated <= called.dated)
    return select(called.id).where(_of(called), called.kind == "psychologist", ~asked.exists()).exists()
