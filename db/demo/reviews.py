"""Review chains of synthetic matters: since the running quarter each step of a matter's chain is on file, by somebody other than its handler."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from core.periods import period_of
from core.reviews import MEETS, chains
from db.commands.work_orders_bulk import Rows
from db.types import uuid7

if TYPE_CHECKING:
    from db.demo.community import Builder

OPINIONS = {"first_review": "材料齐全，情况属实", "second_review": "符合条件", "approval": "同意"}


def review_rows(builder: Builder, rows: Rows) -> list[dict]:
    """The reviews of a matter's chain, with their lines in its trail. What came in before the quarter, was reopened, or lies with the station head
    has no chain: nobody was left to review it, or nobody did so then."""
    order = rows.work_order
    people = _reviewers(builder, order["holder_id"])
    recent = order["received_at"] >= period_of("quarter", builder.now).start
    if not recent or order["reopened"] or order["grid_id"] is None or len(people) < 2:
        order["chain"] = None
    if not order["chain"] or order["accepted_at"] is None:
        return []
    chain = chains()[order["chain"]]
    order["given_by"] = chain.tells[0] if order["finished_at"] else None
    made, since = [], order["accepted_at"]
    for number, step in enumerate(chain.steps):
        event = next((one for one in rows.events if one["act"] == MEETS.get(step)), None)
        if event is None and order["finished_at"] is None:
            break
        at = max(event["happened_at"], since) if event else _between(since, order["finished_at"], len(chain.steps) - number)
        made.append(_row(order, step, at, people[number] if step != "approval" else builder.made.staff["head"]))
        since = at
        if event:
            event["act"], event["note"] = step, event["note"] or OPINIONS[step]
        else:
            rows.events.append(_line(order, step, at))
    return made


def _reviewers(builder: Builder, holder_id: UUID | None) -> list[UUID]:
    """The other workers, whoever shares the handler's grids first."""
    at = builder.workers.index(holder_id) if holder_id in builder.workers else 0
    near = [builder.workers[min(at ^ 1, len(builder.workers) - 1)]]
    return [*(one for one in near if one != holder_id), *(one for one in builder.workers if one not in (holder_id, *near))]


def _between(since: datetime, end: datetime, left: int) -> datetime:
    return since + (end - since) / (left + 1)


def _row(order: dict, step: str, at: datetime, staff_id: UUID) -> dict:
    return {
        "community_id": order["community_id"], "id": uuid7(), "work_order_id": order["id"], "step": step, "result": "passed", "round": 0, "at": at,
        "reviewer_id": None, "reviewer_staff_id": staff_id, "handler_id": order["holder_id"],
    }  # fmt: skip


def _line(order: dict, step: str, at: datetime) -> dict:
    return {
        "community_id": order["community_id"], "id": uuid7(), "work_order_id": order["id"], "act": step, "happened_at": at, "recorded_at": at, "actor_id": None,
        "from_status": "accepted", "to_status": "accepted", "holder_id": order["holder_id"], "rating": None, "note": OPINIONS[step],
    }  # fmt: skip
