"""What became of the orders received in a span, by kind, grid or item: three denominators, and how many stood still, were suspended, extended, returned,
reopened or joined.

One definition for the overview and the command line; a figure opens exactly the orders it counts.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal_column, select
from sqlalchemy.orm import Session

from core.clocks import Tally
from core.measures import ending_clauses
from core.outcomes import SHARES, STANDINGS, Outcome
from core.periods import Period
from db.models.clocks import Clock, ClockPause
from db.models.extensions import Extension
from db.models.grids import Grid
from db.models.joinings import Joining
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.checklist_rows import Violation
from db.queries.clock_state import is_met, is_missed, is_overdue, is_unclosed

BY = {"kind": WorkOrder.category, "grid": WorkOrder.grid_id, "item": WorkOrder.item}
_GRANTED = {"extended": Extension, "suspended": Suspension}


def outcomes(session: Session, now: datetime, community_id: UUID, by: str, first: Period, last: Period) -> dict[str | UUID | None, Outcome]:
    """Orders received from the beginning of `first` to the end of `last`, by kind of affair ("kind"), grid id ("grid") or the catalogue's item ("item")."""
    ends = _ends(now, community_id, first, last)
    stands = _stands(ends)
    counts = [func.count().filter(stands == one) for one in ("met", "missed", "overdue")]
    shares = [func.count().filter(_share(one)) for one in SHARES]
    query = select(BY[by], func.count(), *counts, *shares).select_from(WorkOrder).outerjoin(ends, ends.c.order_id == WorkOrder.id)
    rows = session.execute(query.where(_received(community_id, first, last)).group_by(BY[by]).order_by(func.count().desc(), BY[by]))
    return {row[0]: Outcome(row[1], Tally(*row[2:5]), *row[5:]) for row in rows}


def behind(
    session: Session, now: datetime, community_id: UUID, by: str, key: str | UUID | None, figure: str, first: Period, last: Period, *, limit: int = 50
) -> tuple[int, list[tuple[str, Violation]]]:
    """(how many, the first rows) of what `figure` (core.outcomes.FIGURES) is a share of, or counts: what was not in time first, each with how
    it stands (core.outcomes.STANDINGS)."""
    ends = _ends(now, community_id, first, last)
    stands = _stands(ends)
    counted = {"closed": stands.in_(("met", "missed")), "due": stands.in_(("met", "missed", "overdue")), "received": WorkOrder.id.is_not(None)}
    own = (_received(community_id, first, last), BY[by].is_not_distinct_from(key), counted[figure] if figure in counted else _share(figure))
    orders = select(func.count()).select_from(WorkOrder).outerjoin(ends, ends.c.order_id == WorkOrder.id).where(*own)
    grid = and_(Grid.community_id == WorkOrder.community_id, Grid.id == WorkOrder.grid_id)
    rows = orders.with_only_columns(WorkOrder.id, WorkOrder.number, WorkOrder.matter, WorkOrder.grid_id, Grid.name, stands.label("stands")).outerjoin(Grid, grid)
    worst_first = case({one: number for number, one in enumerate(STANDINGS)}, value=stands)
    found = session.execute(rows.order_by(worst_first, WorkOrder.received_at.desc(), WorkOrder.id).limit(limit)).all()
    lines = [(row.stands, Violation("work_order", row.id, f"{row.number} {row.matter}", row.name, work_order_id=row.id, grid_id=row.grid_id)) for row in found]
    return session.scalar(orders), lines


def _received(community_id: UUID, first: Period, last: Period) -> ColumnElement[bool]:
    return and_(WorkOrder.community_id == community_id, WorkOrder.received_at >= first.start, WorkOrder.received_at < last.end)


def _ends(now: datetime, community_id: UUID, first: Period, last: Period) -> Subquery:
    """What the clocks that end each order are, a line an order."""
    conditions = {"missed": is_missed(), "overdue": is_overdue(now), "open": is_unclosed(), "met": is_met()}
    join = and_(WorkOrder.community_id == Clock.community_id, WorkOrder.id == Clock.work_order_id)
    query = select(Clock.work_order_id.label("order_id"), *(func.max(case((one, 1), else_=0)).label(name) for name, one in conditions.items()))
    query = query.join(WorkOrder, join).where(_received(community_id, first, last), Clock.community_id == community_id, Clock.clause_id.in_(ending_clauses()))
    return query.group_by(Clock.work_order_id).subquery()


def _stands(ends: Subquery) -> ColumnElement[str]:
    """The order's core.outcomes.STANDINGS."""
    named = [(ends.c[one] == 1, literal_column(f"'{one}'")) for one in ("missed", "overdue", "open", "met")]
    return case(*named, else_=literal_column("'unclocked'"))


def _share(figure: str) -> ColumnElement[bool]:
    if figure == "reopened":
        return WorkOrder.reopened > 0
    if figure == "joined":
        own = (Joining.community_id == WorkOrder.community_id, Joining.work_order_id == WorkOrder.id, Joining.ended_at.is_(None))
        return select(Joining.id).where(*own).exists()
    if figure == "returned":
        own = (WorkOrderEvent.community_id == WorkOrder.community_id, WorkOrderEvent.work_order_id == WorkOrder.id, WorkOrderEvent.act == "give_back")
        return select(WorkOrderEvent.id).where(*own).exists()
    if figure in _GRANTED:
        model = _GRANTED[figure]
        return select(model.id).where(model.community_id == WorkOrder.community_id, model.work_order_id == WorkOrder.id, model.granted).exists()
    clock = and_(ClockPause.community_id == Clock.community_id, ClockPause.clock_id == Clock.id)
    own = (Clock.community_id == WorkOrder.community_id, Clock.work_order_id == WorkOrder.id)
    return select(ClockPause.id).join(Clock, clock).where(*own).exists()
