"""`python -m db account create|disable|enable|password|email|list`: accounts without a browser, the first administrator included."""

import click
from sqlalchemy import Engine, select

from core.refusals import Refused
from core.roles import RIGHTS, Role
from db.commands import identity
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.accounts import Account
from db.models.grids import Community, Grid
from db.queries.identity import accounts
from db.scope import Scope
from db.wall_clock import now

_CLI = Scope.system((), label="command line")


@click.group()
def account() -> None:
    """Who may log in."""


@account.command("create")
@click.argument("username")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--name", "display_name", required=True, help="The name shown at the desk.")
@click.option("--community", "communities", multiple=True, help="Code of a community it reaches; may be given again. None: an administrator of all.")
@click.option("--grid", "grids", multiple=True, help="Code of a grid, for a grid worker; may be given again.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
def _create(username: str, role: str, display_name: str, communities: tuple[str, ...], grids: tuple[str, ...], password: str) -> None:
    """Open an account."""
    engine = make_engine()
    reach = _communities(engine, communities)
    pairs = _grids(engine, reach, grids) if RIGHTS[Role(role)].by_grid else []
    hashed = _hash(password)
    _run(engine, identity.create_account, username=username, display_name=display_name, role=role, password_hash=hashed, communities=reach.values(), grids=pairs)
    click.echo(f"account {username.strip().lower()} created")


@account.command("disable")
@click.argument("username")
def _disable(username: str) -> None:
    """Lock somebody out; their log-ins end at once."""
    engine = make_engine()
    _run(engine, identity.disable_account, account_id=_account_id(engine, username))
    click.echo(f"account {username} disabled")


@account.command("enable")
@click.argument("username")
def _enable(username: str) -> None:
    """Let a disabled or locked account in again."""
    engine = make_engine()
    _run(engine, identity.enable_account, account_id=_account_id(engine, username))
    click.echo(f"account {username} enabled")


@account.command("password")
@click.argument("username")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
def _password(username: str, password: str) -> None:
    """Give an account another password; its log-ins end at once."""
    engine = make_engine()
    _run(engine, identity.reset_password, account_id=_account_id(engine, username), password_hash=_hash(password))
    click.echo(f"account {username} has a new password")


@account.command("email")
@click.argument("username")
@click.argument("address", required=False)
def _email(username: str, address: str | None) -> None:
    """Where an account's alerts are written to; without ADDRESS: nowhere."""
    engine = make_engine()
    _run(engine, identity.set_mail_address, account_id=_account_id(engine, username), address=address)
    click.echo(f"alerts to {username} are {'written by e-mail' if address else 'on the desk only'}")


@account.command("list")
def _list() -> None:
    """Every account: user name, role, display name, state."""
    with open_session(make_engine(), _CLI) as session:
        for row in accounts(session):
            click.echo(f"{row.username}\t{row.role}\t{row.display_name}\t{'disabled' if row.disabled_at else 'enabled'}")


def _run(engine: Engine, command, **arguments):
    result = carry_out(engine, _CLI, command, now=now(), **arguments)
    if isinstance(result, Refused):
        raise click.ClickException(result.text("en"))
    return result


def _hash(password: str) -> str:
    hashed = identity.hash_password(password)
    if isinstance(hashed, Refused):
        raise click.ClickException(hashed.text("en"))
    return hashed


def _account_id(engine: Engine, username: str):
    with open_session(engine, None) as session:
        found = session.scalar(select(Account.id).where(Account.username == username.strip().lower()))
    if found is None:
        raise click.ClickException(f"no account {username}: `python -m db account list` names them all")
    return found


def _communities(engine: Engine, codes: tuple[str, ...]) -> dict:
    with open_session(engine, None) as session:
        found = dict(session.execute(select(Community.code, Community.community_id).where(Community.code.in_(codes)).execution_options(rollup=True)).all())
    if missing := set(codes) - set(found):
        raise click.ClickException(f"no community {', '.join(sorted(missing))}")
    return found


def _grids(engine: Engine, communities: dict, codes: tuple[str, ...]) -> list:
    with open_session(engine, Scope.system(communities.values())) as session:
        found = session.execute(select(Grid.code, Grid.community_id, Grid.id).where(Grid.code.in_(codes))).all()
    if missing := set(codes) - {row.code for row in found}:
        raise click.ClickException(f"no grid {', '.join(sorted(missing))}")
    return [(row.community_id, row.id) for row in found]
