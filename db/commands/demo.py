"""Files a demo district: synthetic communities, their history and the accounts to look at them with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, func, insert, select

from core.appointments import agreed_for
from core.calendar import local_day, packaged_calendar
from core.imports.headers import Mapping
from core.periods import period_of
from core.rulebook import load_rulebook
from db.commands import bills, parking
from db.commands.alerts import raise_all
from db.commands.board import switch
from db.commands.bulk import insert_undigested
from db.commands.care import record_contact
from db.commands.demo_orders import order_stories
from db.commands.demo_photos import photo_stories
from db.commands.departures import hold
from db.commands.filing import carry_out, file
from db.commands.identity import DEMO_PASSWORD, hash_password, is_password
from db.commands.reconciliation import decide, keep_list
from db.commands.risks import say
from db.demo.community import TABLES, Made, communities
from db.demo.doubles import file_doubles
from db.demo.lists import FILE_NAME, police_list
from db.demo.property import BILLS, HEARD, MINUTES, PENALTIES, PUBLISHED, STANDARD, TOLD_FOR
from db.demo.requests import ask_for_words
from db.demo.survey import file_survey
from db.engine import ScopedSession, open_session
from db.models.accounts import Account, AccountScope
from db.models.clocks import Clock
from db.models.grids import Household, Staff
from db.models.residents import Resident
from db.queries.clock_state import is_open
from db.queries.imports import Upload
from db.queries.reconciliation import differences
from db.queries.reconciliation_compare import said_homes
from db.scope import Scope
from db.types import uuid7

_FEW = 200
"""Rows of a table; more of them go in column by column, in a quarter of the time."""
AWAY = (("hospital", 1, None), ("hospital", 2, 12), ("away", 1, 5))
"""Kind, days ago, days until back: invented."""
ATTEMPTS = (50, 26, 2)
"""Hours ago at which a call was not answered: invented."""
AGREED = ((1, 1), (2, 1))
"""Days ago, and for how many days later: one for today at three, one missed yesterday. Invented."""


def is_empty(engine: Engine) -> bool:
    """Whether nobody can log in yet."""
    with open_session(engine, None) as session:
        return session.scalar(select(func.count()).select_from(Account)) == 0


def demo_accounts(engine: Engine) -> list[str]:
    """User names that still have the demo's password, if it was loaded here: at most twelve."""
    with open_session(engine, None) as session:
        known = session.scalar(select(Account.password_hash).where(Account.username == "worker1", Account.disabled_at.is_(None)))
        if not known or not is_password(known, DEMO_PASSWORD):
            return []
        same = select(Account.username).where(Account.password_hash == known, Account.disabled_at.is_(None)).order_by(Account.username).limit(12)
        return list(session.scalars(same))


def make_demo(engine: Engine, *, count: int, grids: int, months: int, now: datetime, progress: Callable[[str], None]) -> list[tuple[str, str, str]]:
    """File `count` communities of `grids` grids with `months` of history, one transaction each, then the accounts, and alerts of what is late.

    Returns (username, role, community name) of the accounts. `progress` hears of each community.
    """
    made = []
    for one in communities(count, grids, months, now, packaged_calendar(), load_rulebook()):
        carry_out(engine, Scope.system({one.community_id}, label="demo"), _file_community, made=one, now=now)
        progress(one.name)
        one.rows.clear()
        made.append(one)
    accounts = carry_out(engine, Scope.system({one.community_id for one in made}, label="demo"), _file_accounts, made=made, now=now)
    if made:
        _stories(engine, made[0], now)
    raise_all(engine, now)
    return accounts


def _stories(engine: Engine, one: Made, now: datetime) -> None:
    """In the first grids of the first community: a few are in hospital or away, one can't be reached and is looked for at home, and two have appointments."""
    scope = replace(Scope.system({one.community_id}, label="demo"), staff_id=one.staff["worker1"])
    with open_session(engine, scope) as session:
        due = (Clock.clause_id == "elder.call", Clock.grid_id.in_(one.grids[:2]), is_open(now), Clock.due_at > now)
        people = list(session.scalars(select(Clock.resident_id).where(*due).order_by(Clock.resident_id).limit(len(AWAY) + 3)))
    for resident_id, (kind, since, back) in zip(people, AWAY, strict=False):
        day = local_day(now)
        carry_out(
            engine, scope, hold, now=now, resident_id=resident_id, kind=kind, from_date=day - timedelta(since), until_date=back and day + timedelta(back),
        )  # fmt: skip
    away, people = people[: len(AWAY)], people[len(AWAY) :]
    for hours in ATTEMPTS if people else ():
        moment = now - timedelta(hours=hours)
        carry_out(engine, scope, record_contact, now=moment, resident_id=people[0], act="call", outcome="no_answer", happened_at=moment)
    for resident_id, (days, ahead) in zip(people[1:], AGREED, strict=False):
        moment = now - timedelta(days)
        agreed = agreed_for(local_day(moment) + timedelta(ahead), time(15))
        carry_out(engine, scope, record_contact, now=moment, resident_id=resident_id, act="call", outcome="agreed", happened_at=moment, agreed=agreed)
    if away:
        carry_out(engine, scope, say, now=now, resident_id=away[0], level="first", reason="术后独自在家，女儿下周才到")
    order_stories(engine, scope, one, now)
    photo_stories(engine, scope, one, now)
    _compared(engine, scope, one.community_id, now)
    file_survey(engine, scope, one.community_id, now)
    file_doubles(engine, scope, one.grids, now)
    _billed(engine, scope, one.community_id, now)
    _parked(engine, scope, one.community_id, now)
    ask_for_words(engine, one.community_id, now)
    carry_out(engine, scope, switch, now=now - timedelta(PUBLISHED), community_id=one.community_id, to_open=True)


def _billed(engine: Engine, scope: Scope, community_id: UUID, now: datetime) -> None:
    """A bill at each stage, for the first households there are."""
    with open_session(engine, scope) as session:
        query = select(Household.building_id, Household.door).where(Household.community_id == community_id, Household.building_id.is_not(None))
        homes = session.execute(query.order_by(Household.id).limit(len(BILLS))).all()
    for (building_id, door), story in zip(homes, BILLS, strict=False):
        due_on, entered = local_day(now) + timedelta(story.due), now - timedelta(max(20, 30 - story.due))
        bill = {"kind": story.kind, "building_id": building_id, "door": door, "period": f"{due_on.replace(day=1) - timedelta(1):%Y-%m}", "amount": story.yuan * 100, "due_on": due_on}
        filed = carry_out(engine, scope, bills.enter, now=entered, community_id=community_id, **bill)
        for act, ago in story.steps.items():
            _bill_step(engine, scope, now - timedelta(ago), act, community_id=community_id, bill_id=filed.bill_id)


def _parked(engine: Engine, scope: Scope, community_id: UUID, now: datetime) -> None:
    """A standard made public and heard, and penalties by it."""
    heard = now - timedelta(HEARD)
    known = carry_out(engine, scope, parking.publish, now=now - timedelta(PUBLISHED), community_id=community_id, text=STANDARD, fee=2_000, place="notice_board").id
    carry_out(engine, scope, parking.hear, now=heard, community_id=community_id, standard_id=known, held_at=heard - timedelta(hours=2), attended=23, minutes=MINUTES)
    for plate, place, photo, ago, why in PENALTIES:
        at = now - timedelta(ago)
        made = carry_out(engine, scope, parking.penalise, now=at, community_id=community_id, standard_id=known, plate=plate, place=place, photo=photo, happened_at=at)
        if why:
            carry_out(engine, scope, parking.revoke, now=at + timedelta(1), community_id=community_id, penalty_id=made.id, reason=why)


def _bill_step(engine: Engine, scope: Scope, at: datetime, act: str, **which) -> None:
    told = local_day(at) + timedelta(TOLD_FOR) if act == "notice" else None
    match act:
        case "pay":
            carry_out(engine, scope, bills.pay, now=at, way="online", **which)
        case "suspend":
            carry_out(engine, scope, bills.suspend, now=at, **which)
        case _:
            carry_out(engine, scope, bills.remind, now=at, act=act, last_pay_on=told, **which)


def _compared(engine: Engine, scope: Scope, community_id: UUID, now: datetime) -> None:
    """The police's list of this quarter has been compared and one of its differences decided; the housing department's has not come yet."""
    with open_session(engine, scope) as session:
        doors = dict(said_homes(session, community_id))
        query = select(Resident.name, Resident.id_number, Resident.birth_date, Resident.household_id).where(Resident.community_id == community_id).order_by(Resident.id)
        cells = police_list([(name, number, born, doors.get(home, "")) for name, number, born, home in session.execute(query)])
    mapping = Mapping(0, 1, {"name": 0, "id_number": 1, "birth_date": 2, "address": 3})
    upload = Upload("police", cells, mapping, FILE_NAME, sha256(repr(cells).encode()).digest())
    carry_out(engine, scope, keep_list, now=now - timedelta(days=6), community_id=community_id, upload=upload)
    with open_session(engine, scope) as session:
        open_now = differences(session, community_id, period_of("quarter", now).key, kind="missing_there", limit=1)
    for line in open_now:
        carry_out(engine, scope, decide, now=now - timedelta(days=5), community_id=community_id, difference_id=line.id, version=line.version, verdict="ours")


def _file_community(session: ScopedSession, *, made: Made, now: datetime) -> None:
    for model in TABLES:
        rows = made.rows[model]
        if len(rows) > _FEW:
            insert_undigested(session, model, rows)
        elif rows:
            session.filing.count_only(rows)
            session.execute(insert(model.__table__), rows, execution_options={"rollup": True})
    file(session, "demo.community", now=now, community_id=made.community_id, subject_kind="community", subject_id=made.community_id)


def _file_accounts(session: ScopedSession, *, made: list[Made], now: datetime) -> list[tuple[str, str, str]]:
    password = hash_password(DEMO_PASSWORD, for_demo=True)
    accounts = []
    for number, one in enumerate(made, start=1):
        suffix = "" if number == 1 else f"-{number}"
        mine = [(one.community_id, None)]
        pair = [(one.community_id, grid_id) for grid_id in one.grids[:2]]
        accounts += [
            (f"worker1{suffix}", "grid_worker", one, pair, one.staff["worker1"]),
            (f"head{suffix}", "station_head", one, mine, one.staff["head"]),
            (f"committee{suffix}", "committee_member", one, mine, None),
            (f"property{suffix}", "property_company", one, mine, one.staff["property"]),
        ]
    everywhere = [(one.community_id, None) for one in made]
    accounts += [("street", "street_officer", None, everywhere, None), ("admin", "administrator", None, everywhere, None)]
    for username, role, one, reach, staff_id in accounts:
        _account(session, username, role, password, one, reach, staff_id, now)
    file(session, "demo.accounts", now=now, accounts=len(accounts))
    return [(username, role, one.name if one else "") for username, role, one, _, _ in accounts]


def _account(session: ScopedSession, username: str, role: str, password: str, one: Made | None, reach: list, staff_id, now: datetime) -> None:
    staff = session.get(Staff, (one.community_id, staff_id)) if staff_id else None
    account = Account(id=uuid7(), username=username, display_name=staff.name if staff else username, role=role, password_hash=password, created_at=now)
    session.add(account)
    session.flush()
    if staff:
        staff.account_id = account.id
    session.add_all(AccountScope(account_id=account.id, reach_community=community_id, reach_grid=grid_id) for community_id, grid_id in reach)
