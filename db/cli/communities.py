"""`python -m db community create|change|list`: communities without a browser."""

from datetime import time

import click
from sqlalchemy import select

from core.refusals import Refused
from db.commands import communities as commands
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.grids import Community
from db.scope import Scope
from db.wall_clock import now


@click.group()
def community() -> None:
    """Which communities there are."""


@community.command("create")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--street", default="", help="The street (街道) it belongs to.")
def _create(code: str, name: str, street: str) -> None:
    """Found a community; its grids, staff and residents come by `python -m db import`."""
    _or_stop(commands.found(make_engine(), Scope.system((), label="command line"), now=now(), code=code, name=name, street=street))
    click.echo(f"community {code} created")


@community.command("change")
@click.argument("code")
@click.option("--name", help="As it is when not given.")
@click.option("--street", help="As it is when not given.")
@click.option("--closes-at", help="Close of business, like 17:30, when limits in days end; none: at 24:00. As it is when not given.")
def _change(code: str, name: str | None, street: str | None, closes_at: str | None) -> None:
    """Call a community by another name, put it under another street, or say when its office closes: open limits are counted again."""
    engine = make_engine()
    row = next((one for one in _all(engine) if one.code == code), None)
    if row is None:
        raise click.ClickException(f"no community {code}: `python -m db community list` names them all")
    seen, scope = (row.name, row.street), Scope.system({row.community_id}, label="command line")
    named = {"name": row.name if name is None else name, "street": row.street if street is None else street}
    hours = None if closes_at in (None, "none") else _time(closes_at)
    if closes_at is None or (name, street) != (None, None):
        _or_stop(carry_out(engine, scope, commands.change, now=now(), community_id=row.community_id, seen=seen, **named))
    if closes_at is not None:
        moved = _or_stop(carry_out(engine, scope, commands.keep_hours, now=now(), community_id=row.community_id, closes_at=hours, seen=row.closes_at))
        click.echo(f"{moved} open limits moved")
    click.echo(f"community {code} changed")


@community.command("list")
def _list() -> None:
    """Every community: code, name, street, and when its office closes, where it keeps hours."""
    for row in _all(make_engine()):
        click.echo("\t".join((row.code, row.name, row.street, *([f"{row.closes_at:%H:%M}"] if row.closes_at else []))))


def _all(engine):
    with open_session(engine, None) as session:
        columns = (Community.community_id, Community.code, Community.name, Community.street, Community.closes_at)
        return session.execute(select(*columns).order_by(Community.code).execution_options(rollup=True)).all()


def _or_stop(done):
    if isinstance(done, Refused):
        raise click.ClickException(done.text("en"))
    return done


def _time(text: str) -> time:
    try:
        return time(*map(int, text.split(":", 1)))
    except ValueError:
        raise click.BadParameter(f"{text} is no time: write it like 17:30, or none", param_hint="--closes-at") from None
