"""The sweep: what happens by itself as time passes. Idempotent, and correct however many run at once.

Overdue cadence clocks move on once a further period has ended; residents join the elders on their 60th birthday, leave them when it turns out that they are younger, and leave the
children at 18; what was suspended goes on at its end; finished matters are filed; bills come on the list of reminders to send; whoever or whatever owes an act
without having a clock gets one. One ledger entry per community, if anything changed.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Engine, insert, or_, select

from core.cadence import Hold, first
from core.calendar import local_day
from core.care import ADULT_AGE, BY_AGE, ELDER_AGE, check_age, plan, reached
from core.periods import PERS, period_of
from core.rulebook import load_rulebook
from db.commands import archive, bills, care, duties, suspensions
from db.commands.cadence import Subject, clock_values, open_first, sweep_on
from db.commands.filing import carry_out, file
from db.engine import ScopedSession, open_session
from db.models.clocks import Clock
from db.models.grids import Community
from db.models.residents import Resident, SpecialGroup
from db.queries.clock_state import is_overdue, is_unclosed
from db.queries.departures import all_holds
from db.scope import Scope
from db.types import uuid7


def sweep_all(engine: Engine, now: datetime) -> int:
    """Sweep every community, one transaction each. Returns how many changed."""
    with open_session(engine, None) as session:
        communities = list(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    done = [carry_out(engine, Scope.system({one}, label="sweep"), sweep, now=now, community_id=one) for one in communities]
    return sum(isinstance(one, dict) for one in done)


def sweep(session: ScopedSession, *, now: datetime, community_id: UUID) -> dict[str, int] | None:
    """Command: sweep one community. Returns what changed, by kind; None when nothing did."""
    # Whoever comes second waits here, and then finds nothing left to do.
    session.scalar(select(Community).where(Community.community_id == community_id).with_for_update())
    changes = {
        "joined": _join_elders(session, community_id, now),
        "left": _leave_children(session, community_id, now) + _leave_elders(session, community_id, now),
        # Before moving on: what fell due after somebody left is no miss.
        "settled": _settle_plans(session, community_id, now),
        "archived": archive.file_due(session, community_id, now),
        "suspensions": suspensions.settle_all(session, community_id, now),
        "moved_on": _move_on(session, community_id, now),
        "reminders": bills.list_reminders(session, community_id, now),
        "duties": duties.ensure_duty_clocks(session, community_id, now),
    }
    if not any(changes.values()):
        return None
    file(session, "sweep", now=now, community_id=community_id, subject_kind="community", subject_id=community_id, **changes)
    return changes


def _move_on(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    rulebook = load_rulebook()
    # Only what fell due before the running period of its kind began can have seen a further one end.
    elapsed = {per: period_of(per, now).start for per in PERS}
    by_per = {per: [c.id for c in rulebook.values() if (d := c.on(local_day(now))) and getattr(d.figure, "per", None) == per] for per in PERS}
    late = or_(*(Clock.clause_id.in_(ids) & (Clock.due_at < elapsed[per]) for per, ids in by_per.items() if ids))
    query = select(Clock).where(Clock.community_id == community_id, is_overdue(now), Clock.period_key.is_not(None), late).order_by(Clock.id)
    clocks = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    holds = all_holds(session, community_id) if clocks else {}
    return sum(sweep_on(session, rulebook[clock.clause_id], clock, now, holds.get(clock.subject_id, ())) for clock in clocks if clock.clause_id in rulebook)


def _join_elders(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Whoever has turned 60 and was never an elder here since. Without a date of birth the year decides, once it is over."""
    today = local_day(now)
    elders = (SpecialGroup.community_id == community_id, SpecialGroup.group == "elder")
    # Who was among them too young, by a wrong date of birth, never was (see _leave_elders).
    known = select(SpecialGroup.resident_id).where(*elders, or_(SpecialGroup.to_date.is_(None), SpecialGroup.to_date > SpecialGroup.from_date))
    never = select(SpecialGroup.resident_id, SpecialGroup.from_date).where(*elders, SpecialGroup.to_date == SpecialGroup.from_date).order_by(SpecialGroup.from_date)
    too_young = {resident_id: day for resident_id, day in session.execute(never)}
    people = select(Resident.id, Resident.grid_id, Resident.birth_year, Resident.birth_date)
    of_age = (Resident.community_id == community_id, Resident.left_on.is_(None), Resident.birth_year <= today.year - ELDER_AGE, Resident.id.not_in(known))
    rows = [
        {"community_id": community_id, "id": uuid7(), "grid_id": grid_id, "resident_id": resident_id, "group": "elder", "from_date": day, "basis": BY_AGE, "by_age_on": today}
        for resident_id, grid_id, year, born in session.execute(people.where(*of_age))
        if (day := reached(year, born, ELDER_AGE, today)) is not None and day > too_young.get(resident_id, date.min)
    ]
    if rows:
        session.execute(insert(SpecialGroup), rows)
    return len(rows)


def _leave_elders(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Whoever is not 60 yet, as a date of birth set right since says: they never were among the elders, and owed nothing as such."""
    today = local_day(now)
    elders = (SpecialGroup.group == "elder", SpecialGroup.to_date.is_(None), SpecialGroup.community_id == community_id, Resident.community_id == community_id)
    query = select(Resident.id, Resident.birth_year, Resident.birth_date).join(SpecialGroup, SpecialGroup.resident_id == Resident.id)
    rows = session.execute(query.where(*elders, Resident.birth_year >= today.year - ELDER_AGE))
    young = [one for one, year, born in rows if check_age("elder", year, born, today, today)]
    for resident in session.scalars(select(Resident).where(Resident.id.in_(young)).order_by(Resident.id).with_for_update()).all() if young else ():
        current = care.current_groups(session, resident.id)
        if "elder" in current:
            care.leave(session, resident, current, "elder", current["elder"].from_date, now)
    return len(young)


def _leave_children(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    today = local_day(now)
    children = (SpecialGroup.group == "child", SpecialGroup.to_date.is_(None), SpecialGroup.community_id == community_id)
    query = select(Resident).join(SpecialGroup, SpecialGroup.resident_id == Resident.id).where(*children, Resident.birth_year <= today.year - ADULT_AGE)
    left = 0
    for resident in session.scalars(query.order_by(Resident.id).with_for_update(of=Resident)).all():
        day = reached(resident.birth_year, resident.birth_date, ADULT_AGE, today)
        current = care.current_groups(session, resident.id) if day else {}
        # What somebody else did about them meanwhile is only known now.
        if "child" in current:
            current["child"].by_age_on = today
            care.leave(session, resident, current, "child", day, now)
            left += 1
    return left


def _settle_plans(session: ScopedSession, community_id: UUID, now: datetime) -> int:
    """Residents whose unclosed clocks are not what their groups ask for: of age now, imported, gone, or a clause was repealed."""
    wanted, held = _wanted(session, community_id, now), _held(session, community_id)
    if set(wanted) == held:
        return 0
    wrong = {one for one, _ in set(wanted) ^ held}
    # Contacts recorded meanwhile may have opened some: wait for them, and look again.
    session.execute(select(Resident.id).where(Resident.community_id == community_id, Resident.id.in_(wrong)).order_by(Resident.id).with_for_update()).all()
    held = _held(session, community_id)
    ended = {one for one, _ in held - set(wanted)}
    for resident in session.scalars(select(Resident).where(Resident.community_id == community_id, Resident.id.in_(ended))) if ended else ():
        care.settle_plan(session, resident, local_day(now), now)
    missing = [(subject, clause_id) for (_, clause_id), subject in wanted.items() if (subject.id, clause_id) not in held and subject.id not in ended]
    opened = _open_all(session, missing, local_day(now), all_holds(session, community_id))
    return len(ended | opened)


def _wanted(session: ScopedSession, community_id: UUID, now: datetime) -> dict[tuple[UUID, str], Subject]:
    today = local_day(now)
    current = (SpecialGroup.community_id == community_id, SpecialGroup.to_date.is_(None), or_(Resident.left_on.is_(None), Resident.left_on > today))
    query = select(Resident.id, Resident.grid_id, SpecialGroup.group).join(SpecialGroup, SpecialGroup.resident_id == Resident.id).where(*current)
    groups: dict[Subject, set[str]] = {}
    for resident_id, grid_id, group in session.execute(query):
        groups.setdefault(Subject(community_id, "resident", resident_id, grid_id), set()).add(group)
    plans = {one: [clause.id for clause in plan(one, load_rulebook(), today)] for one in {frozenset(one) for one in groups.values()}}
    return {(subject.id, clause_id): subject for subject, own in groups.items() for clause_id in plans[frozenset(own)]}


def _held(session: ScopedSession, community_id: UUID) -> set[tuple[UUID, str]]:
    own = (Clock.community_id == community_id, Clock.subject_kind == "resident", is_unclosed())
    return {tuple(row) for row in session.execute(select(Clock.subject_id, Clock.clause_id).where(*own))}


def _open_all(session: ScopedSession, missing: list[tuple[Subject, str]], joined: date, holds: dict[UUID, tuple[Hold, ...]]) -> set[UUID]:
    """The first clocks of many at once; whoever had that very period before, or was ever away, gets theirs one by one. Returns whose."""
    rulebook = load_rulebook()
    turns = {clause_id: first(rulebook[clause_id], joined) for clause_id in {one for _, one in missing}}
    had = _had(session, {subject.community_id for subject, _ in missing}, [turn for turn in turns.values() if turn])
    alone = {(subject.id, one) for subject, one in missing if (subject.id, one) in had or subject.id in holds}
    rows = [clock_values(subject, turns[one]) | {"id": uuid7()} for subject, one in missing if turns[one] and (subject.id, one) not in alone]
    if rows:
        session.execute(insert(Clock), rows)
    singly = {subject.id for subject, one in missing if (subject.id, one) in alone and open_first(session, subject, rulebook[one], joined)}
    session.flush()
    return singly | {row["subject_id"] for row in rows}


def _had(session: ScopedSession, communities: set[UUID], turns: list) -> set[tuple[UUID, str]]:
    if not turns:
        return set()
    own = (Clock.community_id.in_(communities), Clock.due_at.in_({turn.due_at for turn in turns}), Clock.clause_id.in_([turn.clause_id for turn in turns]))
    return {tuple(row) for row in session.execute(select(Clock.subject_id, Clock.clause_id).where(*own, Clock.voided_at.is_(None), Clock.closed_at.is_not(None)))}
