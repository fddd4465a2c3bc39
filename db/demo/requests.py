"""What somebody in the demo has asked another person for: more time, standing still, a protected field, a late entry; and a matter of
somebody who goes first. Through the commands, invented."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, and_, select

from core.calendar import local_day
from core.periods import local_midnight
from core.queue import GROUP
from core.refusals import Refused
from db.commands import changes, extensions, suspensions
from db.commands.care import record_contact
from db.commands.filing import carry_out
from db.commands.work_orders import take_in
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Household
from db.models.residents import Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.clock_state import is_overdue
from db.queries.identity import scope_of
from db.queries.suspensions import waiting as suspensions_of
from db.scope import Scope

LONGER = (("worker1", "subsidy", 3, "需向原单位核实住房情况，回函未到"), ("head", "dispute", 6, "当事人约定今晚到场，需顺延"))
"""Who asks for how much more time, of the first matter of which kind, and why; what the head asks for the street decides."""
STILL = (
    ("subsidy", True, 7, {"reason": "authority", "detail": "等待住建部门核实租赁备案", "evidence": "核查函存根"}),
    ("demand", False, 3, {"reason": "parts", "detail": "井盖和座椅配件已订购，厂家三天内到货", "evidence": "订货单照片存社区"}),
)
"""Of the first matter of which kind that can stand still, the oldest first; whether the head has granted it; days until it goes on."""
RAMP = "单元门前需要无障碍坡道"
NO_PHONE = "到社区大厅"
MOVED = "清源小区6号楼2单元301"
FORGOTTEN = "当日已通话，忘记登记"
AGO = timedelta(minutes=25)


def ask_for_words(engine: Engine, community_id: UUID, now: datetime) -> None:
    """worker1 and head ask; one suspension runs, the rest waits. What the community has no such matter for is left out."""
    scopes = {name: scope_of(engine, name) for name in ("worker1", "head")}
    of = {"now": now - AGO, "community_id": community_id}
    for name, kind, n, why in LONGER:
        _first(carry_out(engine, scopes[name], extensions.ask, **of, order_id=one, n=n, reason=why) for one in reversed(_matters(engine, scopes["worker1"], kind)))
    for kind, granted, days, said in STILL:
        until = local_midnight(local_day(now) + timedelta(days))
        asked = _first(carry_out(engine, scopes["worker1"], suspensions.ask, **of, order_id=one, until=until, **said) for one in _matters(engine, scopes["worker1"], kind))
        if granted and asked:
            _grant(engine, scopes, community_id, asked.number, now)
    _moved(engine, scopes["worker1"], now)
    _entered_late(engine, scopes["worker1"], now)
    _goes_first(engine, scopes["worker1"], community_id, now)


def _first(tried: Iterable):
    """The first that was not refused."""
    return next((one for one in tried if not isinstance(one, Refused)), None)


def _matters(engine: Engine, scope, kind: str) -> list[UUID]:
    query = select(WorkOrder.id).where(WorkOrder.kind == kind, WorkOrder.status == "accepted", WorkOrder.community_id.in_(tuple(scope.communities)))
    with open_session(engine, scope) as session:
        return list(session.scalars(query.order_by(WorkOrder.received_at, WorkOrder.id)))


def _grant(engine: Engine, scopes: dict, community_id: UUID, number: str, now: datetime) -> None:
    with open_session(engine, scopes["head"]) as session:
        [request] = [one for one in suspensions_of(session, now, community_id) if one.number == number]
    carry_out(engine, scopes["head"], suspensions.decide, now=now - AGO / 2, community_id=community_id, suspension_id=request.id, granted=True)


def _moved(engine: Engine, scope, now: datetime) -> None:
    """Somebody moved within the community."""
    with open_session(engine, scope) as session:
        resident_id = session.scalar(select(Resident.id).where(Resident.grid_id.in_(tuple(scope.grids)), Resident.birth_year < now.year - 60).order_by(Resident.id).limit(1))
    if resident_id:
        carry_out(engine, scope, changes.ask, now=now - AGO, resident_id=resident_id, field="address", value=MOVED, reason="随子女搬到同小区")


def _entered_late(engine: Engine, scope: Scope, now: datetime) -> None:
    """A call of a week that is over, entered today."""
    with open_session(engine, scope) as session:
        late = select(Clock.resident_id, Clock.due_at).where(Clock.clause_id == "elder.call", is_overdue(now)).order_by(Clock.due_at, Clock.resident_id)
        one = session.execute(late.limit(1)).first()
    if one:
        said = {"act": "call", "outcome": "reached", "happened_at": one.due_at - timedelta(hours=30), "late_reason": FORGOTTEN}
        carry_out(engine, scope, record_contact, now=now - AGO, resident_id=one.resident_id, **said)


def _goes_first(engine: Engine, scope: Scope, community_id: UUID, now: datetime) -> None:
    """A disabled resident's own matter, linked to their file."""
    home = and_(Household.community_id == Resident.community_id, Household.id == Resident.household_id)
    disabled = select(SpecialGroup.resident_id).where(SpecialGroup.group == GROUP, SpecialGroup.to_date.is_(None))
    query = select(Resident.id, Resident.name, Resident.phone, Household.building_id).join(Household, home).where(Resident.id.in_(disabled))
    with open_session(engine, scope) as session:
        one = session.execute(query.order_by(Resident.id).limit(1)).first()
    if one:
        about = {"applicant": one.name, "contact": one.phone or NO_PHONE, "building_id": one.building_id, "resident_id": one.id}
        carry_out(engine, scope, take_in, now=now - AGO, community_id=community_id, kind="demand", matter=RAMP, **about)
