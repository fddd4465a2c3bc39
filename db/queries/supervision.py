"""What stands behind a row of the checklist: an order's steps, a person's contacts, a grid's duties, and the ledger entries about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models.clocks import Clock
from db.models.duties import DutyRecord
from db.models.grids import Staff
from db.models.residents import Contact
from db.models.work_orders import WorkOrderEvent
from db.queries.checklist import SIGNING, Checklist
from db.queries.checklist_rows import Violation
from db.queries.ledger import Entry, entries

AROUND = timedelta(minutes=15)
"""How far around a visit that is hard to believe the others are shown. Default of this product."""


@dataclass(frozen=True)
class Step:
    """Something that happened: `word` is the key of its name; `recorded_at` may be later; `who` did it (staff), `outcome` a word key or None."""

    word: str
    happened_at: datetime
    recorded_at: datetime
    who: str | None
    outcome: str | None = None
    day_only: bool | None = None


@dataclass(frozen=True)
class Signature:
    """A quarter's check signed by the committee. `moved`: the figures are no longer those it was given for."""

    quarter: str
    at: datetime
    who: str | None
    digest: str
    broken: int
    moved: bool


def steps(session: Session, community_id: UUID, row: Violation, *, limit: int = 12) -> list[Step]:
    """What was done about the row's subject, newest first."""
    if row.subject_kind == "contact":
        event, named = Contact, Contact.staff_id
        where, word, outcome = _around(session, community_id, row.subject_id), event.act, event.outcome
    elif row.work_order_id is not None:
        event, named = WorkOrderEvent, WorkOrderEvent.holder_id
        where, word = (event.work_order_id == row.work_order_id,), event.act
        outcome = None
    elif row.resident_id is not None:
        event, named = Contact, Contact.staff_id
        act = select(Clock.act).where(Clock.community_id == community_id, Clock.id == row.clock_id).scalar_subquery()
        where, word, outcome = (event.resident_id == row.resident_id, event.act == act), event.act, event.outcome
    else:
        event, named = DutyRecord, DutyRecord.staff_id
        clause = select(Clock.clause_id).where(Clock.community_id == community_id, Clock.id == row.clock_id).scalar_subquery()
        where, word, outcome = (event.clause_id == clause, event.grid_id.is_not_distinct_from(row.grid_id)), event.clause_id, None
    columns = [word.label("word"), event.happened_at, event.recorded_at, Staff.name, *([outcome.label("outcome"), Contact.day_only] if outcome is not None else [])]
    query = select(*columns).outerjoin(Staff, (Staff.community_id == event.community_id) & (Staff.id == named)).where(event.community_id == community_id, *where)
    prefix = {WorkOrderEvent: "work_orders.act_", Contact: "care.act.", DutyRecord: ""}[event]
    found = session.execute(query.order_by(event.happened_at.desc(), event.id.desc()).limit(limit))
    return [Step(f"{prefix}{one.word}", one.happened_at, one.recorded_at, one.name, getattr(one, "outcome", None), getattr(one, "day_only", None)) for one in found]


def _around(session: Session, community_id: UUID, contact_id: UUID) -> tuple:
    """What the same person recorded within a quarter of an hour of a contact."""
    one = session.execute(select(Contact.staff_id, Contact.happened_at).where(Contact.community_id == community_id, Contact.id == contact_id)).one()
    return Contact.staff_id == one.staff_id, Contact.happened_at >= one.happened_at - AROUND, Contact.happened_at <= one.happened_at + AROUND


def traces(session: Session, community_id: UUID, row: Violation) -> list[Entry]:
    """The ledger entries about the row's subject, newest first."""
    return entries(session, community_id, subject_id=row.subject_id, limit=12)


def signatures(session: Session, found: Checklist) -> list[Signature]:
    """The signatures under the quarter of the checklist `found`, newest first, each held against its figures."""
    facts = {"clause": SIGNING, "quarter": found.quarter}
    signed, now = entries(session, found.community_id, commands=("duty.record",), subject_id=found.community_id, facts=facts), found.digest()
    return [Signature(one.facts["quarter"], one.at, one.who, one.facts["figures"], one.facts["broken"], one.facts["figures"] != now) for one in signed if "figures" in one.facts]
