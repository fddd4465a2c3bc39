"""The roster's commands: put somebody on it, take them off, record a contact, update the file.

Whoever acts locks the resident's row first: two contacts at once count one after the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Date, and_, bindparam, cast, null, or_, select, union_all

from core.appointments import Agreed, check_appointment
from core.cadence import Hold
from core.calendar import local_day
from core.care import CLAUSES, FAILED, GROUPS, check_age, check_contact, check_fields, check_leaving, check_review, counts, plan
from core.clocks import State, deadline_text, state
from core.departures import HOLDS, KINDS
from core.files import Upload
from core.imports.cells import phone_of
from core.late_entries import check_reason, period_over
from core.periods import local_midnight
from core.refusals import Refused
from core.roles import SYSTEM, may
from core.rulebook import Clause, load_rulebook
from db.commands import cadence
from db.commands.appointments import keep_appointment, put_off
from db.commands.attempts import look_at_home
from db.commands.cadence import Subject
from db.commands.files import Owner, put_files, tell
from db.commands.filing import file
from db.commands.late_entries import keep_contact
from db.commands.staff import not_linked
from db.engine import ScopedSession
from db.keys import keyring
from db.models.basis_reviews import BasisReview
from db.models.clocks import Clock
from db.models.grids import Staff
from db.models.residents import Contact, Departure, Resident, SpecialGroup
from db.queries.consents import has_refused
from db.queries.departures import went_into
from db.queries.late_entries import not_refused, owed_and_unmet
from db.types import uuid7

_RIGHT = {"file_update": "care_file_update", "assessment": "care_assess"}


@dataclass(frozen=True)
class Recorded:
    """What a contact did. `clause_id` None: the act is on file but no clause asks for it. `met`: its period is fulfilled with it;
    `done` of `required` acts in that period; `next_due`: when this act is due next (UTC), None when nothing is; `put_off`: it leaves the lists until then;
    `check`: number of the order to look for them at home that this failed attempt made; `to_confirm`: entered after its period, it counts once another person confirms it;
    `agreed`: the appointment made with it."""

    contact_id: UUID
    counted: bool
    clause_id: str | None = None
    done: int = 0
    required: int = 0
    met: bool = False
    next_due: datetime | None = None
    put_off: datetime | None = None
    check: str | None = None
    to_confirm: bool = False
    agreed: Agreed | None = None


def enrol(
    session: ScopedSession,
    *,
    now: datetime,
    resident_id: UUID,
    group: str,
    basis: str | None = None,
    detail: str | None = None,
    from_date: date | None = None,
    next_review: date | None = None,
) -> UUID | Refused:
    """Put a resident into a roster group, as of the local date `from_date` (today); its clocks start today. Returns the membership's id."""
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, "care_file_update") or _may_not_join(session, resident, group, from_date or local_day(now), now) or check_review(next_review, local_day(now))
    if refused:
        return refused
    row = join(session, resident, group, from_date or local_day(now), now, basis=basis, detail=detail, next_review=next_review)
    file(session, "care.enrol", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, basis_given=bool(basis))
    return row.id


def renew_basis(session: ScopedSession, *, now: datetime, resident_id: UUID, group: str, basis: str = "", next_review: date | None = None) -> UUID | Refused:
    """The basis of a membership was looked at again: `basis` replaces the document ("": it was found right), `next_review` is the next day to look (None: none is asked for).
    Who looked when, and what became of it, stays on file. Returns the membership's id; the ledger keeps no document."""
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, "care_file_update") or (Refused("common.not_found") if resident is None else None)
    current = {} if refused else current_groups(session, resident_id)
    refused = refused or (None if group in current else Refused("care.not_in_group"))
    refused = refused or check_review(next_review, local_day(now))
    if refused:
        return refused
    row, replaced = current[group], basis.strip()
    kept = BasisReview(community_id=resident.community_id, id=uuid7(), resident_id=resident.id, group=group, was_due=row.next_review, basis=replaced or None)
    kept.next_review, kept.reviewed_at, kept.staff_id = next_review, now, session.scope.staff_id
    session.add(kept)
    row.basis, row.next_review = replaced or row.basis, next_review
    file(session, "care.renew_basis", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, basis_given=bool(basis.strip()))
    return row.id


def leave_group(session: ScopedSession, *, now: datetime, resident_id: UUID, group: str, to_date: date | None = None) -> Refused | None:
    """Take a resident out of a group as of the local date `to_date` (today); clocks no other group asks for end. For what runs by itself: from a
    desk it takes two (db.commands.changes)."""
    resident = _locked(session, resident_id)
    current = current_groups(session, resident_id) if resident else {}
    refused = None if session.scope.role == SYSTEM else Refused("changes.second_person")
    refused = refused or (None if resident else Refused("common.not_found"))
    refused = refused or (None if group in current else Refused("care.not_in_group"))
    refused = refused or check_leaving(current[group].from_date, to_date or local_day(now), local_day(now))
    if refused:
        return refused
    leave(session, resident, current, group, to_date or local_day(now), now)
    file(session, "care.leave_group", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id)
    return None


def record_contact(
    session: ScopedSession,
    *,
    now: datetime,
    resident_id: UUID,
    act: str,
    outcome: str,
    happened_at: datetime,
    note: str | None = None,
    expected_version: int | None = None,
    again_at: datetime | None = None,
    uploads: Sequence[Upload] = (),
    late_reason: str | None = None,
    agreed: Agreed | None = None,
) -> Recorded | Refused:
    """Record a call, visit, session, assessment or file update. Only outcome 'reached' counts; the others stay on file and the act stays due. What is entered when its
    period is over and not met says why (`late_reason`) and waits for another person (core.late_entries).

    `again_at`: with 'call_later', when to call again (in two hours); `agreed`: with 'agreed', the appointment. The third failed attempt in a row makes an order
    to look at home. `uploads`: photos of it."""
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, _RIGHT.get(act, "care_contact")) or not_linked(session) or _stale(session, resident, expected_version)
    if refused:
        return refused
    known = _known(session, resident_id, act if counts(outcome) else "", happened_at)
    subject = _subject(resident)
    held, snoozes, standing = cadence.unclosed_and_snoozed(session, subject)
    held = settle_plan(session, resident, local_day(now), now, groups=known.current, held=held)
    refused = check_contact(act, outcome, happened_at, now, known.since, resident.left_on) or (_said_before(session, resident, act, happened_at) if known.said else None)
    if refused:
        return refused
    if again_at is not None and again_at <= now:
        return Refused("care.later_is_past")
    agreed = agreed if outcome == "agreed" else None
    refused = check_appointment(agreed, _asking(known.ever, act, now), now) if outcome == "agreed" else None
    if refused:
        return refused
    if uploads and has_refused(session, resident.community_id, resident.id, "photo"):
        return Refused("consents.no_photo")
    contact = _new_contact(session, resident, act, outcome, happened_at, now, note)
    done = _contact(session, contact, subject, known, held, now, late_reason)
    if isinstance(done, Refused):
        return done
    recorded, following = done
    linked = put_files(session, now, Owner(resident.community_id, "contact", recorded.contact_id, contact_id=recorded.contact_id), uploads)
    if isinstance(linked, Refused):
        return linked
    if following is not None and following.id not in snoozes and known.holds:
        _, snoozes, standing = cadence.unclosed_and_snoozed(session, subject)  # periods were given back, not only begun
    agreed = keep_appointment(session, contact, standing.get(act), agreed if following else None)
    later = put_off(session, following, following and snoozes.get(following.id), outcome, again_at, agreed, now)
    recorded = replace(recorded, put_off=later, check=look_at_home(session, resident, now) if outcome in FAILED else None, agreed=agreed)
    file(
        session, "care.record_contact", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id,
        act=act, outcome=outcome, happened_at=happened_at.isoformat(), clause=recorded.clause_id,
        **({"order": recorded.check} if recorded.check else {}), **({"to_confirm": True} if recorded.to_confirm else {}),
        **({"agreed": agreed.moment.isoformat()} if agreed else {}),
    )  # fmt: skip
    tell(session, linked)
    return recorded


def update_file(
    session: ScopedSession,
    *,
    now: datetime,
    resident_id: UUID,
    expected_version: int,
    phone: str | None = None,
    health: str | None = None,
    registered_address: str | None = None,
    detail: str | None = None,
) -> Recorded | Refused:
    """The file was gone through: what is given replaces what stood there, the rest was found right; counts as this quarter's update.

    `detail`: one of core.care.DETAILS, or "" for none, of an elder. Protected fields: db.commands.changes. The ledger names the fields changed, not their contents.
    """
    resident = _locked(session, resident_id)
    refused = _not_allowed(session, "care_file_update") or not_linked(session) or _stale(session, resident, expected_version) or check_fields(phone, detail)
    known = _known(session, resident_id)
    refused = refused or check_contact("file_update", "reached", now, now, known.since, resident.left_on)
    if refused:
        return refused
    held = settle_plan(session, resident, local_day(now), now, groups=known.current)
    changed = _change_fields(session, resident, {"phone": phone, "health": health, "registered_address": registered_address}, detail)
    recorded, _ = _contact(session, _new_contact(session, resident, "file_update", "reached", now, now, None), _subject(resident), known, held, now)
    file(session, "care.update_file", now=now, community_id=resident.community_id, subject_kind="resident", subject_id=resident.id, fields=changed, clause=recorded.clause_id)
    return recorded


def join(session: ScopedSession, resident: Resident, group: str, from_date: date, now: datetime, **particulars) -> SpecialGroup:
    """Step: a membership from `from_date`, and its clocks from today: nothing is due yesterday."""
    row = SpecialGroup(community_id=resident.community_id, id=uuid7(), grid_id=resident.grid_id, resident_id=resident.id, group=group, from_date=from_date, **particulars)
    session.add(row)
    session.flush()
    settle_plan(session, resident, local_day(now), now)
    return row


def leave(session: ScopedSession, resident: Resident, current: dict[str, SpecialGroup], group: str, to_date: date, now: datetime) -> None:
    """Step: the membership ends; the first day without it is `to_date`, or the day it began where that is later: then it never was right. What only it asked for and fell due unmet after
    that is no miss, known or not by then."""
    row = current[group]
    row.to_date = max(to_date, row.from_date)
    session.flush()
    at = min(now, local_midnight(row.to_date))
    cadence.void_after(session, _subject(resident), CLAUSES[group], at)
    settle_plan(session, resident, local_day(now), now, left_at=at)


def settle_plan(
    session: ScopedSession, resident: Resident, joined: date, now: datetime, *,
    left_at: datetime | None = None, groups: Collection[str] | None = None, held: dict[str, Clock] | None = None,
) -> dict[str, Clock] | None:  # fmt: skip
    """Step: the resident's unclosed clocks (`held`) become those its groups (`groups`; both where the caller has read them) ask for. New ones start on `joined`,
    others end at `left_at` (now). Returns the unclosed clocks by clause, None where some have changed: to be read again."""
    rulebook, subject = load_rulebook(), _subject(resident)
    gone = resident.left_on is not None and resident.left_on <= local_day(now)
    groups = () if gone else current_groups(session, resident.id) if groups is None else groups
    wanted = {clause.id: clause for clause in plan(groups, rulebook, joined)}
    held = cadence.unclosed(session, subject) if held is None else held
    at = left_at or (local_midnight(resident.left_on) if gone else now)
    unwanted = [clause_id for clause_id in held if clause_id not in wanted]
    if held.keys() == wanted.keys():
        return held
    if any([cadence.sweep_out(session, rulebook[clause_id], held[clause_id], at) for clause_id in unwanted]):  # each of them, not only the first that changes
        held = cadence.unclosed(session, subject)
    cadence.end(session, (held[clause_id] for clause_id in unwanted), at)
    session.flush()
    for clause_id in wanted.keys() - held.keys():
        cadence.open_first(session, subject, wanted[clause_id], joined)
    session.flush()
    return None


def _new_contact(session: ScopedSession, resident: Resident, act: str, outcome: str, happened_at: datetime, now: datetime, note: str | None) -> Contact:
    contact = Contact(
        community_id=resident.community_id, id=uuid7(), grid_id=resident.grid_id, resident_id=resident.id, act=act, outcome=outcome,
        happened_at=happened_at, recorded_at=now, staff_id=session.scope.staff_id, note=(note or "").strip() or None,
    )  # fmt: skip
    session.add(contact)
    return contact


def _contact(
    session: ScopedSession, contact: Contact, subject: Subject, known: "_Known", held: dict[str, Clock] | None, now: datetime, late_reason: str | None = None
) -> tuple[Recorded, Clock | None] | Refused:
    """What a new contact, not written yet, does, and the unclosed clock of its act afterwards. `held`: the person's unclosed clocks, None: not read."""
    act, happened_at = contact.act, contact.happened_at
    clause = _asking(known.ever, act, happened_at)
    if clause is None:
        return Recorded(contact.id, False), None
    held = cadence.unclosed(session, subject) if held is None else held
    late = period_over(clause, happened_at, now) if counts(contact.outcome) else None
    late = late if late and owed_and_unmet(session, subject.community_id, subject.id, clause.id, happened_at) else None
    if late:
        if refused := check_reason(late_reason):
            return refused
        session.flush()
        keep_contact(session, contact, clause.id, late, late_reason)
    if late or not counts(contact.outcome):
        recorded, following = _recorded(contact.id, clause.id, None, held.get(clause.id), now)
        return replace(recorded, to_confirm=late is not None), following
    clock = cadence.count(session, subject, clause, happened_at, lambda since: _reached(session, subject, contact, since), now, held=held, holds=known.holds)
    still_open = clock is not None and clock.closed_at is None
    return _recorded(contact.id, clause.id, clock, clock if still_open else held.get(clause.id), now)


def _reached(session: ScopedSession, subject: Subject, contact: Contact, since: datetime) -> list[datetime]:
    """When somebody was reached like this since then, `contact` included: it is written with what it changes."""
    with session.no_autoflush:
        found = cadence.contacts_of(session, subject, contact.act, since)
    return [*found, contact.happened_at] if contact in session.new and contact.happened_at >= since else found


def clause_of(session: ScopedSession, resident_id: UUID, act: str, happened_at: datetime) -> Clause | None:
    """The clause that asks for `act` of a resident at that moment, by all groups they ever were in; None: none does."""
    return _asking(_known(session, resident_id).ever, act, happened_at)


def _asking(groups: Collection[str], act: str, happened_at: datetime) -> Clause | None:
    day = local_day(happened_at)
    return next((one for one in plan(groups, load_rulebook(), day) if one.on(day).figure.act == act), None)


def _recorded(contact_id: UUID, clause_id: str, clock: Clock | None, following: Clock | None, now: datetime) -> tuple[Recorded, Clock | None]:
    shown = clock or following
    done, required = (shown.times_done, shown.times_required) if shown else (0, 0)
    met = clock is not None and state(clock, now) == State.met
    return Recorded(contact_id, clock is not None, clause_id, done, required, met, following.due_at if following else None), following


_LOCKED = select(Resident).where(Resident.id == bindparam("resident_id")).with_for_update().execution_options(kept=True)


def _locked(session: ScopedSession, resident_id: UUID) -> Resident | None:
    return session.scalar(_LOCKED, {"resident_id": resident_id})


def _subject(resident: Resident) -> Subject:
    return Subject(resident.community_id, "resident", resident.id, resident.grid_id)


def current_groups(session: ScopedSession, resident_id: UUID) -> dict[str, SpecialGroup]:
    query = select(SpecialGroup).where(SpecialGroup.resident_id == resident_id, SpecialGroup.to_date.is_(None))
    return {row.group: row for row in session.scalars(query)}


@dataclass(frozen=True)
class _Known:
    """The groups somebody is in, all they ever were in, and the day they first joined one; when they were away or gone (kind of core.departures, since, first day back or None);
    whether an act of that very minute, or of that day without a time, is on file, but for one entered late that somebody refused: that one may be entered again."""

    current: tuple[str, ...]
    ever: tuple[str, ...]
    since: date | None
    away: tuple[tuple[str, date, date | None], ...]
    said: bool

    @property
    def holds(self) -> tuple[Hold, ...]:
        """The stays away, the first one first."""
        return tuple((begin, end) for kind, begin, end in self.away if kind in HOLDS)


_SAID = (
    Contact.resident_id == bindparam("resident_id"), Contact.act == bindparam("act"), Contact.outcome == "reached", not_refused(),
    Contact.happened_at >= bindparam("day"), Contact.happened_at < bindparam("after"), or_(Contact.happened_at >= bindparam("minute"), Contact.day_only),
)  # fmt: skip
_KNOWN = union_all(
    select(SpecialGroup.group.label("word"), SpecialGroup.from_date.label("begin"), SpecialGroup.to_date.label("end")).where(SpecialGroup.resident_id == bindparam("resident_id")),
    select(Departure.kind, Departure.from_date, Departure.until_date).where(Departure.resident_id == bindparam("resident_id"), Departure.undone_at.is_(None)),
    select(Contact.act, cast(null(), Date), cast(null(), Date)).where(*_SAID),
).execution_options(kept=True)


def _known(session: ScopedSession, resident_id: UUID, act: str = "", happened_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)) -> _Known:
    """`act`: one that counts, and is asked for in its minute: it counts once."""
    rows = session.execute(_KNOWN, {"resident_id": resident_id, "act": act, **_minute(happened_at)}).all()
    groups = [row for row in rows if row.word in GROUPS]
    away = sorted((tuple(row) for row in rows if row.word in KINDS), key=itemgetter(1))
    since = min((row.begin for row in groups), default=None)
    return _Known(tuple(row.word for row in groups if row.end is None), tuple(row.word for row in groups), since, tuple(away), len(rows) > len(groups) + len(away))


def _minute(moment: datetime) -> dict[str, datetime]:
    begin = moment.replace(second=0, microsecond=0)
    return {"minute": begin, "after": begin + timedelta(minutes=1), "day": local_midnight(local_day(moment))}


def _said_before(session: ScopedSession, resident: Resident, act: str, happened_at: datetime) -> Refused:
    """By whom and when the act of that minute was recorded, or of that day without a time: two who type it in, or one who taps twice, tell of one."""
    query = select(Contact.recorded_at, Staff.name, Contact.day_only).outerjoin(Staff, and_(Staff.community_id == Contact.community_id, Staff.id == Contact.staff_id))
    query = query.where(Contact.community_id == resident.community_id, *_SAID).order_by(Contact.id)
    recorded_at, by, day_only = session.execute(query, {"resident_id": resident.id, "act": act, **_minute(happened_at)}).first()
    return Refused("care.recorded_that_day" if day_only else "care.recorded_before", values={"by": by or "—", "at": deadline_text(recorded_at)})


def _not_allowed(session: ScopedSession, act: str) -> Refused | None:
    return None if may(session.scope.role, act) else Refused("common.not_allowed")


def _stale(session: ScopedSession, resident: Resident | None, expected_version: int | None) -> Refused | None:
    if resident is None:
        return Refused("common.not_found")
    if resident.left_on is not None and went_into(session, [resident.id]):
        return Refused("merges.went")
    return Refused("common.changed_meanwhile") if expected_version not in (None, resident.version) else None


def _may_not_join(session: ScopedSession, resident: Resident | None, group: str, from_date: date, now: datetime) -> Refused | None:
    if resident is None:
        return Refused("common.not_found")
    if group not in GROUPS:
        return Refused("care.no_such_group")
    if from_date > local_day(now):
        return Refused("care.in_future")
    if resident.left_on is not None:
        return Refused("care.has_left", values={"day": resident.left_on.isoformat()})
    if group in current_groups(session, resident.id):
        return Refused("care.already_in_group")
    return check_age(group, resident.birth_year, resident.birth_date, from_date, local_day(now))


def _change_fields(session: ScopedSession, resident: Resident, fields: dict[str, str | None], detail: str | None) -> list[str]:
    wanted = {name: value.strip() for name, value in fields.items() if value and value.strip()}
    if "phone" in wanted:
        wanted["phone"] = phone_of(wanted["phone"])
    changed = [name for name, value in wanted.items() if value != getattr(resident, name)]
    for name in changed:
        setattr(resident, name, wanted[name])
    if "phone" in changed:
        resident.phone_index = keyring().blind_index(resident.phone, "resident.phone")
    elder = current_groups(session, resident.id).get("elder")
    if detail is not None and elder is not None and (elder.detail or "") != detail:
        elder.detail = detail or None
        changed.append("detail")
    return changed
