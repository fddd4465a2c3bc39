"""Late results of synthetic complaints, each explained in writing; what was filed longer ago the street has taken note of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.explanations import ACT, limit_of
from db.commands.work_orders_bulk import Rows
from db.models.explanations import Explanation
from db.types import uuid7

if TYPE_CHECKING:
    from db.demo.community import Builder

WHY = "需物业公司提供记录，等待期间未能及时答复；已向投诉人电话说明"
READ_AFTER = timedelta(days=2)


def explanation_rows(builder: Builder, rows: Rows) -> None:
    """The explanation of a late result, with its line in the trail."""
    order = rows.work_order
    late = [one for one in rows.clocks if one["clause_id"] == limit_of(order["kind"]) and one["met_at"] and one["met_at"] > one["due_at"]]
    for round, clock in enumerate(late):
        at = clock["met_at"]
        seen = at + READ_AFTER if at + READ_AFTER <= builder.now else None
        builder.made.add(
            Explanation, work_order_id=order["id"], clause_id=clock["clause_id"], round=round, text=WHY, filed_at=at, filed_by=None, filed_staff_id=order["holder_id"],
            acknowledged_at=seen, acknowledged_by=None, version=1,
        )  # fmt: skip
        rows.events.append({
            "community_id": order["community_id"], "id": uuid7(), "work_order_id": order["id"], "act": ACT, "happened_at": at, "recorded_at": at, "actor_id": None,
            "from_status": "accepted", "to_status": "accepted", "holder_id": order["holder_id"], "rating": None, "note": None,
        })  # fmt: skip
