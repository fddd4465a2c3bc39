"""Who has an appointment: today or missed, for the lists; of the people shown; and what became of those agreed on in somebody's contacts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from core.appointments import Agreed
from core.calendar import local_day
from db.engine import ScopedSession
from db.models.appointments import Appointment
from db.models.clocks import Clock
from db.queries.clock_state import is_care, is_unclosed

_SAME = and_(Clock.community_id == Appointment.community_id, Clock.subject_id == Appointment.resident_id, Clock.act == Appointment.act)
_COMING = (
    select(Clock.id, Appointment.day, Appointment.at)
    .select_from(Appointment)
    .join(Clock, and_(_SAME, is_unclosed(), is_care()))
    .where(Appointment.community_id.in_(bindparam("communities", expanding=True)), Appointment.ended_at.is_(None), Appointment.day <= bindparam("today"))
    .execution_options(kept=True)
)


def coming(session: ScopedSession, now: datetime) -> dict[UUID, Agreed]:
    """Unclosed clocks in scope whose act was agreed on for today, or earlier and is still waited for. The few there are, are read once a session."""
    key = ("appointments.coming", now)
    if key not in session.info:
        rows = session.execute(_COMING, {"communities": tuple(session.scope.communities), "today": local_day(now)})
        session.info[key] = {clock_id: Agreed(day, at) for clock_id, day, at in rows}
    return session.info[key]


def agreed_with(session: ScopedSession, ids: Collection[UUID]) -> dict[tuple[UUID, str], Agreed]:
    """(resident, act) → the open appointment, of these residents."""
    query = select(Appointment.resident_id, Appointment.act, Appointment.day, Appointment.at)
    rows = session.execute(query.where(Appointment.resident_id.in_(tuple(ids)), Appointment.ended_at.is_(None))) if ids else ()
    return {(resident_id, act): Agreed(day, at) for resident_id, act, day, at in rows}


def agreed_in(session: ScopedSession, contacts: Collection[UUID]) -> dict[UUID, tuple[Agreed, str | None]]:
    """Contact → the appointment made in it and how it ended (core.appointments.ENDS; None: it has not)."""
    query = select(Appointment.contact_id, Appointment.day, Appointment.at, Appointment.ended_as)
    rows = session.execute(query.where(Appointment.contact_id.in_(tuple(contacts)))) if contacts else ()
    return {contact_id: (Agreed(day, at), ended_as) for contact_id, day, at, ended_as in rows}
