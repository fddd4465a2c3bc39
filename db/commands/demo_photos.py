"""What the demo shows of photos, filed by the desk's own commands: two on an order, and a visit with the photo of another. Invented."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from core.files import Upload
from core.periods import period_of
from core.refusals import Refused
from db.commands.files import attach, attach_to_contact
from db.commands.filing import carry_out
from db.demo.community import Made
from db.demo.photos import drawn
from db.engine import open_session
from db.models.accounts import Account
from db.models.residents import Contact
from db.models.work_orders import WorkOrder
from db.scope import Scope

VISITS = (11, 960), (12, 960), (11, 640)
"""Photos of three visits, as seed and width: the third is a smaller copy of the first."""


def photo_stories(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """What follows, by worker1 in the first grid of a community."""
    with open_session(engine, scope) as session:
        scope = replace(scope, actor_id=session.scalar(select(Account.id).where(Account.username == "worker1")))
        orders = (WorkOrder.community_id == one.community_id, WorkOrder.grid_id == one.grids[0], WorkOrder.holder_id == one.staff["worker1"], WorkOrder.status == "accepted")
        order_id = session.scalar(select(WorkOrder.id).where(*orders, WorkOrder.closed_at.is_(None)).order_by(WorkOrder.received_at.desc()).limit(1))
        visits = (Contact.community_id == one.community_id, Contact.grid_id.in_(one.grids[:2]), Contact.act == "visit", Contact.staff_id == one.staff["worker1"])
        this = Contact.happened_at >= period_of("quarter", now).start
        contacts = list(session.scalars(select(Contact.id).where(*visits, this).order_by(Contact.happened_at.desc(), Contact.id).limit(len(VISITS))))
    if order_id:
        uploads = [Upload(f"现场{n}.jpg", drawn(n)) for n in (1, 2)]
        _done(engine, scope, attach, now - timedelta(minutes=50), community_id=one.community_id, order_id=order_id, uploads=uploads, note="现场情况")
    for contact_id, (seed, width) in zip(reversed(contacts), VISITS, strict=False):
        uploads = [Upload("走访.jpg", drawn(seed, width=width))]
        _done(engine, scope, attach_to_contact, now - timedelta(minutes=30), community_id=one.community_id, contact_id=contact_id, uploads=uploads)


def _done(engine: Engine, scope: Scope, command, now: datetime, **said) -> None:
    result = carry_out(engine, scope, command, now=now, **said)
    if isinstance(result, Refused):
        raise RuntimeError(f"the demo's {command.__name__} was refused: {result.text('en')}")
