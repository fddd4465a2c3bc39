"""The demo's survey of the running quarter: drawn some weeks ago, a third asked by the committee so far."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from db.commands.filing import carry_out
from db.commands.surveys import enter, start
from db.engine import open_session
from db.models.accounts import Account
from db.models.surveys import SurveyPerson
from db.scope import Scope

SEED = "2026d3m0"
ANSWERS = (5, 5, 4, 5, None, 5, 4, 4, 5, 2, 5, 4, 5, 5, "refused", 4, 5, 5, 4, 5, 4, 5, 5, None, 4, 5, 5, 4, 5, 5, 4, 5, 5, 4, 5, 5)
"""Ratings in the order drawn; None: not reached. Invented."""


def file_survey(engine: Engine, scope: Scope, community_id: UUID, now: datetime) -> None:
    """Through the commands, as the committee."""
    drawn_at = now - timedelta(days=20)
    with open_session(engine, None) as session:
        member = session.scalar(select(Account.id).where(Account.role == "committee_member").order_by(Account.username).limit(1))
    carry_out(engine, scope, start, now=drawn_at, community_id=community_id, seed=SEED)
    with open_session(engine, scope) as session:
        people = list(session.scalars(select(SurveyPerson.id).where(SurveyPerson.community_id == community_id).order_by(SurveyPerson.place).limit(len(ANSWERS))))
    asks = replace(scope, actor_id=member, role="committee_member", staff_id=None, label="demo")
    for n, (person_id, said) in enumerate(zip(people, ANSWERS, strict=False)):
        outcome = said or "not_reached" if not isinstance(said, int) else "answered"
        rating = said if isinstance(said, int) else None
        carry_out(engine, asks, enter, now=drawn_at + timedelta(days=n // 3 + 1, minutes=25 * (n % 3)), person_id=person_id, version=1, outcome=outcome, rating=rating)
