"""A small office: one community, two grids, one account a role; every password is PASSWORD."""

from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from core.roles import Role
from db.commands import identity
from db.commands.filing import carry_out, file
from db.engine import make_engine, open_session
from db.models.grids import Community, Grid
from db.scope import Scope
from db.types import uuid7

PASSWORD = "correct-horse-9"
SECRET = "此名只有管理员看得到"
"""Display name of the administrator: whoever else is sent it has got data not theirs."""
USERS = {"worker": Role.GRID_WORKER, "head": Role.STATION_HEAD, "committee": Role.COMMITTEE_MEMBER, "street": Role.STREET_OFFICER,
         "property": Role.PROPERTY_COMPANY, "admin": Role.ADMINISTRATOR}  # fmt: skip


def quick_hash(password: str) -> str:
    """A hash that is checked in no time: each is checked with the figures it was made with, and the product's own take 20 ms."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def furnish(url: str, now: datetime) -> dict[str, UUID]:
    """Fill the empty database at `url`; account ids by user name."""
    engine = make_engine(url)
    community, grids = uuid7(), [uuid7(), uuid7()]

    def found(session, *, now):
        session.add(Community(community_id=community, code="C01", name="示范社区", created_at=now))
        session.flush()
        session.add_all(Grid(community_id=community, id=one, code=f"G0{n}", name=f"第{n}网格") for n, one in enumerate(grids, 1))
        file(session, "test.found", now=now, community_id=community)

    carry_out(engine, Scope.system([community]), found, now=now)
    ids = {username: _open_account(engine, username, role, now, (community, grids[0])) for username, role in USERS.items()}
    engine.dispose()
    return ids


def another(engine: Engine, username: str, now: datetime) -> tuple[str, UUID]:
    """One more account like the one of `username`, for a test that ends it: its name and its id."""
    with open_session(engine, Scope.system((), label="test")) as session:
        grid = session.execute(select(Grid.community_id, Grid.id).where(Grid.code == "G01"), execution_options={"rollup": True}).one()
    name = f"{username}-{uuid7().hex[-6:]}"
    return name, _open_account(engine, name, USERS[username], now, tuple(grid))


def _open_account(engine: Engine, username: str, role: Role, now: datetime, grid: tuple[UUID, UUID]) -> UUID:
    details = {"username": username, "display_name": SECRET if username == "admin" else f"{username}的显示名", "role": role, "password_hash": quick_hash(PASSWORD)}
    return act(engine, identity.create_account, now, communities=[grid[0]], grids=[grid], **details)


def act(engine: Engine, command, now: datetime, **arguments):
    """Carry out a command of the administrator's."""
    return carry_out(engine, Scope.system((), label="test"), command, now=now, **arguments)
