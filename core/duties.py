"""The recurring duties of grids and of the community: which clauses, who may record them, and what a record must say."""

from datetime import date, datetime

from core.refusals import Refused
from core.rulebook.shapes import Cadence, Rulebook

GRID = ("grid.patrol",)
COMMUNITY = (
    "meeting.party_committee", "meeting.party_joint", "meeting.representatives", "meeting.partners", "supervision.check", "assessment.regular",
    "data.reconcile", "drill.general", "drill.training", "training.staff", "counselling.group", "fund.publish",
    "followup.round", "talk.day", "council.greening", "archive.inspect", "results.publish",
)  # fmt: skip
CLAUSES = GRID + COMMUNITY
"""Section 2 of the rulebook, but for what workers owe one by one (pair.rotate, scorecard.monthly)."""
WITHOUT_ATTENDEES = frozenset({"grid.patrol", "data.reconcile", "fund.publish", "supervision.check", "followup.round", "archive.inspect", "results.publish"})
"""Duties that are no gathering: nobody is counted there."""
_RIGHT = {"grid.patrol": "patrol_record", "supervision.check": "supervision_record"}


ELSEWHERE = {"data.reconcile": "reconciliation"}
"""Duties whose own work fulfils them, and the desk where that is done: no bare record of them."""


def right(clause_id: str) -> str:
    """The act of core.roles that recording this duty takes. What the supervision committee checks, only it can record. WS 三.2"""
    return _RIGHT.get(clause_id, "duty_record")


def of(kind: str, rulebook: Rulebook, day: date) -> tuple[str, ...]:
    """The duties of a 'grid' or a 'community' in force on the local date `day`."""
    known = GRID if kind == "grid" else COMMUNITY
    return tuple(one for one in known if one in rulebook and (dated := rulebook[one].on(day)) and isinstance(dated.figure, Cadence))


def check_record(clause_id: str, in_grid: bool, happened_at: datetime, now: datetime, attendees: int | None) -> Refused | None:
    """Why a duty may not be recorded, or None."""
    if clause_id not in CLAUSES or in_grid != (clause_id in GRID):
        return Refused("duties.no_such_duty")
    if clause_id in ELSEWHERE:
        return Refused("duties.done_elsewhere", clause_id)
    if happened_at > now:
        return Refused("duties.in_future", clause_id)
    if attendees is not None and attendees < 1:
        return Refused("duties.nobody_there", clause_id)
    return None
