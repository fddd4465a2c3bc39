"""What was agreed on in a contact, and what a later one makes of it. Steps of other commands; they file nothing themselves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.appointments import ENDS, Agreed, put_off_until
from core.calendar import local_day
from core.care import LATER, later_at
from core.periods import local_midnight
from db.engine import ScopedSession
from db.models.appointments import Appointment
from db.models.clocks import Clock
from db.models.residents import Contact, Snooze
from db.types import uuid7


def keep_appointment(session: ScopedSession, contact: Contact, standing: Appointment | None, agreed: Agreed | None) -> Agreed | None:
    """The one that stands of that person and act ends as the contact's outcome says (core.appointments.ENDS); a new one is kept where one was agreed on. Returns it."""
    end_standing(standing, contact.outcome, contact.recorded_at if agreed else contact.happened_at, contact.recorded_at)
    if agreed is not None:
        session.flush()  # the contact before what points to it, and the one that ends before the next
        about = {"community_id": contact.community_id, "resident_id": contact.resident_id, "contact_id": contact.id, "act": contact.act}
        session.add(Appointment(id=uuid7(), day=agreed.day, at=agreed.at, made_at=contact.happened_at, **about))
    return agreed


def end_standing(standing: Appointment | None, outcome: str, happened_at: datetime, now: datetime, day_only: bool | None = None) -> None:
    """Ends it if a contact with this outcome does; what is entered late says nothing about what was agreed on after it. Of `day_only` the time is not known: made
    that very day, it ends by what was done on the day agreed on."""
    if standing is None or standing.ended_at is not None or outcome not in ENDS:
        return
    if happened_at >= standing.made_at or day_only and local_day(happened_at) >= standing.day:
        standing.ended_at, standing.ended_as = now, ENDS[outcome]


def end_standing_of(session: ScopedSession, contacts: Sequence[dict], now: datetime) -> None:
    """The same for `contacts` of a ledger (resident_id, act, outcome, happened_at, day_only), in the order in which they happened. The few that stand are read once."""
    query = select(Appointment).where(Appointment.community_id.in_(tuple(session.scope.communities)), Appointment.ended_at.is_(None))
    standing = {(row.resident_id, row.act): row for row in session.scalars(query)}
    for one in contacts if standing else ():
        end_standing(standing.get((one["resident_id"], one["act"])), one["outcome"], one["happened_at"], now, one["day_only"])


def put_off(
    session: ScopedSession, clock: Clock | None, known: Snooze | None, outcome: str, again_at: datetime | None, agreed: Agreed | None, now: datetime
) -> datetime | None:
    """'Call later' takes the act from the lists until then, an appointment until its day (core.appointments.put_off_until); any other outcome puts it back.
    `known`: what was said before."""
    wanted = local_midnight(agreed.day) if agreed else again_at or later_at(LATER[0], now) if outcome == "call_later" else None
    until = put_off_until(clock.due_at, wanted, now) if clock and wanted else None
    if until is None:
        if known is not None:
            known.until_at = min(known.until_at, now)
        return None
    if known is None:
        session.add(Snooze(community_id=clock.community_id, id=uuid7(), clock_id=clock.id, until_at=until))
    else:
        known.until_at = until
    return until
