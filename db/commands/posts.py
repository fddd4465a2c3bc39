"""Somebody joins the staff, takes a grid's post, gives it up, leaves, or has not left after all. Each command is one transaction with one ledger entry, and writes the
rows that a ledger of staff and posts would (db.queries.imports.people): what was given to somebody stays theirs until it is handed over.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from core.calendar import local_day
from core.posts import CERTIFICATES, KINDS, POSTS, check_end, check_leave, check_new, check_take, person_of, until_taken
from core.refusals import Refused
from core.roles import may
from db.commands.filing import file
from db.engine import ScopedSession
from db.keys import keyring
from db.models.grids import Grid, Post, Staff
from db.queries.staff import Consequences, consequences
from db.types import uuid7


@dataclass(frozen=True)
class Changed:
    """What was changed, of whom, and what follows; `before`: who stood there until then."""

    staff_id: UUID
    name: str
    follows: Consequences
    before: str | None = None


def hire(session: ScopedSession, *, now: datetime, community_id: UUID, name: str, kind: str, phone: str = "", certificate: str | None = None) -> UUID | Refused:
    """Somebody joins the staff; their id. Raises ValueError for a kind or certificate that there is not."""
    if kind not in KINDS or certificate not in (None, *CERTIFICATES):
        raise ValueError(f"{kind!r}, {certificate!r}: one of {', '.join(KINDS)} and of {', '.join(CERTIFICATES)}")
    if not may(session.scope.role, "staff_manage"):
        return Refused("common.not_allowed")
    person = person_of(name, phone)
    if isinstance(person, Refused):
        return person
    same = session.execute(select(Staff.phone, Staff.left_on).where(Staff.community_id == community_id, Staff.name == person[0]))
    if refused := check_new(*person, [tuple(one) for one in same], local_day(now)):
        return refused
    index = keyring().blind_index(person[1], "staff.phone") if person[1] else None
    row = Staff(community_id=community_id, id=uuid7(), name=person[0], kind=kind, phone=person[1], phone_index=index, certificate=certificate)
    session.add(row)
    _file(session, "staff.hire", now, row, kind=kind)
    return row.id


def take_post(session: ScopedSession, *, now: datetime, community_id: UUID, staff_id: UUID, grid_id: UUID, post: str, since: date) -> Changed | Refused:
    """Somebody stands at a post of a grid from the local date `since` on; whoever stands there doesn't any more. Raises ValueError for another post."""
    if post not in POSTS:
        raise ValueError(f"{post!r} is no post: one of {', '.join(POSTS)}")
    person = _person(session, community_id, staff_id)
    if isinstance(person, Refused):
        return person
    # Whoever gives the same post at once waits here.
    grid = session.scalar(select(Grid).where(Grid.community_id == community_id, Grid.id == grid_id).with_for_update())
    if grid is None:
        return Refused("common.not_found")
    own = (Post.community_id == community_id, Post.grid_id == grid_id, Post.post == post)
    held = session.scalars(select(Post).where(*own, or_(Post.to_date.is_(None), Post.to_date > since)).order_by(Post.from_date)).all()
    present = next((one for one in held if one.to_date is None), None)
    if present and present.staff_id == staff_id:
        return Refused("posts.holds_it", values={"name": person.name, "day": present.from_date.isoformat()})
    until = max((one.to_date for one in held if one.to_date), default=None)
    if refused := check_take(since, local_day(now), person.left_on, person.name, present and present.from_date, until):
        return refused
    if present:
        present.to_date = until_taken(present.from_date, since)
    session.add(Post(community_id=community_id, id=uuid7(), grid_id=grid_id, post=post, staff_id=staff_id, from_date=since))
    session.flush()
    before = present and session.scalar(select(Staff.name).where(Staff.community_id == community_id, Staff.id == present.staff_id))
    _file(session, "staff.take_post", now, person, grid=grid_id, post=post, since=since.isoformat(), before=present and present.staff_id)
    return Changed(staff_id, person.name, consequences(session, now, community_id, {grid_id}, since, {staff_id, *([present.staff_id] if present else [])}), before)


def end_post(session: ScopedSession, *, now: datetime, community_id: UUID, post_id: UUID, to_date: date) -> Changed | Refused:
    """Somebody gives a post up; `to_date` is the first day without it. Nobody stands there then, until somebody takes it."""
    if not may(session.scope.role, "staff_manage"):
        return Refused("common.not_allowed")
    row = session.scalar(select(Post).where(Post.community_id == community_id, Post.id == post_id).with_for_update())
    person = _person(session, community_id, row.staff_id) if row else Refused("common.not_found")
    refused = person if isinstance(person, Refused) else check_end(row.from_date, to_date, row.to_date, local_day(now))
    if refused:
        return refused
    row.to_date = to_date
    session.flush()
    _file(session, "staff.end_post", now, person, grid=row.grid_id, post=row.post, until=to_date.isoformat())
    return Changed(person.id, person.name, consequences(session, now, community_id, {row.grid_id}, to_date, {person.id}))


def leave(session: ScopedSession, *, now: datetime, community_id: UUID, staff_id: UUID, left_on: date) -> Changed | Refused:
    """Somebody leaves the staff; `left_on` is the first day they are not here. Their posts are nobody's from then on, as with a ledger's date of leaving."""
    person = _person(session, community_id, staff_id)
    if isinstance(person, Refused):
        return person
    own = (Post.community_id == community_id, Post.staff_id == staff_id, or_(Post.to_date.is_(None), Post.to_date > left_on))
    held = session.execute(select(Post.grid_id, Post.from_date).where(*own)).all()
    if refused := check_leave(person.name, left_on, local_day(now), person.left_on, [one.from_date for one in held]):
        return refused
    person.left_on = left_on
    session.flush()
    _file(session, "staff.leave", now, person, left_on=left_on.isoformat())
    return Changed(staff_id, person.name, consequences(session, now, community_id, {one.grid_id for one in held}, left_on, {staff_id}, gone=person))


def stay(session: ScopedSession, *, now: datetime, community_id: UUID, staff_id: UUID) -> Changed | Refused:
    """Somebody has not left, or is back: the posts that nobody has taken meanwhile are theirs again."""
    person = _person(session, community_id, staff_id)
    if isinstance(person, Refused):
        return person
    if person.left_on is None:
        return Refused("common.changed_meanwhile")
    before, person.left_on = person.left_on, None
    session.flush()
    _file(session, "staff.stay", now, person, left_on=before.isoformat())
    return Changed(staff_id, person.name, Consequences())


def _person(session: ScopedSession, community_id: UUID, staff_id: UUID) -> Staff | Refused:
    """The member of staff, held, if the actor may change who stands where."""
    if not may(session.scope.role, "staff_manage"):
        return Refused("common.not_allowed")
    return session.scalar(select(Staff).where(Staff.community_id == community_id, Staff.id == staff_id).with_for_update()) or Refused("common.not_found")


def _file(session: ScopedSession, command: str, now: datetime, person: Staff, **facts) -> None:
    file(session, command, now=now, community_id=person.community_id, subject_kind="staff", subject_id=person.id, **facts)
