"""What the community and its grids owe this day, week, month, quarter, half-year and year: how each duty stands, when last done, by whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select

from core.clocks import State, state
from core.duties import CLAUSES
from core.periods import PERS, period_of
from core.rulebook import load_rulebook
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.duties import DutyRecord
from db.models.grids import Grid, Staff
from db.queries.clock_state import is_met, is_unclosed

_URGENCY = (State.overdue, State.due_soon, State.on_time, State.paused, None, State.waiting)


@dataclass(frozen=True)
class Done:
    """A duty done, and by whom (None: not known). `note`: what it was about."""

    happened_at: datetime
    by: str | None
    attendees: int | None
    note: str | None


@dataclass(frozen=True)
class DutyRow:
    """A duty of the community (`grid_id` None) or of a grid. `state` None: no clock runs. `done_in_period`: the running period is fulfilled."""

    clause_id: str
    per: str
    community_id: UUID
    grid_id: UUID | None
    grid: str | None
    state: State | None
    period_key: str | None
    due_at: datetime | None
    done_in_period: bool
    last: Done | None


def duties(session: ScopedSession, now: datetime, community_id: UUID) -> list[DutyRow]:
    """Every duty within the session's scope, late first, what is done last; then by how often it recurs, then in the rulebook's order."""
    grids = {row.id: row.name for row in session.execute(select(Grid.id, Grid.name).where(Grid.community_id == community_id).order_by(Grid.code))}
    clocks, met, last = _clocks(session, community_id), _met_now(session, now, community_id), _last(session, community_id)
    rulebook = load_rulebook()
    rows = []
    for clause_id in CLAUSES:
        figure = rulebook[clause_id].values[-1].figure
        for grid_id, name in grids.items() if figure.subject == "grid" else ((None, None),):
            subject = grid_id or community_id
            clock = clocks.get((subject, clause_id))
            rows.append(
                DutyRow(
                    clause_id, figure.per, community_id, grid_id, name, clock and state(clock, now), clock and clock.period_key, clock and clock.due_at,
                    (subject, clause_id) in met, last.get((clause_id, grid_id)),
                )  # fmt: skip
            )
    order = {clause_id: n for n, clause_id in enumerate(CLAUSES)}
    return sorted(rows, key=lambda row: (_URGENCY.index(row.state), PERS.index(row.per), order[row.clause_id]))


def history(session: ScopedSession, now: datetime, community_id: UUID, clause_id: str, grid_id: UUID | None = None, limit: int = 20) -> list[Done]:
    """The latest records of a duty, newest first."""
    held = (DutyRecord.community_id == community_id, DutyRecord.clause_id == clause_id, DutyRecord.happened_at <= now)
    query = _records().where(*held)
    query = query.where(DutyRecord.grid_id == grid_id) if grid_id else query
    return [Done(*row[2:]) for row in session.execute(query.order_by(DutyRecord.happened_at.desc()).limit(limit))]


def _records():
    columns = (DutyRecord.clause_id, DutyRecord.grid_id, DutyRecord.happened_at, Staff.name, DutyRecord.attendees, DutyRecord.note)
    return select(*columns).outerjoin(Staff, and_(Staff.community_id == DutyRecord.community_id, Staff.id == DutyRecord.staff_id))


def _clocks(session: ScopedSession, community_id: UUID) -> dict[tuple[UUID, str], Clock]:
    moments = (Clock.started_at, Clock.warn_at, Clock.due_at, Clock.paused_at, Clock.paused_until, Clock.met_at, Clock.voided_at, Clock.closed_at)
    query = select(Clock.subject_id, Clock.clause_id, Clock.period_key, *moments).where(Clock.community_id == community_id, Clock.clause_id.in_(CLAUSES), is_unclosed())
    return {(row.subject_id, row.clause_id): row for row in session.execute(query)}


def _met_now(session: ScopedSession, now: datetime, community_id: UUID) -> set[tuple[UUID, str]]:
    ends = {period_of(per, now).end for per in PERS}
    query = select(Clock.subject_id, Clock.clause_id).where(Clock.community_id == community_id, Clock.due_at.in_(ends), Clock.clause_id.in_(CLAUSES), is_met())
    return {tuple(row) for row in session.execute(query)}


def _last(session: ScopedSession, community_id: UUID) -> dict[tuple[str, UUID | None], Done]:
    newest = select(DutyRecord.clause_id, DutyRecord.grid_id, func.max(DutyRecord.happened_at).label("at"))
    newest = newest.where(DutyRecord.community_id == community_id).group_by(DutyRecord.clause_id, DutyRecord.grid_id).subquery()
    same = and_(DutyRecord.clause_id == newest.c.clause_id, DutyRecord.happened_at == newest.c.at, DutyRecord.grid_id.is_not_distinct_from(newest.c.grid_id))
    rows = session.execute(_records().join(newest, same).where(DutyRecord.community_id == community_id))
    return {(row[0], row[1]): Done(*row[2:]) for row in rows}
