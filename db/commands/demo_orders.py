"""What the demo shows of orders beyond their history, filed by the desk's own commands: two complainants of one matter, and the like. Invented."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from core.calendar import local_day
from core.mediation import COUNCIL, NewParty, Word
from core.refusals import Refused
from db.commands import archive, handovers, mediation
from db.commands import work_orders as commands
from db.commands.explanations import explain
from db.commands.filing import carry_out
from db.demo.community import Made
from db.engine import open_session
from db.models.accounts import Account
from db.models.archive import ArchiveFile
from db.models.grids import Building, Household
from db.models.residents import Resident
from db.models.work_orders import WorkOrder
from db.queries.mediation import dispute
from db.scope import Scope


def order_stories(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """What follows, in the first grids of a community."""
    _neighbours(engine, scope, one, now)
    _offered(engine, scope, one, now)
    _archived(engine, scope, one, now)
    _climbed(engine, scope, one, now)
    _reported(engine, scope, one, now)
    _explained(engine, scope, one, now)


def _archived(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """What was followed up is on file; somebody asks worker1 to read an old dispute."""
    carry_out(engine, scope, archive.file_all, now=now - timedelta(hours=3), community_id=one.community_id)
    with open_session(engine, scope) as session:
        scope = replace(scope, actor_id=session.scalar(select(Account.id).where(Account.username == "worker1")))
        join = (ArchiveFile.community_id == WorkOrder.community_id) & (ArchiveFile.work_order_id == WorkOrder.id)
        own = (WorkOrder.community_id == one.community_id, WorkOrder.grid_id == one.grids[0], WorkOrder.kind == "dispute")
        order_id = session.scalar(select(WorkOrder.id).join(ArchiveFile, join).where(*own).order_by(WorkOrder.received_at.desc()).limit(1))
    if order_id:
        said = {"reader": "街道司法所 周立新", "purpose": "核对上次调解的经过和协议", "read_on": local_day(now)}
        _done(engine, scope, archive.ask, now - timedelta(hours=1), community_id=one.community_id, order_id=order_id, **said)


def _offered(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """A colleague has offered worker1 a matter, unless away at that hour: then it is worker1's to work anyway."""
    giver = one.staff.get("worker2")
    with open_session(engine, scope) as session:
        own = (WorkOrder.community_id == one.community_id, WorkOrder.grid_id == one.grids[0], WorkOrder.holder_id == giver, WorkOrder.desk == "grid", WorkOrder.closed_at.is_(None))
        order_id = giver and session.scalar(select(WorkOrder.id).where(*own).order_by(WorkOrder.received_at.desc()).limit(1))
    if order_id:
        about = {"community_id": one.community_id, "order_id": order_id, "to": one.staff["worker1"], "reason": "当事人住在您负责的楼栋，您更熟悉情况"}
        carry_out(engine, replace(scope, staff_id=giver), handovers.offer, now=now - timedelta(minutes=40), **about)


def _neighbours(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """Two neighbours had the same demand: the first one has been told the result, the other not yet."""
    scope, building_id, homes = _in_a_building(engine, scope, one, 0)
    if len(homes) < 2:
        return
    about = {"community_id": one.community_id, "kind": "demand", "matter": "楼道堆放旧家具", "building_id": building_id}
    orders: list[UUID] = []
    for hours, (name, phone) in zip((7, 5), homes, strict=False):
        taken = _done(engine, scope, commands.take_in, now - timedelta(hours=hours), lead_id=next(iter(orders), None), applicant=name, contact=phone, **about)
        orders.append(taken.order_id)
        _act(engine, scope, one, commands.accept, now - timedelta(hours=hours - 0.5), taken.order_id)
    _act(engine, scope, one, commands.finish, now - timedelta(hours=1), orders[0], result="旧家具已由业主清走，楼道恢复畅通", told=True)


def _climbed(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """A dispute about a boundary wasn't settled on the spot, and waits for the residents' council."""
    scope, building_id, homes = _in_a_building(engine, scope, one, 1)
    if len(homes) < 2:
        return
    (name, phone), (other, its_phone) = homes[:2]
    about = {"community_id": one.community_id, "kind": "dispute", "matter": "一楼小院界墙争议", "building_id": building_id}
    order_id = _done(engine, scope, commands.take_in, now - timedelta(hours=26), applicant=name, contact=phone, **about).order_id
    parties = (NewParty(1, name, phone), NewParty(2, other, its_phone))
    _act(engine, scope, one, mediation.register, now - timedelta(hours=25), order_id, parties=parties, way="in_person", boundary=True)
    at = now - timedelta(hours=21)
    with open_session(engine, scope) as session:
        words = {party.id: Word(at - timedelta(hours=2), "phone") for party in dispute(session, at, one.community_id, order_id).parties}
    _act(engine, scope, one, mediation.take, at, order_id, step="session", words=words, text="双方对界墙位置各执一词，其他住户也有意见")
    _act(engine, scope, one, mediation.pass_up, at + timedelta(hours=1), order_id, to=COUNCIL, reason="涉及同单元多户，须居民议事会商议")
    _act(engine, scope, one, mediation.put_paper, now - timedelta(hours=2), order_id, kind="drawing", text="小区1998年规划总图复印件，存社区档案室")


def _reported(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """A dispute with the property company has been reported to the street, with justice office and law firm."""
    scope, building_id, homes = _in_a_building(engine, scope, one, 0)
    if not homes:
        return
    name, phone = homes[-1]
    about = {"community_id": one.community_id, "kind": "dispute_street", "matter": "电梯维修责任与物业费争议", "building_id": building_id}
    order_id = _done(engine, scope, commands.take_in, now - timedelta(hours=49), applicant=name, contact=phone, **about).order_id
    _act(engine, scope, one, mediation.register, now - timedelta(hours=48), order_id, parties=(NewParty(1, name, phone), NewParty(2, "物业公司")), way="phone")
    _act(engine, scope, one, mediation.report, now - timedelta(hours=20), order_id, justice_office="街道司法所王所长", law_firm="鲁衡律师事务所周律师")


def _explained(engine: Engine, scope: Scope, one: Made, now: datetime) -> None:
    """The result of a complaint is late, and the street has been told in writing why."""
    scope, building_id, homes = _in_a_building(engine, scope, one, 0)
    received = now - timedelta(hours=140)
    if homes:
        name, phone = homes[-1]
        about = {"community_id": one.community_id, "kind": "complaint", "matter": "投诉楼道监控损坏无人处理", "building_id": building_id, "channel": "hotline"}
        order_id = _done(engine, scope, commands.take_in, received, applicant=name, contact=phone, **about).order_id
        _act(engine, scope, one, commands.record_step, received + timedelta(minutes=30), order_id, act="contacted")
        why = "监控由设备厂家保修，两次催办后厂家排期后天上门，已先向投诉人电话说明"
        _done(engine, scope, explain, now - timedelta(hours=1), community_id=one.community_id, order_id=order_id, text=why)


def _in_a_building(engine: Engine, scope: Scope, one: Made, grid: int) -> tuple[Scope, UUID, list[tuple[str, str]]]:
    """The scope with worker1 at the desk, the first building of a grid, and some who live there (name, phone), of different homes."""
    with open_session(engine, scope) as session:
        scope = replace(scope, actor_id=session.scalar(select(Account.id).where(Account.username == "worker1")))
        place = (Building.community_id == one.community_id, Building.grid_id == one.grids[min(grid, len(one.grids) - 1)])
        building_id = session.scalar(select(Building.id).where(*place).order_by(Building.walk).limit(1))
        people = select(Resident.name, Resident.phone).join(Household, (Household.community_id == Resident.community_id) & (Household.id == Resident.household_id))
        neighbours = session.execute(people.where(Household.community_id == one.community_id, Household.building_id == building_id).order_by(Resident.id)).all()
    return scope, building_id, list(dict.fromkeys((name, phone) for name, phone in neighbours if phone))[::3]


def _act(engine: Engine, scope: Scope, one: Made, command, now: datetime, order_id: UUID, **said) -> None:
    with open_session(engine, scope) as session:
        version = session.scalar(select(WorkOrder.version).where(WorkOrder.community_id == one.community_id, WorkOrder.id == order_id))
    _done(engine, scope, command, now, community_id=one.community_id, order_id=order_id, version=version, **said)


def _done(engine: Engine, scope: Scope, command, now: datetime, **arguments):
    result = carry_out(engine, scope, command, now=now, **arguments)
    if isinstance(result, Refused):
        raise ValueError(f"the demo tells an impossible story: {result.text('en')}")
    return result

