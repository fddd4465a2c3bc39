"""Cadence clocks of a whole past at once, for imports and the demonstration: the very rows that recording act by act would leave."""

from collections.abc import Sequence
from datetime import date, datetime

from core.cadence import Hold, unrolled
from core.periods import local_midnight
from core.rulebook import Clause, Rulebook, load_rulebook
from db.commands.cadence import Subject, clock_values
from db.types import uuid7


def cadence_rows(
    subject: Subject,
    clause: Clause | str,
    enrolled_on: date,
    contacts: Sequence[datetime],
    now: datetime,
    rulebook: Rulebook | None = None,
    *,
    left_on: date | None = None,
    holds: Sequence[Hold] = (),
) -> list[dict]:
    """The clocks, oldest first, of `clause` for `subject` since the local date `enrolled_on`, swept up to `now`, as dicts for
    `session.execute(insert(Clock), rows)`. `contacts` are the moments (aware, any order, none after `now`) at which its act was done and
    counts. `left_on`: local date of leaving; what was not due by then is void. `holds`: stays away."""
    clause = (rulebook or load_rulebook())[clause] if isinstance(clause, str) else clause
    left_at = local_midnight(left_on) if left_on else None
    moment = min(now, left_at) if left_at else now
    step = unrolled(clause, enrolled_on, sorted(one for one in contacts if one < moment or one == moment and not left_at), moment, holds)
    rows = [clock_values(subject, turn) for turn in step.closed]
    if step.open is not None:
        rows.append(clock_values(subject, step.open) | _ended(step.open.due_at, left_at))
    for row in rows:
        row["id"], row["version"] = uuid7(), 1
    return rows


def _ended(due_at: datetime, left_at: datetime | None) -> dict:
    if left_at is None:
        return {}
    return {"closed_at": left_at, "voided_at": None if due_at <= left_at else left_at}
