"""Steps of a matter's review chain; core.reviews decides. Each leaves a row, a line in the trail with the opinion, and one ledger entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core import reviews as core
from core.refusals import Refused
from core.roles import may
from core.work_orders import kinds
from db.commands.clocks import meet, open_clocks
from db.commands.filing import file
from db.commands.suspensions import settle
from db.commands.trail import put
from db.engine import ScopedSession
from db.models.reviews import Review
from db.models.work_orders import WorkOrder
from db.queries.reviews import history, who_reaches, workers
from db.types import uuid7


@dataclass(frozen=True)
class Reviewed:
    """What was filed: `step`, how it ended (core.reviews.RESULTS), the step that waits now (None: none), clauses met by it in time and too late."""

    number: str
    step: str
    result: str
    next: str | None
    in_time: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


def review(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, passed: bool, opinion: str) -> Reviewed | Refused:
    """Take the step that waits: pass it with an opinion, or send the matter back to its handler with the reason (review.chain, review.trail)."""
    order = _order(session, core.ACT, community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    chain, filed = core.chains()[order.chain], history(session, community_id, order_id)
    actor = (session.scope.actor_id, session.scope.staff_id)
    own, people = workers(session, community_id, order_id, order.holder_id), who_reaches(session, order)
    refused = core.may_review(chain, filed, order.reopened, order.status, session.scope.role, actor, own, people)
    if refused:
        return refused
    if not opinion.strip():
        return Refused("work_orders.say_opinion" if passed else "reviews.say_why", "review.trail")
    settle(session, order, now)
    step = core.stand(chain, filed, order.reopened).next
    clocks = {clock.clause_id: clock for clock in open_clocks(session, order)} if passed else {}
    met = [clocks[clause_id] for clause_id in core.met_by(step, kinds()[order.kind], clocks)]
    for clock in met:
        meet(session, clock, now)
    in_time, late = (tuple(one.clause_id for one in met if (one.met_at <= one.due_at) is kept) for kept in (True, False))
    return _filed(session, now, order, step, "passed" if passed else "returned", opinion, in_time, late)


def send_again(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, note: str) -> Reviewed | Refused:
    """The handler's answer to what a reviewer sent back: the chain begins anew."""
    order = _order(session, "order_accept", community_id, order_id, version)
    if isinstance(order, Refused):
        return order
    filed = history(session, community_id, order_id)
    if refused := core.may_send(core.chains()[order.chain], filed, order.reopened, order.status):
        return refused
    if not note.strip():
        return Refused("reviews.say_what_changed", "review.trail")
    return _filed(session, now, order, filed[-1].step, "sent", note)


def before_finish(session: ScopedSession, order: WorkOrder, given: str | None) -> Refused | None:
    """Step of another command: why the result of `order` may not be given yet; else keeps how it was `given`."""
    if order.chain is None:
        return None
    filed, actor = history(session, order.community_id, order.id), (session.scope.actor_id, session.scope.staff_id)
    refused = core.may_finish(core.chains()[order.chain], filed, order.reopened, actor, order.holder_id, given)
    if refused is None:
        order.given_by = given
    return refused


def _order(session: ScopedSession, permission: str, community_id: UUID, order_id: UUID, version: int) -> WorkOrder | Refused:
    if not may(session.scope.role, permission):
        return Refused("common.not_allowed")
    order = session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))
    if order is None:
        return Refused("common.not_found")
    if order.version != version:
        return Refused("common.changed_meanwhile")
    return order if order.chain else Refused("reviews.no_chain", "review.chain")


def _filed(
    session: ScopedSession, now: datetime, order: WorkOrder, step: str, result: str, said: str, in_time: tuple[str, ...] = (), late: tuple[str, ...] = ()
) -> Reviewed:
    session.add(
        Review(
            community_id=order.community_id, id=uuid7(), work_order_id=order.id, step=step, result=result, round=order.reopened, at=now,
            reviewer_id=session.scope.actor_id, reviewer_staff_id=session.scope.staff_id, handler_id=order.holder_id,
        )  # fmt: skip
    )
    act = core.act_of(step, result)
    put(session, order, act, now, note=said)
    # A new version though no column changes: the second of two who review at once must be told.
    flag_modified(order, "status")
    session.flush()
    waits = core.stand(core.chains()[order.chain], history(session, order.community_id, order.id), order.reopened).next
    file(
        session, f"work_order.{act}", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id, number=order.number, chain=order.chain,
        step=step, result=result, next=waits, met=in_time, late=late,
    )  # fmt: skip
    return Reviewed(order.number, step, result, waits, in_time, late)
