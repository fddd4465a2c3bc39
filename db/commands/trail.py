"""Steps of an order that change neither its status nor who holds it: another person's word, what is asked for, what is told."""

from datetime import datetime

from db.engine import ScopedSession
from db.models.work_orders import WorkOrder, WorkOrderEvent


def put(session: ScopedSession, order: WorkOrder, act: str, now: datetime, *, at: datetime | None = None, note: str = "") -> None:
    """Step of a command: `act` happened at `at` (None: now) and is entered now."""
    session.add(
        WorkOrderEvent(
            community_id=order.community_id, work_order_id=order.id, act=act, happened_at=at or now, recorded_at=now, actor_id=session.scope.actor_id,
            staff_id=session.scope.staff_id, from_status=order.status, to_status=order.status, holder_id=order.holder_id, note=note.strip() or None,
        )  # fmt: skip
    )
