"""`python -m db account create|link|unlink|disable|enable|password|email|list`: accounts without a browser, the first administrator included."""

import click
from sqlalchemy import Engine, select

from core.imports.cells import phone_of
from core.refusals import Refused
from core.roles import RIGHTS, Role
from core.staff import works_here
from db.commands import identity
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.accounts import Account
from db.models.grids import Community, Grid
from db.queries.identity import accounts
from db.queries.staff import named, workers
from db.scope import Scope
from db.wall_clock import now


@click.group()
def account() -> None:
    """Who may log in."""


@account.command("create")
@click.argument("username")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--name", "display_name", required=True, help="The name shown at the desk.")
@click.option("--community", "communities", multiple=True, help="Code of a community it reaches; may be given again. None: an administrator of all.")
@click.option("--grid", "grids", multiple=True, help="Code of a grid, for a grid worker; may be given again.")
@click.option("--staff", "person", help="Name of the member of staff it belongs to, of the community it reaches.")
@click.option("--phone", help="That person's telephone number, where several have the name.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
def _create(
    username: str, role: str, display_name: str, communities: tuple[str, ...], grids: tuple[str, ...], person: str | None, phone: str | None, password: str
) -> None:
    """Open an account."""
    engine = make_engine()
    reach = _communities(engine, communities)
    staff = _somebody(engine, reach, person, phone) if person else None
    pairs = _grids(engine, reach, grids) if RIGHTS[Role(role)].by_grid else []
    hashed = _hash(password)
    details = {"username": username, "display_name": display_name, "role": role, "communities": reach.values(), "grids": pairs, "staff": staff}
    _run(engine, identity.create_account, password_hash=hashed, **details)
    click.echo(f"account {username.strip().lower()} created")


@account.command("link")
@click.argument("username")
@click.option("--community", "code", required=True, help="Code of the community whose staff it is.")
@click.option("--staff", "person", required=True, help="Name of the member of staff.")
@click.option("--phone", help="Their telephone number, where several have the name.")
def _link(username: str, code: str, person: str, phone: str | None) -> None:
    """Say which member of staff an account belongs to: what is done with it is filed under them, and alerts for them reach it."""
    engine = make_engine()
    community_id, staff_id = _somebody(engine, _communities(engine, (code,)), person, phone)
    _run(engine, identity.link_account, account_id=_account_id(engine, username), community_id=community_id, staff_id=staff_id)
    click.echo(f"account {username} belongs to {person}")


@account.command("unlink")
@click.argument("username")
def _unlink(username: str) -> None:
    """The account belongs to nobody any more."""
    engine = make_engine()
    _run(engine, identity.unlink_account, account_id=_account_id(engine, username))
    click.echo(f"account {username} belongs to nobody")


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
    """Every account: user name, role, display name, state, and the member of staff it belongs to."""
    engine = make_engine()
    with open_session(engine, _everywhere(engine)) as session:
        whose = {one.account_id: one.name for one in workers(session, now(), with_accounts=True)}
        for row in accounts(session):
            belongs = whose.get(row.id) or ("not linked to staff" if works_here(row.role) else "")
            click.echo("\t".join((row.username, row.role, row.display_name, "disabled" if row.disabled_at else "enabled", belongs)).rstrip())


def _everywhere(engine: Engine) -> Scope:
    with open_session(engine, None) as session:
        return Scope.system(session.scalars(select(Community.community_id).execution_options(rollup=True)), label="command line")


def _run(engine: Engine, command, **arguments):
    result = carry_out(engine, _everywhere(engine), command, now=now(), **arguments)
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


def _somebody(engine: Engine, communities: dict, name: str, phone: str | None) -> tuple:
    """(community, member of staff) of that name, in the one community there is to look in."""
    if len(communities) != 1:
        raise click.ClickException("say the one --community whose staff it is")
    [(code, community_id)] = communities.items()
    with open_session(engine, Scope.system({community_id})) as session:
        found = named(session, community_id, name, phone_of(phone) if phone else None)
    if len(found) != 1:
        several = f"{len(found)} people of {code} are called {name}: say which by --phone"
        raise click.ClickException(several if found else f"nobody of the staff of {code} is called {name}: take in the table of staff and posts by `python -m db import`")
    return community_id, found[0][0]


def _grids(engine: Engine, communities: dict, codes: tuple[str, ...]) -> list:
    with open_session(engine, Scope.system(communities.values())) as session:
        found = session.execute(select(Grid.code, Grid.community_id, Grid.id).where(Grid.code.in_(codes))).all()
    if missing := set(codes) - {row.code for row in found}:
        raise click.ClickException(f"no grid {', '.join(sorted(missing))}")
    return [(row.community_id, row.id) for row in found]
