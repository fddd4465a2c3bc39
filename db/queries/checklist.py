"""The quarterly checklist: each clause against the rows of a quarter, and the rows that break it.

Every figure comes from db.queries.tallies or from the very statement that lists its rows, so a number and its list can't differ.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import late_entries, measures, plausibility, surveys
from core.calendar import SHANGHAI
from core.care import CLAUSES as CARE
from core.clocks import Tally
from core.measures import Measured, Verdict, percent
from core.packages import CLAUSES
from core.periods import Period, last_day, local_midnight, quarter
from core.rulebook import Clause, Limit, load_rulebook
from db.models.clocks import Clock
from db.queries import checklist_rows as rows_of
from db.queries.calendar import current_calendar
from db.queries.departures import held_counts
from db.queries.late_entries import tally_contacts
from db.queries.ledger import proof_state
from db.queries.packages import ever_recorded
from db.queries.plausibility import untimed
from db.queries.property import CLAUSES as PROVEN
from db.queries.surveys import surveyed
from db.queries.tallies import NOTHING, Count, counts

DAY_UNITS = ("day", "working_day", "month", "year")
SIGNING = "supervision.check"
"""The clause a signature fulfils."""
UNSIGNED = (SIGNING, "tamper_proof")
"""Lines every signature moves by being filed: no part of what it is for. The ledger has its own signed heads."""


@dataclass(frozen=True)
class Line:
    """A clause in a quarter. `due` = met + missed + overdue (open past its limit); `pending`: limit still to come; `provisional`: limits
    reckoned on days without a holiday notice. `value`: the rate, or the number measured; None where nothing was due or measured. `held`: periods that stays in hospital or away took out.
    `values` fill the places of `why`."""

    clause_id: str
    shape: str
    verdict: Verdict
    population: int = 0
    met: int = 0
    missed: int = 0
    overdue: int = 0
    paused: int = 0
    pending: int = 0
    provisional: int = 0
    value: float | None = None
    why: str | None = None
    held: int = 0
    values: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """What the rate divides by."""
        return self.met + self.missed + self.overdue

    @property
    def not_met(self) -> int:
        """How many rows `violations` has to show."""
        return self.missed + self.overdue


@dataclass(frozen=True)
class Checklist:
    """All clauses of sections 1 to 3 and the records that rows can prove, for one community and quarter, in the rulebook's order."""

    community_id: UUID
    quarter: str
    as_of: datetime
    lines: tuple[Line, ...]

    def count(self, verdict: Verdict) -> int:
        """How many clauses have this verdict."""
        return sum(line.verdict == verdict for line in self.lines)

    @property
    def checked(self) -> int:
        """How many clauses could be checked: kept, not kept or nothing due."""
        return len(self.lines) - self.count(Verdict.not_measured)

    def line(self, clause_id: str) -> Line:
        """The line of a clause. Raises KeyError."""
        return {line.clause_id: line for line in self.lines}[clause_id]

    def digest(self) -> str:
        """SHA-256 (hex) over the figures: what a signature under the check is for. Without UNSIGNED."""
        figures = [[line.clause_id, line.verdict, line.population, line.met, line.missed, line.overdue, line.paused, line.value] for line in self.lines if line.clause_id not in UNSIGNED]
        return sha256(json.dumps([str(self.community_id), self.quarter, figures]).encode()).hexdigest()


def checklist(session: Session, now: datetime, community_id: UUID, quarter_key: str) -> Checklist:
    """The checklist of a community in scope. Raises ValueError on a key like 2026-Q5."""
    period = quarter(quarter_key)
    found = counts(session, now, period.start, period.end, Clock.clause_id, community_id=community_id)
    by_clause = {clause_id: count for (clause_id,), count in found.items()}
    unsure, held = _provisional(session, community_id, period), held_counts(session, now, community_id, period.start, period.end)
    lines = []
    for clause in load_rulebook().values():
        if clause.id in PROVEN:
            lines.append(_record_line(session, clause, now, community_id, period))
        elif clause.shape == "clock":
            lines.append(replace(_clock_line(clause, by_clause.get(clause.id, NOTHING), unsure.get(clause.id, 0)), held=held[clause.id]))
        elif clause.id == late_entries.CLAUSE:
            lines.append(_late_line(session, by_clause, now, community_id, period))
        elif clause.shape == "measure" and clause.section == 3:
            lines.append(_measure_line(session, clause, by_clause, now, community_id, period))
        elif clause.id in rows_of.RECORDS or clause.id in (*CLAUSES, *plausibility.CLAUSES):
            lines.append(_record_line(session, clause, now, community_id, period))
    return Checklist(community_id, quarter_key, now, tuple(lines))


def quarters(session: Session, now: datetime, community_id: UUID) -> list[str]:
    """Keys of the quarters the community has clocks in, newest (the running one) first, at most eight."""
    first = session.scalar(select(func.min(Clock.due_at)).where(Clock.community_id == community_id))
    running = quarter(_quarter_key(now))
    keys = [running.key]
    while first and running.start > first and len(keys) < 8:
        running = running.previous()
        keys.append(running.key)
    return keys


def measured(session: Session, by_clause: dict[str, Count], now: datetime, community_id: UUID | None, period: Period, clause_id: str) -> Measured:
    """A clause of section 3; `by_clause` are the counts of the period. Also what the overview shows, over one community or all in scope."""
    day = last_day(now, period)
    if clause_id == "kpi.on_time":
        return measures.on_time({one: count.tally for one, count in by_clause.items()}, day)
    if clause_id == "kpi.mediation":
        settled, of = rows_of.disputes(session, now, community_id, period)
        return measures.share(clause_id, settled, of, day, "measures.why_mediation")
    if clause_id == surveys.CLAUSE and community_id is not None and (found := surveyed(session, community_id, period.key)):
        return measures.satisfaction(found, day, over=now >= period.end)
    if clause_id == "grid.size":
        return measures.each(clause_id, rows_of.grid_sizes(session, community_id).values(), day)
    if clause_id == "grid.posts":
        return measures.each(clause_id, rows_of.grid_posts(session, community_id, day).values(), day)
    if clause_id == "staff.station" and community_id is not None:
        return measures.station(*rows_of.station(session, community_id, day), day)
    return measures.not_measured(clause_id)


def _clock_line(clause: Clause, count: Count, provisional: int) -> Line:
    tally = count.tally
    # A clause no view enforces has no clocks; clocks of it all the same (a newer rulebook) are shown, never hidden.
    verdict = measures.of_clocks(tally) if clause.desk or count.population else Verdict.not_measured
    why = None if verdict != Verdict.not_measured else "measures.why_no_data"
    return Line(clause.id, "clock", verdict, count.population, tally.met, tally.missed, tally.overdue_open, count.paused, count.pending, provisional, tally.rate, why)


def _measure_line(session: Session, clause: Clause, by_clause: dict, now: datetime, community_id: UUID, period: Period) -> Line:
    one = measured(session, by_clause, now, community_id, period, clause.id)
    if clause.id != "kpi.on_time" or not one.of:
        pending = one.values.get("left", 0)
        return Line(clause.id, "measure", one.verdict, one.of + pending, one.good, one.of - one.good, pending=pending, value=one.value, why=one.why, values=one.values)
    ends = [by_clause[clause_id] for clause_id in measures.ending_clauses() & by_clause.keys()]
    tally = measures.total(count.tally for count in ends)
    return Line(
        clause.id, "measure", one.verdict, sum(count.population for count in ends), tally.met, tally.missed, tally.overdue_open,
        sum(count.paused for count in ends), sum(count.pending for count in ends), value=one.value, why=one.why,
    )  # fmt: skip


def _record_line(session: Session, clause: Clause, now: datetime, community_id: UUID, period: Period) -> Line:
    if clause.id in CLAUSES and now > period.end and not ever_recorded(session, community_id, period.last_day):
        return Line(clause.id, "record", Verdict.not_measured, why="packages.why_not_kept")
    good, bad, pending = rows_of.record(session, clause.id, now, community_id, period)
    line = Line(clause.id, "record", measures.of_rows(good, good + bad), good + bad + pending, good, bad, pending=pending, value=Tally(good, bad, 0).rate)
    if clause.id == plausibility.DENSE:
        line = replace(line, values={"untimed": untimed(session, community_id, period)})
    if clause.id == "tamper_proof" and proof_state(session, community_id).faults:
        return replace(line, verdict=Verdict.broken, why="checklist.why_faults")
    return replace(line, why=f"checklist.why_{clause.id.replace('.', '_')}")


def _late_line(session: Session, by_clause: dict[str, Count], now: datetime, community_id: UUID, period: Period) -> Line:
    """Contacts entered after their period: each is decided by another person, in a running quarter it may still be."""
    found = tally_contacts(session, community_id, period)
    met = sum(by_clause.get(one, NOTHING).tally.met for one in {clause_id for own in CARE.values() for clause_id in own})
    said, waiting = found["confirmed"] + found["refused"], found["waiting"]
    bad, pending = (0, waiting) if now <= period.end else (waiting, 0)
    values = found | {"met": met, "late": said + waiting, "share": percent(found["confirmed"] / met if met else None)}
    verdict = measures.of_rows(said, said + bad)
    return Line(late_entries.CLAUSE, "record", verdict, said + waiting, said, bad, pending=pending, value=Tally(said, bad, 0).rate, why="checklist.why_contact_late", values=values)


def _provisional(session: Session, community_id: UUID, period: Period) -> dict[str, int]:
    """Unclosed clocks counted in days whose limit lies past the last holiday notice."""
    last = current_calendar(session).published_through
    if period.last_day <= last:
        return {}
    by_days = [clause.id for clause in load_rulebook().values() if isinstance(clause.values[-1].figure, Limit) and clause.values[-1].figure.unit in DAY_UNITS]
    query = select(Clock.clause_id, func.count()).where(
        Clock.community_id == community_id, Clock.closed_at.is_(None), Clock.clause_id.in_(by_days), Clock.due_at <= period.end,
        Clock.due_at > max(period.start, local_midnight(date.fromordinal(last.toordinal() + 1))),
    )  # fmt: skip
    return dict(session.execute(query.group_by(Clock.clause_id)).all())


def _quarter_key(now: datetime) -> str:
    local = now.astimezone(SHANGHAI)
    return f"{local.year}-Q{(local.month + 2) // 3}"
