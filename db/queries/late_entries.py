"""What was entered after its limit, or its period, as done before its end: what waits for another person's word, and what was said of an order or a contact."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from core import masks
from core.grants import same_person
from core.late_entries import STANDS, may_decide
from core.periods import Period
from core.refusals import Refused
from core.roles import masked, may
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.grids import Grid
from db.models.late_entries import LateContact, LateEntry
from db.models.residents import Contact, Resident
from db.models.work_orders import WorkOrder
from db.queries.archive import sealed
from db.queries.grants import decider, names


@dataclass(frozen=True)
class LateLine:
    """One entry: who entered when what is said to have happened when, against which limit. `confirmed` None: waits for another person;
    `own`: the reader's own entry; `why_not`: why the reader can't decide it."""

    id: UUID
    community_id: UUID
    order_id: UUID
    number: str
    matter: str
    clause_id: str
    due_at: datetime
    act: str
    happened_at: datetime
    recorded_at: datetime
    by: str | None
    confirmed: bool | None
    own: bool
    why_not: Refused | None


def waiting(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[LateLine]:
    """What nobody else has decided yet, longest waiting first."""
    return _lines(session, *waits(community_id), limit=limit)


def how_many(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many wait for another person's word."""
    return session.scalar(select(func.count(LateEntry.id)).where(*waits(community_id)))


def of_order(session: ScopedSession, now: datetime, community_id: UUID, order_id: UUID) -> list[LateLine]:
    """Every such entry of an order, oldest first; none of one that is on file and not open to the reader."""
    if sealed(session, now, community_id, order_id):
        return []
    return _lines(session, LateEntry.community_id == community_id, LateEntry.work_order_id == order_id, limit=50)


def waits(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody else has decided."""
    return LateEntry.community_id == community_id, LateEntry.decided_at.is_(None)


def _lines(session: ScopedSession, *where: ColumnElement[bool], limit: int) -> list[LateLine]:
    order = (WorkOrder.community_id == LateEntry.community_id) & (WorkOrder.id == LateEntry.work_order_id)
    clock = (Clock.community_id == LateEntry.community_id) & (Clock.id == LateEntry.clock_id)
    query = select(LateEntry, WorkOrder.number, WorkOrder.matter, Clock.clause_id, Clock.due_at).join(WorkOrder, order).join(Clock, clock)
    rows = session.execute(query.where(*where).order_by(LateEntry.recorded_at, LateEntry.id).limit(limit)).all()
    by, actor = names(session, (row.LateEntry.entered_by for row in rows)), decider(session)
    return [
        LateLine(
            one.id, one.community_id, one.work_order_id, row.number, row.matter, row.clause_id, row.due_at, one.act, one.happened_at, one.recorded_at,
            by[one.entered_by], one.confirmed, same_person(one.enterer, actor), may_decide(one.enterer, actor),
        )
        for row in rows
        for one in (row.LateEntry,)
    ]  # fmt: skip


# --- contacts entered after their period ----------------------------------------------------------------------------
@dataclass(frozen=True)
class LateContactLine:
    """A contact entered when its period, which ended at `due_at`, was over. `name` as the reader's role may see it; `reason` only for those who keep files; `stands`:
    one of core.late_entries.STANDS' values; `decided_by`: who confirmed it or did not; `own`: the reader's own entry; `why_not`: why the reader can't decide it."""

    id: UUID
    contact_id: UUID
    community_id: UUID
    resident_id: UUID
    name: str | None
    grid: str | None
    act: str
    clause_id: str
    due_at: datetime
    happened_at: datetime
    day_only: bool | None
    recorded_at: datetime
    by: str | None
    reason: str
    stands: str
    own: bool
    why_not: Refused | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Together:
    """`n` contacts that one person entered at one moment; of periods that ended from `first` to `last`. `own`, `why_not`: as of one."""

    recorded_at: datetime
    entered_by: UUID | None
    n: int
    first: datetime
    last: datetime
    by: str | None
    own: bool
    why_not: Refused | None


_PERSON = and_(Resident.community_id == LateContact.community_id, Resident.id == LateContact.resident_id)


def waiting_contacts(session: ScopedSession, now: datetime, community_id: UUID, *, limit: int = 50) -> list[LateContactLine]:
    """What nobody else has decided yet, longest waiting first."""
    return _contact_lines(session, _contacts(*contacts_wait(community_id)).order_by(LateContact.recorded_at, LateContact.id).limit(limit))


def how_many_contacts(session: ScopedSession, now: datetime, community_id: UUID) -> int:
    """How many of them."""
    return session.scalar(select(func.count(LateContact.id)).join(Resident, _PERSON).where(*contacts_wait(community_id)))


def entered_together(session: ScopedSession, community_id: UUID) -> list[Together]:
    """Who entered more than one of them at one moment: those of a ledger."""
    by = (LateContact.recorded_at, LateContact.entered_by, LateContact.entered_staff_id)
    query = select(*by[:2], func.count(), func.min(LateContact.due_at), func.max(LateContact.due_at), by[2]).where(*contacts_wait(community_id))
    rows = session.execute(query.group_by(*by).having(func.count() > 1).order_by(LateContact.recorded_at)).all()
    by, actor = names(session, (row.entered_by for row in rows)), decider(session)
    return [
        Together(*row[:5], by[row.entered_by], same_person(who, actor), may_decide(who, actor)) for row in rows for who in ((row.entered_by, row.entered_staff_id),)
    ]  # fmt: skip


def contacts_of_period(session: ScopedSession, community_id: UUID, period: Period, *, limit: int, offset: int = 0) -> list[LateContactLine]:
    """Every contact entered after its period, of the periods that ended in `period`; the newest first."""
    return _contact_lines(session, _contacts(*_in(community_id, period)).order_by(LateContact.recorded_at.desc(), LateContact.id).limit(limit).offset(offset))


def undecided_contacts(session: ScopedSession, community_id: UUID, period: Period, *, limit: int, offset: int = 0) -> list[LateContactLine]:
    """Those of them that nobody else has decided."""
    query = _contacts(*_in(community_id, period), LateContact.decided_at.is_(None)).order_by(LateContact.recorded_at, LateContact.id)
    return _contact_lines(session, query.limit(limit).offset(offset))


def tally_contacts(session: ScopedSession, community_id: UUID, period: Period) -> dict[str, int]:
    """How many of them stand how, by core.late_entries.STANDS."""
    query = select(LateContact.confirmed, func.count()).where(*_in(community_id, period)).group_by(LateContact.confirmed)
    return dict.fromkeys(STANDS.values(), 0) | {STANDS[confirmed]: n for confirmed, n in session.execute(query)}


def contacts_wait(community_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody else has decided."""
    return LateContact.community_id == community_id, LateContact.decided_at.is_(None)


_UNCONFIRMED = (
    select(LateContact.resident_id, func.count())
    .where(LateContact.resident_id.in_(bindparam("ids", expanding=True)), LateContact.decided_at.is_(None))
    .group_by(LateContact.resident_id)
    .execution_options(kept=True)
)


def unconfirmed(session: ScopedSession, residents: list[UUID]) -> dict[UUID, int]:
    """How many contacts with each of these residents wait to be confirmed."""
    return dict(session.execute(_UNCONFIRMED, {"ids": residents}).all())


def standing(session: ScopedSession, contacts: list[UUID]) -> dict[UUID, str]:
    """How those of these contacts stand that were entered after their period."""
    query = select(LateContact.contact_id, LateContact.confirmed).where(LateContact.contact_id.in_(contacts))
    return {one: STANDS[confirmed] for one, confirmed in session.execute(query)} if contacts else {}


def stands() -> ColumnElement[bool]:
    """Condition on Contact: it was entered in time, changed nothing, or another person has confirmed it."""
    late = select(LateContact.id).where(LateContact.community_id == Contact.community_id, LateContact.contact_id == Contact.id)
    return ~late.where(LateContact.confirmed.is_not(True)).exists()


def not_refused() -> ColumnElement[bool]:
    """Condition on Contact: nobody has refused it as entered late. What was refused, for want of proof say, may be said again."""
    late = select(LateContact.id).where(LateContact.community_id == Contact.community_id, LateContact.contact_id == Contact.id)
    return ~late.where(LateContact.confirmed.is_(False)).exists()


def owed_and_unmet(session: ScopedSession, community_id: UUID, resident_id: UUID, clause_id: str, happened_at: datetime) -> bool:
    """Whether the act was owed to a resident by then, and the period that holds `happened_at` is not met. Over all grids: they may have moved."""
    own = select(Clock.id).where(Clock.community_id == community_id, Clock.subject_id == resident_id, Clock.clause_id == clause_id, Clock.started_at <= happened_at)
    met = own.where(Clock.due_at > happened_at, Clock.met_at.is_not(None))
    return session.scalar(select(own.exists() & ~met.exists()).execution_options(rollup=True))


def _in(community_id: UUID, period: Period) -> tuple[ColumnElement[bool], ...]:
    return LateContact.community_id == community_id, LateContact.due_at > period.start, LateContact.due_at <= period.end


def _contacts(*where: ColumnElement[bool]) -> Select:
    contact = and_(Contact.community_id == LateContact.community_id, Contact.id == LateContact.contact_id)
    grid = and_(Grid.community_id == Resident.community_id, Grid.id == Resident.grid_id)
    query = select(LateContact, Resident.name, Grid.name.label("grid"), Contact.act, Contact.happened_at, Contact.day_only)
    return query.join(Resident, _PERSON).join(Contact, contact).outerjoin(Grid, grid).where(*where)


def _contact_lines(session: ScopedSession, query: Select) -> list[LateContactLine]:
    rows, scope = session.execute(query).all(), session.scope
    people, actor = names(session, (one for row in rows for one in (row.LateContact.entered_by, row.LateContact.decided_by))), decider(session)
    hidden, words = masked(scope.role), may(scope.role, "care_file_update")
    return [
        LateContactLine(
            one.id, one.contact_id, one.community_id, one.resident_id, masks.masked("name", row.name, hidden), row.grid, row.act, one.clause_id, one.due_at, row.happened_at, row.day_only,
            one.recorded_at, people[one.entered_by], one.reason if words else masks.free_text(one.reason), STANDS[one.confirmed],
            same_person(one.enterer, actor), may_decide(one.enterer, actor), people[one.decided_by], one.decided_at,
        )
        for row in rows
        for one in (row.LateContact,)
    ]  # fmt: skip
