"""Synthetic disputes: who was on each side, how they climbed the ladder, who was told and came, how they ended. Invented, from a seed of their own."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from core.mediation import COUNCIL, ON_THE_SPOT, PASS_UP, RUNGS, STREET, WAYS, clause_of
from db.commands.clocks import stamp
from db.commands.work_orders_bulk import Rows
from db.models.mediation import Mediation, MediationPaper, MediationParty, MediationStep, MediationWord
from db.types import uuid7

if TYPE_CHECKING:
    from db.demo.community import Builder

UNSETTLED, UNVISITED, ABSENT = 0.12, 0.04, 0.06
"""Shares of what climbed and was not settled, of finished disputes not visited, of parties who did not come: defaults of the demo."""
UP_AFTER = {COUNCIL: timedelta(hours=5), STREET: timedelta(hours=29)}
WHY_UP = {COUNCIL: "涉及多户，现场未能化解", STREET: "涉及物业公司，议事会难以化解"}
SAID = {"session": "双方陈述，网格员居中调解", "council": "居民议事会听取各方意见", "agreement": "双方各退一步，互不再追究", "visit": "双方表示满意"}


def dispute_rows(builder: Builder, rows: Rows) -> None:
    """The way up of a dispute, its parties and its trail."""
    order = rows.work_order
    if order["kind"] not in RUNGS or order["accepted_at"] is None:
        return
    chance = random.Random(f"dispute {order['number']}")
    _climb(builder, rows)
    trail = _Trail(builder, order, chance)
    for step in ("registered", "dispatched"):
        trail.step(step, order["accepted_at"], 0)
    settled = order["kind"] == ON_THE_SPOT or chance.random() >= UNSETTLED
    order["outcome"] = ("settled" if settled else "not_settled") if order["finished_at"] else None
    round, held = 0, None
    for event in sorted(rows.events, key=lambda one: one["happened_at"]):
        if event["act"] == "council_held":
            held = event["happened_at"]
            trail.step("council", held, round, heads="王楼长", members="刘党员")
        elif event["act"] == "finish":
            at = event["happened_at"]
            if held is None:
                trail.step("session", max(order["accepted_at"], at - timedelta(hours=1)), round)
            if settled:
                trail.step("agreement", at, round)
        elif event["act"] == "follow_up":
            if chance.random() >= UNVISITED:
                trail.step("visit", event["happened_at"], round)
            round, held = (round + 1, None) if event["to_status"] == "accepted" else (round, held)
        elif event["act"] == "reported_street":
            trail.joined(event["happened_at"])


def _climb(builder: Builder, rows: Rows) -> None:
    """What lies on a higher rung by now was found on the lowest one, and passed up before its limits there."""
    order = rows.work_order
    for below, above in zip(RUNGS, RUNGS[1 : RUNGS.index(order["kind"]) + 1], strict=False):
        at, received = order["received_at"] + UP_AFTER[above], order["received_at"]
        stamped = stamp(builder.rulebook[clause_of(below)], received, builder.calendar)
        acts = [one["happened_at"] for one in rows.events if one["act"] in ("council_held", "reported_street", "finish")]
        if at > builder.now or at > stamped.due_at or at < order["accepted_at"] or any(at > one for one in acts):
            return
        clock = rows.clocks[0] | {"id": uuid7(), "clause_id": clause_of(below), "effective_from": stamped.effective_from, "warn_at": stamped.warn_at, "due_at": stamped.due_at}
        clock |= {"started_at": received, "times_done": 0, "paused_at": None, "met_at": None, "voided_at": at, "closed_at": at}
        rows.clocks.append(clock)
        rows.events.append(_line(order, at, WHY_UP[above]))


def _line(order: dict, at: datetime, note: str) -> dict:
    return {
        "community_id": order["community_id"], "id": uuid7(), "work_order_id": order["id"], "act": PASS_UP, "happened_at": at, "recorded_at": at, "actor_id": None,
        "from_status": "accepted", "to_status": "accepted", "holder_id": order["holder_id"], "rating": None, "note": note,
    }  # fmt: skip


class _Trail:
    """Rows of one dispute: its two parties, and its key steps with a word about each."""

    def __init__(self, builder: Builder, order: dict, chance: random.Random):
        self.add, self.order, self.chance = builder.made.add, order, chance
        home, _, _ = chance.choice(builder.households)
        other = "物业公司" if order["kind"] == STREET else home.people[0].name
        phones = (order["contact"], None if order["kind"] == STREET else home.people[0].phone)
        self.add(Mediation, work_order_id=order["id"], boundary=False, court=False, version=1)
        self.parties: list[UUID] = [
            self.add(MediationParty, work_order_id=order["id"], side=side, name=name, contact=phone, recorded_at=order["accepted_at"])
            for side, (name, phone) in enumerate(zip((order["applicant"], other), phones, strict=True), start=1)
        ]

    def step(self, step: str, at: datetime, round: int, heads: str | None = None, members: str | None = None) -> None:
        chance, desk = self.chance, step not in SAID
        step_id = self.add(
            MediationStep, work_order_id=self.order["id"], step=step, round=round, happened_at=at, recorded_at=at, actor_id=None, staff_id=self.order["holder_id"],
            text=SAID.get(step), heads=heads, members=members,
        )  # fmt: skip
        told_at = at if desk or step == "agreement" else max(self.order["accepted_at"], at - timedelta(hours=chance.randint(1, 8)))
        for party_id in self.parties:
            came = None if desk else chance.random() >= ABSENT
            self.add(MediationWord, step_id=step_id, party_id=party_id, told_at=told_at, way=chance.choice(WAYS), present=came, reason=None if came in (None, True) else "外出，电话表示同意")

    def joined(self, at: datetime) -> None:
        for kind, text in (("justice_office", "街道司法所王所长"), ("law_firm", "鲁衡律师事务所周律师")):
            self.add(MediationPaper, work_order_id=self.order["id"], kind=kind, party_id=None, dated=at.date(), text=text, recorded_at=at, actor_id=None)
