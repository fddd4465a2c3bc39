"""Disputes climb the ladder, and leave a trail; core.mediation decides. Each command is one transaction with one ledger entry.

No name and no text goes to the ledger. `version` is the order's as the page showed it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core import mediation as core
from core.calendar import local_day
from core.mediation import NewParty, Word
from core.refusals import Refused
from core.roles import may
from db.commands.clocks import carry_pauses, open_clocks, open_deadline, void
from db.commands.filing import file
from db.commands.orders_shown import to_reveal
from db.commands.suspensions import settle
from db.commands.trail import put
from db.commands.work_orders import Done, take_step
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.mediation import Mediation, MediationPaper, MediationParty, MediationStep, MediationWord
from db.models.work_orders import WorkOrder
from db.queries.mediation import case_of, opened_at
from db.types import uuid7

ON_FILE = "mediation_paper"
"""The act under which a paper stands in the order's trail."""


@dataclass(frozen=True)
class Passed:
    """On which rung the dispute is now, when it is due there (None: no limit), and whether the limit of the rung it left was missed."""

    number: str
    kind: str
    due_at: datetime | None
    missed: bool


@dataclass(frozen=True)
class Filed:
    """What went on record of which order: a key step, a paper, parties; `done`: what the step did to the order's clocks."""

    number: str
    what: str
    done: Done | None = None


@dataclass(frozen=True)
class Shown:
    """A party in full."""

    name: str
    contact: str | None


def pass_up(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, to: str, reason: str) -> Passed | Refused:
    """Pass a dispute up to the rung `to`. Its limit there runs from when it was found; the limit it leaves is missed if it is past, else void.
    Never dated back: who says so after the limit says so too late."""
    order = _order(session, "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    if refused := core.may_pass_up(case_of(session, order), to, reason):
        return refused
    settle(session, order, now)
    _accepted(session, order, now)
    left = {clock.clause_id: clock for clock in open_clocks(session, order)}.get(core.clause_of(order.kind))
    clock = open_deadline(session, core.clause_of(to), order, opened_at(session, order))
    before = _clock_of_rung(session, order)
    if clock is not None and before is not None:
        carry_pauses(session, before, clock)
    if left is not None:
        void(session, left, now, now)
    missed = left is not None and left.voided_at is None
    order.kind = to
    put(session, order, core.PASS_UP, now, note=reason)
    due = clock and clock.due_at
    _file(session, now, order, core.PASS_UP, to=to, due_at=due and due.isoformat(), missed=missed)
    return Passed(order.number, to, due, missed)


def report(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, justice_office: str, law_firm: str, note: str = "", happened_at: datetime | None = None
) -> Filed | Refused:
    """Report a dispute to the street, with justice office and law firm joined (mediation.report_street)."""
    order = _order(session, "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    if refused := core.may_report(case_of(session, order), justice_office, law_firm):
        return refused
    at = happened_at or now
    done = take_step(session, order, "reported_street", at, now, note)
    if isinstance(done, Refused):
        return done
    for kind, text in (("justice_office", justice_office), ("law_firm", law_firm)):
        _paper(session, order, now, kind, text, local_day(at))
    _file(session, now, order, "reported_street", happened_at=at.isoformat(), met=done.in_time, late=done.late, to_confirm=done.to_confirm)
    return Filed(order.number, "reported_street", done)


def register(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, parties: Sequence[NewParty], way: str | None, told_at: datetime | None = None,
    boundary: bool = False,
) -> Filed | Refused:  # fmt: skip
    """Register parties of a dispute, who are told of it (`way`, `told_at`), and who mediates, where somebody has it by now."""
    order = _order(session, "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    case, told_at = case_of(session, order), told_at or now
    if refused := core.may_register(case, parties, told_at, way, now):
        return refused
    _accepted(session, order, now)
    made = [
        MediationParty(community_id=community_id, id=uuid7(), work_order_id=order_id, side=one.side, name=one.name.strip(), contact=one.contact.strip() or None, recorded_at=now)
        for one in parties
    ]
    session.add_all(made)
    session.flush()
    words = {one.id: Word(told_at, way) for one in made}
    for step in ("registered", *(["dispatched"] if order.holder_id else [])):
        _step(session, order, step, told_at, now, words)
    known = _known(session, order)
    known.boundary = known.boundary or boundary
    _note(session, order, "register_parties", now, told_at)
    _file(session, now, order, "register_parties", parties=len(made), sides=sorted({one.side for one in made}), boundary=known.boundary, way=way)
    return Filed(order.number, "registered")


def take(
    session: ScopedSession,
    *,
    now: datetime,
    community_id: UUID,
    order_id: UUID,
    version: int,
    step: str,
    words: Mapping[UUID, Word],
    happened_at: datetime | None = None,
    text: str = "",
    heads: str = "",
    members: str = "",
    court: bool = False,
) -> Filed | Refused:
    """Put a key step of core.mediation.STEPS on record, with every party at it (`words`, by party). A council held meets its clock."""
    order = _order(session, "order_follow_up" if step == "visit" else "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    at, case = happened_at or now, case_of(session, order)
    words = {party: words[party] for party in case.parties if party in words}
    if refused := core.may_take(case, step, at, words, now=now, text=text, heads=heads, members=members, court=court):
        return refused
    if step != "visit":
        _accepted(session, order, now)
    done = take_step(session, order, "council_held", at, now, text) if step == "council" else None
    if isinstance(done, Refused):
        return done
    _step(session, order, step, at, now, words, text, heads, members)
    if court:
        _known(session, order).court = True
    if done is None:
        _note(session, order, f"mediation_{step}", now, at)
    clocks = {"met": done.in_time, "late": done.late, "to_confirm": done.to_confirm} if done else {}
    _file(session, now, order, f"mediation_{step}", happened_at=at.isoformat(), told=len(words), present=sum(one.present for one in words.values()), **clocks)
    return Filed(order.number, step, done)


def put_paper(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, kind: str, text: str, dated: date | None = None, party_id: UUID | None = None
) -> Filed | Refused:
    """Put a paper of core.mediation.PAPERS on record; a planning drawing makes it a boundary case, legal aid one for a court."""
    order = _order(session, "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    today = local_day(now)
    if refused := core.may_put(case_of(session, order), kind, text, dated or today, today, party_id):
        return refused
    _paper(session, order, now, kind, text, dated or today, party_id if kind in core.OF_A_PARTY else None)
    known = _known(session, order)
    known.boundary, known.court = known.boundary or kind == "drawing", known.court or kind == "legal_aid"
    _note(session, order, ON_FILE, now)
    _file(session, now, order, f"mediation_{kind}", dated=(dated or today).isoformat())
    return Filed(order.number, kind)


def say_outcome(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, outcome: str) -> Filed | Refused:
    """Say of a dispute that was finished without a word on it (an import's, or from before) whether it was settled; once."""
    if outcome not in core.OUTCOMES:
        raise ValueError(f"{outcome!r} is no outcome: one of {', '.join(core.OUTCOMES)}")
    order = _order(session, "order_reassign", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    if order.finished_at is None or order.outcome is not None:
        return Refused("mediation.outcome_stands", "kpi.mediation")
    order.outcome = outcome
    put(session, order, outcome, now)
    _file(session, now, order, "mediation_outcome", outcome=outcome)
    return Filed(order.number, outcome)


def reveal(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, purpose: str) -> tuple[Shown, ...] | Refused:
    """Show the parties in full, for one of core.care.PURPOSES; leaves a ledger entry."""
    order = to_reveal(session, now, community_id, order_id, purpose)
    if isinstance(order, Refused):
        return order
    _file(session, now, order, "reveal_parties", purpose=purpose)
    own = (MediationParty.community_id == community_id, MediationParty.work_order_id == order_id)
    return tuple(Shown(one.name, one.contact) for one in session.scalars(select(MediationParty).where(*own).order_by(MediationParty.side, MediationParty.id)))


# --- steps of these commands ----------------------------------------------------------------------------------------


def _order(session: ScopedSession, permission: str, community_id: UUID, order_id: UUID, version: int) -> WorkOrder | Refused:
    if not may(session.scope.role, permission):
        return Refused("common.not_allowed")
    order = _found(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    if order.version != version:
        return Refused("common.changed_meanwhile")
    return order if order.kind in core.RUNGS else Refused("mediation.no_dispute", core.TRAIL)


def _found(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | None:
    return session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))


def _accepted(session: ScopedSession, order: WorkOrder, now: datetime) -> None:
    """Whoever acts on a matter has accepted it."""
    if order.status == "taken_in":
        take_step(session, order, "accept", now, now)
        session.flush()


def _clock_of_rung(session: ScopedSession, order: WorkOrder) -> Clock | None:
    """The latest clock of the rung the order is on, closed or not."""
    own = (Clock.community_id == order.community_id, Clock.subject_id == order.id, Clock.clause_id == core.clause_of(order.kind))
    return session.scalar(select(Clock).where(*own).order_by(Clock.started_at.desc()).limit(1))


def _known(session: ScopedSession, order: WorkOrder) -> Mediation:
    known = session.scalar(select(Mediation).where(Mediation.community_id == order.community_id, Mediation.work_order_id == order.id))
    if known is None:
        known = Mediation(community_id=order.community_id, id=uuid7(), work_order_id=order.id, boundary=False, court=False)
        session.add(known)
    return known


def _step(
    session: ScopedSession, order: WorkOrder, step: str, at: datetime, now: datetime, words: Mapping[UUID, Word], text: str = "", heads: str = "", members: str = ""
) -> None:
    scope, asked = session.scope, step not in core.AT_THE_DESK
    texts = {name: value.strip() or None for name, value in (("text", text), ("heads", heads), ("members", members))}
    row = MediationStep(
        community_id=order.community_id, id=uuid7(), work_order_id=order.id, step=step, round=order.reopened, happened_at=at, recorded_at=now, actor_id=scope.actor_id,
        staff_id=scope.staff_id, **texts,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for party_id, word in words.items():
        session.add(
            MediationWord(
                community_id=order.community_id, step_id=row.id, party_id=party_id, told_at=word.told_at, way=word.way, present=word.present if asked else None,
                reason=word.reason.strip() or None if asked and not word.present else None,
            )  # fmt: skip
        )


def _paper(session: ScopedSession, order: WorkOrder, now: datetime, kind: str, text: str, dated: date, party_id: UUID | None = None) -> None:
    session.add(
        MediationPaper(
            community_id=order.community_id, work_order_id=order.id, kind=kind, party_id=party_id, dated=dated, text=text.strip(), recorded_at=now, actor_id=session.scope.actor_id
        )
    )


def _note(session: ScopedSession, order: WorkOrder, act: str, now: datetime, at: datetime | None = None) -> None:
    """A line in the order's trail, to which files may be linked; and a new version though no column changes: the second of two who act at once must
    be told."""
    put(session, order, act, now, at=at)
    flag_modified(order, "status")


def _file(session: ScopedSession, now: datetime, order: WorkOrder, act: str, **facts) -> None:
    file(session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, **facts)
