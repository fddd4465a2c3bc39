"""Who is away, who is gone, and which periods a hold takes out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, and_, bindparam, func, or_, select, union

from core import masks
from core.cadence import Hold, held_turns
from core.calendar import local_day
from core.care import plan
from core.departures import EXITS, HOLDS
from core.periods import local_midnight
from core.risks import RECENT
from core.roles import may
from core.rulebook import load_rulebook
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.grids import Staff
from db.models.late_entries import LateContact
from db.models.merges import Merge
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.queries.late_entries import stands


@dataclass(frozen=True)
class DepartureRow:
    """A departure on file. `until_date`: first day back of a hold; `lasts`: a hold that is not over, an exit; `reason` only for those who may enter
    one; `undone_at`: entered by mistake; `version`: of the row, for changing it."""

    id: UUID
    kind: str
    from_date: date
    until_date: date | None
    reason: str | None
    recorded_at: datetime
    by: str | None
    undone_at: datetime | None
    lasts: bool
    version: int


def holds_of(session: ScopedSession, community_id: UUID, resident_id: UUID) -> tuple[Hold, ...]:
    """The stays away of a resident, first one first, without those undone."""
    own = (Departure.community_id == community_id, Departure.resident_id == resident_id)
    query = select(Departure.from_date, Departure.until_date).where(*own, _holds()).order_by(Departure.from_date)
    return tuple((begin, end) for begin, end in session.execute(query))


def all_holds(session: ScopedSession, community_id: UUID) -> dict[UUID, tuple[Hold, ...]]:
    """The stays away of everybody in a community who had any, by resident."""
    found: dict[UUID, tuple[Hold, ...]] = {}
    query = select(Departure.resident_id, Departure.from_date, Departure.until_date).where(Departure.community_id == community_id, _holds())
    for resident_id, begin, end in session.execute(query.order_by(Departure.from_date)):
        found[resident_id] = (*found.get(resident_id, ()), (begin, end))
    return found


def last_seen(session: ScopedSession, community_id: UUID, resident_id: UUID) -> date | None:
    """The local date of the latest contact with a resident that stands, over all grids."""
    own = (Contact.community_id == community_id, Contact.resident_id == resident_id, Contact.outcome == "reached", Contact.act != "file_update", stands())
    moment = session.scalar(select(func.max(Contact.happened_at)).where(*own).execution_options(rollup=True))
    return moment and local_day(moment)


def last_seen_all(session: ScopedSession, community_id: UUID) -> dict[UUID, date]:
    """The same of everybody in the community who was met at all."""
    own = (Contact.community_id == community_id, Contact.outcome == "reached", Contact.act != "file_update", stands())
    query = select(Contact.resident_id, func.max(Contact.happened_at)).where(*own).group_by(Contact.resident_id)
    return {resident_id: local_day(moment) for resident_id, moment in session.execute(query.execution_options(rollup=True))}


def touched_since(session: ScopedSession, community_id: UUID, ids: Iterable[UUID], moment: datetime) -> datetime | None:
    """The earliest moment of what was recorded, decided or undone about these residents since `moment`: contacts, and stays away, from their beginning on. None: nothing
    was. Over all grids."""
    own = tuple(ids)
    acts = select(Contact.happened_at).where(Contact.community_id == community_id, Contact.resident_id.in_(own), Contact.outcome == "reached")
    late = and_(LateContact.community_id == Contact.community_id, LateContact.contact_id == Contact.id)
    said = union(acts.where(Contact.recorded_at >= moment), acts.join(LateContact, late).where(LateContact.decided_at >= moment))
    away = select(Departure.from_date).where(Departure.community_id == community_id, Departure.resident_id.in_(own), Departure.kind.in_(HOLDS))
    away = away.where(or_(Departure.recorded_at >= moment, Departure.undone_at >= moment))
    return min([*session.scalars(said.execution_options(rollup=True)), *map(local_midnight, session.scalars(away))], default=None)


def departures(session: ScopedSession, now: datetime, resident_id: UUID) -> list[DepartureRow]:
    """What is on file about a resident in scope, newest first, what was undone too."""
    today, own = local_day(now), may(session.scope.role, "care_hold")
    query = select(Departure, Staff.name).join(Resident, and_(Resident.community_id == Departure.community_id, Resident.id == Departure.resident_id))
    query = query.outerjoin(Staff, and_(Staff.community_id == Departure.community_id, Staff.id == Departure.staff_id)).where(Departure.resident_id == resident_id)
    return [
        DepartureRow(
            row.id, row.kind, row.from_date, row.until_date, row.reason if own else masks.free_text(row.reason), row.recorded_at, by, row.undone_at,
            row.undone_at is None and (row.kind in EXITS or row.until_date is None or row.until_date > today), row.version,
        )
        for row, by in session.execute(query.order_by(Departure.from_date.desc(), Departure.id.desc()))
    ]  # fmt: skip


def lasting(session: ScopedSession, now: datetime, ids: Iterable[UUID]) -> dict[UUID, tuple[str, date, date | None]]:
    """Those of the residents `ids` who are away or gone today: (kind, since, first day back or None)."""
    query = select(Departure.resident_id, Departure.kind, Departure.from_date, Departure.until_date).where(Departure.resident_id.in_(tuple(ids)), is_lasting(now))
    return {resident_id: (kind, begin, end) for resident_id, kind, begin, end in session.execute(query.order_by(Departure.from_date))}


def went_into(session: ScopedSession, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of the residents `ids` those whose file went into another one (db.commands.merges), and into which."""
    query = select(Merge.merged_id, Merge.resident_id).where(Merge.merged_id.in_(tuple(ids)), Merge.undone_at.is_(None))
    return {merged_id: resident_id for merged_id, resident_id in session.execute(query)}


def held_periods(session: ScopedSession, now: datetime, holds: dict[UUID, tuple[Hold, ...]], start: datetime | None = None, end: datetime | None = None) -> list[tuple[UUID, str]]:
    """(resident, clause) of each period, begun by `now` and due in (start, end], that these `holds` take out of what is owed; what was done all
    the same is not among them."""
    rulebook, found = load_rulebook(), {}
    query = select(SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.from_date, SpecialGroup.to_date).where(SpecialGroup.resident_id.in_(holds))
    for resident_id, group, joined, left in session.execute(query) if holds else ():
        for clause in plan((group,), rulebook, local_day(now)):
            for turn in held_turns(clause, joined, holds[resident_id], now):
                inside = (start is None or turn.due_at > start) and (end is None or turn.due_at <= end)
                if inside and (left is None or turn.started_at < local_midnight(left)):
                    found[resident_id, clause.id, turn.due_at] = None
    met = select(Clock.subject_id, Clock.clause_id, Clock.due_at).where(Clock.subject_id.in_(holds), Clock.met_at.is_not(None), Clock.voided_at.is_(None))
    done = {tuple(row) for row in session.execute(met)} if found else set()
    return [(resident_id, clause_id) for resident_id, clause_id, due_at in found if (resident_id, clause_id, due_at) not in done]


def held_counts(session: ScopedSession, now: datetime, community_id: UUID, start: datetime, end: datetime) -> Counter[str]:
    """How many periods of each clause, due in (start, end], holds have taken out of the denominator."""
    holds = {one: own for one, own in all_holds(session, community_id).items() if any(back is None or local_midnight(back) > start for _, back in own)}
    return Counter(clause_id for _, clause_id in held_periods(session, now, holds, start, end))


def held_now(session: ScopedSession, now: datetime) -> dict[UUID, tuple[str, date, date | None]]:
    """The residents in scope who are in hospital or away today: (kind, since, first day back or None). They are few: read once a session, they
    spare each list a condition of its own."""
    today = local_day(now)
    rows = (row for row in recent(session, now) if row.kind in HOLDS and row.from_date <= today and (row.until_date is None or row.until_date > today))
    return {row.resident_id: (row.kind, row.from_date, row.until_date) for row in rows}


_SINCE = bindparam("since", type_=Date())
_RECENT = (
    select(Departure.resident_id, Departure.kind, Departure.from_date, Departure.until_date, Resident.left_on)
    .join(Resident, and_(Resident.community_id == Departure.community_id, Resident.id == Departure.resident_id))
    .where(Departure.undone_at.is_(None))
    .where(
        or_(
            and_(Departure.kind.in_(HOLDS), or_(Departure.until_date.is_(None), Departure.until_date > _SINCE)),
            and_(Departure.kind.in_(EXITS), Departure.from_date > _SINCE),
        )
    )
    .order_by(Departure.id)
    .execution_options(kept=True)
)


def recent(session: ScopedSession, now: datetime) -> list[Row]:
    """What is not undone of the departures of residents in scope, in the order they were filed: stays away that last or ended within core.risks.RECENT,
    exits within it. Rows of `resident_id`, `kind`, `from_date`, `until_date`, `left_on`; read once a session."""
    key = ("departures.recent", now)
    if key not in session.info:
        session.info[key] = session.execute(_RECENT, {"since": local_day(now) - RECENT}).all()
    return session.info[key]


def is_lasting(now: datetime, kinds: Sequence[str] = (*HOLDS, *EXITS)) -> ColumnElement[bool]:
    """Condition: away or gone on the local day of `now`, and not undone."""
    today = local_day(now)
    not_over = or_(Departure.until_date.is_(None), Departure.until_date > today)
    return and_(Departure.kind.in_(tuple(kinds)), Departure.undone_at.is_(None), Departure.from_date <= today, not_over)


def _holds() -> ColumnElement[bool]:
    return and_(Departure.kind.in_(HOLDS), Departure.undone_at.is_(None))
