"""Who goes first in the queue (service.priority): disabled residents on the roster, where an order says that it is theirs."""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from core.queue import GROUP
from db.engine import ScopedSession
from db.models.residents import SpecialGroup

FEW = 200
"""So many at most are put before others."""


def ahead(session: ScopedSession, model: type, conditions: list[ColumnElement[bool]], by: InstrumentedAttribute) -> list[UUID]:
    """Ids of the clocks or orders (`model`) under `conditions` whose applicant goes first, in the order of `by`. Nobody, for a role that reaches no
    residents: that somebody goes first says something about them."""
    if not session.scope.people:
        return []
    own = (SpecialGroup.community_id.in_(tuple(session.scope.communities)), SpecialGroup.group == GROUP, SpecialGroup.to_date.is_(None))
    theirs = (model.resident_id.is_not(None), model.closed_at.is_(None), model.resident_id.in_(select(SpecialGroup.resident_id).where(*own)))
    return list(session.scalars(select(model.id).where(*conditions, *theirs).order_by(by, model.id).limit(FEW)))
