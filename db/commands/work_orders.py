"""Take in, work, finish and follow up an order. Each command is one transaction with one ledger entry; core.work_orders decides.

`version` is the order's version as the page showed it: if somebody else has changed it since, the answer is
Refused("common.changed_meanwhile"). `happened_at` None: now. No personal data goes to the ledger, neither names nor notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core.calendar import SHANGHAI
from core.catalogue import Item
from core.catalogue.notices import note_of
from core.late_entries import needs_another
from core.refusals import Refused
from core.roles import may
from core.work_orders import CHANNELS, CONTACTS, NOTES, OPINIONS, STEPS, SUPPLEMENT, Dispatch, Kind, Step, decide, dispatch, kinds, number, register, standing_of
from db.commands.clocks import meet, open_clocks, open_deadline, pause, resume, void
from db.commands.filing import file
from db.commands.handovers import lapse
from db.commands.joinings import before_act, join_new
from db.commands.late_entries import keep
from db.commands.reviews import before_finish
from db.commands.suspensions import close, settle
from db.commands.work_orders_bulk import order_changes
from db.engine import ScopedSession
from db.models.clocks import Clock
from db.models.grids import Building, Community, Household, Staff
from db.models.residents import Resident
from db.models.work_orders import WorkOrder, WorkOrderEvent
from db.queries.catalogue import entry
from db.queries.mediation import barred
from db.queries.posts import bench
from db.types import uuid7


@dataclass(frozen=True)
class TakenIn:
    """The answer to who brought the matter: its number, who has it (`holder` None: nobody yet), why, and what is due when (clause id, UTC). `missing`:
    the papers they were told about at once."""

    order_id: UUID
    number: str
    holder: str | None
    reason: str
    due: tuple[tuple[str, datetime], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """A step that was carried out: where the order stands now, clauses met in time and too late. `to_confirm`: those it says were kept in
    time, of which another person must say so too (core.late_entries)."""

    number: str
    status: str
    in_time: tuple[str, ...]
    late: tuple[str, ...]
    to_confirm: tuple[str, ...] = ()


def take_in(
    session: ScopedSession,
    *,
    now: datetime,
    community_id: UUID,
    kind: str = "",
    matter: str,
    applicant: str,
    contact: str,
    received_at: datetime | None = None,
    channel: str = "hall",
    building_id: UUID | None = None,
    resident_id: UUID | None = None,
    detail: str | None = None,
    item: str | None = None, missing: Sequence[str] = (), lead_id: UUID | None = None,
) -> TakenIn | Refused:  # fmt: skip
    """Register a matter (register.fields) and send it to who is responsible (dispatch.auto). `item` of the catalogue decides kind and review
    chain; which of its papers are `missing` (in Chinese) is told at once (materials.once). `lead_id`: the order it belongs to (core.joinings).
    Raises ValueError for an unknown channel."""
    if not may(session.scope.role, "order_take_in"):
        return Refused("common.not_allowed")
    if channel not in CHANNELS:
        raise ValueError(f"{channel!r} is no channel: one of {', '.join(CHANNELS)}")
    received_at = received_at or now
    listed = _offered(session, community_id, item, missing)
    if isinstance(listed, Refused):
        return listed
    known = register(listed.kind if listed else kind, {"matter": matter, "applicant": applicant, "contact": contact}, received_at, now)
    if isinstance(known, Refused):
        return known
    if resident_id and not session.scalar(select(Resident.id).where(Resident.community_id == community_id, Resident.id == resident_id)):
        return Refused("common.not_found")
    building = _building(session, community_id, building_id)
    if building_id and building is None:
        return Refused("work_orders.no_building")
    grid_id = building and building.grid_id
    if missing and session.scope.grids is not None and grid_id not in session.scope.grids:
        return Refused("catalogue.not_your_grid", "materials.once")
    sent = dispatch(known, bench(session, community_id, grid_id, now))
    order = WorkOrder(
        community_id=community_id, id=uuid7(), grid_id=grid_id, desk=sent.desk, number=_next_number(session, community_id, received_at),
        kind=known.id, category=known.category, channel=channel, matter=matter.strip(), detail=(detail or "").strip() or None, item=item, chain=listed and listed.chain,
        applicant=applicant.strip(), contact=contact.strip(), resident_id=resident_id, building_id=building_id, status="taken_in",
        holder_id=sent.holder_id, first_asked_id=session.scope.staff_id or sent.holder_id, received_at=received_at, recorded_at=now,
    )  # fmt: skip
    return _file_new(session, now, order, known, sent, tuple(missing), lead_id)


def _offered(session: ScopedSession, community_id: UUID, item: str | None, missing: Sequence[str]) -> Item | Refused | None:
    """The item a matter is taken in by, as the community has it; None: by no item."""
    if item is None:
        return Refused("catalogue.not_on_the_list", "materials.once") if missing else None
    found = entry(session, community_id, item)
    if found is None or found.withdrawn:
        return Refused("catalogue.not_offered")
    if set(missing) - {one["zh"] for one in found.item.materials}:
        return Refused("catalogue.not_on_the_list", "materials.once")
    return found.item


def take_in_by_itself(session: ScopedSession, *, now: datetime, kind: str, matter: str, resident: Resident) -> WorkOrder:
    """Step of another command: an order about a resident that nobody asked for, sent to who is responsible."""
    home = session.scalar(select(Household.building_id).where(Household.community_id == resident.community_id, Household.id == resident.household_id))
    return take_in_unasked(
        session, now=now, community_id=resident.community_id, grid_id=resident.grid_id, kind=kind, matter=matter, applicant=resident.name, contact=resident.phone,
        resident_id=resident.id, building_id=home,
    )  # fmt: skip


def take_in_unasked(
    session: ScopedSession, *, now: datetime, community_id: UUID, grid_id: UUID | None, kind: str, matter: str, applicant: str, contact: str | None, channel: str = "phone", **about
) -> WorkOrder:
    """Step of another command: an order in a grid that nobody asked for, sent to who is responsible. `about`: resident_id, building_id, detail."""
    known = kinds()[kind]
    sent = dispatch(known, bench(session, community_id, grid_id, now))
    order = WorkOrder(
        community_id=community_id, id=uuid7(), grid_id=grid_id, desk=sent.desk, number=_next_number(session, community_id, now), kind=kind, category=known.category,
        channel=channel, matter=matter, applicant=applicant, contact=contact, status="taken_in", holder_id=sent.holder_id, first_asked_id=sent.holder_id,
        received_at=now, recorded_at=now, **about,
    )  # fmt: skip
    _put(session, now, order, known)
    return order


def _put(session: ScopedSession, now: datetime, order: WorkOrder, kind: Kind) -> list[Clock | None]:
    session.add(order)
    session.flush()
    clocks = [open_deadline(session, clause_id, order, order.received_at) for clause_id in kind.starting("received")]
    _event(session, order, "take_in", order.received_at, now, None)
    return clocks


def _file_new(
    session: ScopedSession, now: datetime, order: WorkOrder, kind: Kind, sent: Dispatch, missing: tuple[str, ...], lead_id: UUID | None
) -> TakenIn | Refused:
    clocks = _put(session, now, order, kind)
    joined = join_new(session, now, order, lead_id) if lead_id else None
    if isinstance(joined, Refused):
        return joined
    for act, note in (("accept", ""), ("ask_materials", note_of(missing))) if missing else ():
        done = take_step(session, order, act, now, now, note)
        if isinstance(done, Refused):
            return done
    if missing:
        clocks = [clock for clock in open_clocks(session, order) if clock.paused_at is None]
    file(
        session, "work_order.take_in", now=now, community_id=order.community_id, subject_kind="work_order", subject_id=order.id,
        number=order.number, kind=order.kind, received_at=order.received_at.isoformat(), holder=order.holder_id, reason=sent.reason,
        **({"item": order.item, "missing": len(missing)} if order.item else {}), **({"lead": joined.lead} if joined else {}),
    )  # fmt: skip
    holder = sent.holder_id and session.scalar(select(Staff.name).where(Staff.community_id == order.community_id, Staff.id == sent.holder_id))
    due = sorted((clock.due_at, clock.clause_id) for clock in clocks if clock)
    return TakenIn(order.id, order.number, holder, sent.reason, tuple((clause_id, at) for at, clause_id in due), missing)


def accept(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, happened_at: datetime | None = None) -> Done | Refused:
    """Accept a matter: clocks that run from acceptance start."""
    return _carry(session, "order_accept", "accept", now, community_id, order_id, version, happened_at)


def record_step(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, act: str, happened_at: datetime | None = None, note: str = ""
) -> Done | Refused:
    """Record an act of core.work_orders.STEPS: staff on site, complainant contacted, first review done, … Raises ValueError for another. A first
    contact is one by a person: nobody at a desk, no contact."""
    if act not in STEPS:
        raise ValueError(f"{act!r} is no step: one of {', '.join(STEPS)}")
    if act in CONTACTS and session.scope.actor_id is None:
        return Refused("work_orders.by_a_person", CONTACTS[act])
    return _carry(session, "order_accept", act, now, community_id, order_id, version, happened_at, note)


def record_note(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, act: str, text: str, happened_at: datetime | None = None
) -> Done | Refused:
    """Put a note of the office, or a text or automatic message to the resident, on record (core.work_orders.NOTES): it meets no clock. Raises
    ValueError for another act."""
    if act not in NOTES:
        raise ValueError(f"{act!r} is no note: one of {', '.join(NOTES)}")
    return _carry(session, "order_accept", act, now, community_id, order_id, version, happened_at, text)


def ask_materials(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, missing: str, happened_at: datetime | None = None
) -> Done | Refused:
    """Tell the applicant in writing what is `missing`, once and all together (materials.once); the matter's own clocks stand still."""
    return _carry(session, "order_ask_materials", "ask_materials", now, community_id, order_id, version, happened_at, missing)


def receive_materials(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, happened_at: datetime | None = None
) -> Done | Refused:
    """The missing materials are there: the matter's own clocks run again."""
    return _carry(session, "order_ask_materials", "receive_materials", now, community_id, order_id, version, happened_at)


def finish(
    session: ScopedSession,
    *,
    now: datetime,
    community_id: UUID,
    order_id: UUID,
    version: int,
    result: str = "",
    told: bool = False,
    given: str | None = None,
    outcome: str | None = None,
    happened_at: datetime | None = None,
) -> Done | Refused:
    """Give the result. `told`: a person gave it to the resident, face to face or by telephone; then it is a first contact where none was. `given`:
    how the result of a matter with a review chain (core.reviews.TELLS), or of a joined one (core.joinings.TELLS), was given. `outcome`: of a dispute
    (core.mediation.OUTCOMES). Refused, with the clause, while an act is owed that the result does not stand for, and before its chain has approved it (review.chain)."""
    told = told and given != "text" and session.scope.actor_id is not None
    return _carry(session, "order_finish", "finish", now, community_id, order_id, version, happened_at, result, told=told, given=given, outcome=outcome)


def follow_up(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, rating: int, note: str = "", happened_at: datetime | None = None
) -> Done | Refused:
    """Record the applicant's rating, 1 to 5 (followup); a low one reopens the matter with a clock of its own, the first result stays on record."""
    return _carry(session, "order_follow_up", "follow_up", now, community_id, order_id, version, happened_at, note, rating)


def withdraw(
    session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, reason: str, happened_at: datetime | None = None
) -> Done | Refused:
    """The matter has lost its object; its clocks count for nobody, but for those overdue already: they are missed."""
    return _carry(session, "order_cancel", "withdraw", now, community_id, order_id, version, happened_at, reason)


def give_back(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, reason: str) -> Done | Refused:
    """Return an order to the station head, with the reason (first_asked)."""
    head = bench(session, community_id, None, now).head_id
    return _carry(session, "order_accept", "give_back", now, community_id, order_id, version, None, reason, receiver=Dispatch(head, "station", "returned"))


def hand_over(session: ScopedSession, *, now: datetime, community_id: UUID, order_id: UUID, version: int, to: UUID, reason: str) -> Done | Refused:
    """Give an order to another member of staff, with the reason (first_asked)."""
    staff = session.scalar(select(Staff).where(Staff.community_id == community_id, Staff.id == to))
    if staff is None:
        return Refused("work_orders.no_receiver", "first_asked")
    desk = {"head": "station", "property": "property"}.get(staff.kind, "grid")
    return _carry(session, "order_reassign", "hand_over", now, community_id, order_id, version, None, reason, receiver=Dispatch(to, desk, "handed_over"))


# --- how a step is carried out --------------------------------------------------------------------------------------


def _carry(
    session: ScopedSession,
    permission: str,
    act: str,
    now: datetime,
    community_id: UUID,
    order_id: UUID,
    version: int,
    happened_at: datetime | None,
    note: str = "",
    rating: int | None = None,
    receiver: Dispatch | None = None,
    told: bool = False,
    given: str | None = None,
    outcome: str | None = None,
) -> Done | Refused:
    if not may(session.scope.role, permission):
        return Refused("common.not_allowed")
    order = _order(session, community_id, order_id)
    if order is None:
        return Refused("common.not_found")
    if order.version != version:
        return Refused("common.changed_meanwhile")
    if order.chain and act in OPINIONS:
        return Refused("reviews.by_chain", "review.chain")
    if refused := barred(session, order, act, outcome, note):
        return refused
    if refused := before_finish(session, order, given) if act == "finish" and order.status == "accepted" else None:
        return refused
    at = happened_at or now
    if refused := before_act(session, order, act, at, given, note):
        return refused
    done = take_step(session, order, act, at, now, note, rating, receiver, told)
    if isinstance(done, Refused):
        return done
    order.outcome = outcome or order.outcome
    file(
        session, f"work_order.{act}", now=now, community_id=community_id, subject_kind="work_order", subject_id=order_id, number=order.number,
        status=order.status, happened_at=at.isoformat(), met=done.in_time, late=done.late, to_confirm=done.to_confirm, holder=order.holder_id, rating=rating,
        **({"told": told} if act == "finish" else {}), **({"outcome": outcome} if outcome else {}),
    )  # fmt: skip
    return done


def take_step(
    session: ScopedSession, order: WorkOrder, act: str, at: datetime, now: datetime, note: str = "", rating: int | None = None, receiver: Dispatch | None = None, told: bool = False
) -> Done | Refused:
    """Step of a command: everything that `act` changes, but for the entry in the ledger."""
    settle(session, order, now)
    clocks = {clock.clause_id: clock for clock in open_clocks(session, order)}
    standing = standing_of(order, _trail(session, order), {clause_id: clock.due_at for clause_id, clock in clocks.items()})
    step = decide(standing, act, at, now=now, note=note, rating=rating, told=told)
    if isinstance(step, Refused):
        return step
    before = order.status
    if receiver:
        _move(order, clocks, receiver)
    _claim(session, order, clocks, step)
    done = _turn_clocks(session, order, clocks, step, now)
    for column, value in order_changes(step, order.reopened, rating).items():
        setattr(order, column, value)
    if order.closed_at is not None:
        close(session, order, step.at)
    if receiver or order.closed_at is not None:
        lapse(session, order, now)
    # An order whose row would not change still gets a new version: the second of two who record the same step must be told.
    flag_modified(order, "status")
    _event(session, order, act, step.at, now, before, note, rating)
    return done


def _turn_clocks(session: ScopedSession, order: WorkOrder, clocks: dict[str, Clock], step: Step, now: datetime) -> Done:
    """Start, stop, hold and end clocks as `step` says. What is said to have been in time of a clock that is overdue happens now, until
    another person confirms it."""
    to_confirm = []

    def when(clock: Clock) -> datetime:
        if not needs_another(clock, step.at, now):
            return step.at
        keep(session, clock, step.act, step.at, now)
        to_confirm.append(clock.clause_id)
        return now

    for clause_id, clock in clocks.items():
        if step.stands_still and clause_id != SUPPLEMENT:
            pause(session, clock, when(clock), SUPPLEMENT)
        if step.runs_again:
            resume(session, clock, step.at, SUPPLEMENT)
    for clause_id in step.starts:
        started = open_deadline(session, clause_id, order, step.at)
        if started is not None:
            clocks[clause_id] = started
    session.flush()
    met = [clocks.pop(clause_id) for clause_id in step.meets if clause_id in clocks]
    for clock in met:
        meet(session, clock, when(clock))
    if step.voids:
        for clock in clocks.values():
            void(session, clock, step.at, now)
    in_time = tuple(clock.clause_id for clock in met if clock.met_at <= clock.due_at)
    late = tuple(clock.clause_id for clock in met if clock.met_at > clock.due_at and clock.clause_id not in to_confirm)
    return Done(order.number, step.to_status, in_time, late, tuple(to_confirm))


def _move(order: WorkOrder, clocks: dict[str, Clock], receiver: Dispatch) -> None:
    for row in (order, *clocks.values()):
        row.holder_id, row.desk = receiver.holder_id, receiver.desk


def _claim(session: ScopedSession, order: WorkOrder, clocks: dict[str, Clock], step: Step) -> None:
    """What nobody holds belongs to whoever accepts it."""
    if step.accepts and order.holder_id is None and session.scope.staff_id:
        for row in (order, *clocks.values()):
            row.holder_id = session.scope.staff_id


def _event(
    session: ScopedSession, order: WorkOrder, act: str, at: datetime, now: datetime, before: str | None, note: str = "", rating: int | None = None
) -> None:
    session.add(
        WorkOrderEvent(
            community_id=order.community_id, work_order_id=order.id, act=act, happened_at=at, recorded_at=now, actor_id=session.scope.actor_id,
            staff_id=session.scope.staff_id, from_status=before, to_status=order.status, holder_id=order.holder_id, rating=rating, note=note.strip() or None,
        )  # fmt: skip
    )


def _order(session: ScopedSession, community_id: UUID, order_id: UUID) -> WorkOrder | None:
    return session.scalar(select(WorkOrder).where(WorkOrder.community_id == community_id, WorkOrder.id == order_id))


def _trail(session: ScopedSession, order: WorkOrder) -> list:
    columns = (WorkOrderEvent.act, WorkOrderEvent.happened_at, WorkOrderEvent.from_status, WorkOrderEvent.to_status)
    own = (WorkOrderEvent.community_id == order.community_id, WorkOrderEvent.work_order_id == order.id)
    return list(session.execute(select(*columns).where(*own)))


def _building(session: ScopedSession, community_id: UUID, building_id: UUID | None) -> Building | None:
    return session.scalar(select(Building).where(Building.community_id == community_id, Building.id == building_id)) if building_id else None


def _next_number(session: ScopedSession, community_id: UUID, received_at: datetime) -> str:
    """Counted while the community's row is held, so that two at once don't draw the same number; over all grids, whatever the
    scope: a number is no data about anybody. Numbers of another shape (imports) are passed over."""
    session.execute(select(Community.community_id).where(Community.community_id == community_id).with_for_update(key_share=True))
    year = received_at.astimezone(SHANGHAI).year
    own = (WorkOrder.community_id == community_id, WorkOrder.number >= f"{year}-000000", WorkOrder.number < f"{year}-999999:")
    last = select(WorkOrder.number).where(*own).order_by(WorkOrder.number.desc()).limit(100)
    found = session.scalars(last.execution_options(rollup=True))
    return number(received_at, next((one for one in found if len(one) == 11 and one[5:].isdigit()), None))
