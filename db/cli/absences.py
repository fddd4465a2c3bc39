"""`python -m db absence add|end|list`: who of the staff is away, without a browser, as an account and within its rights."""

from datetime import datetime, timedelta

import click

from core.absences import REASONS, may_read, span
from core.calendar import SHANGHAI, local_minute
from core.periods import local_midnight
from db.cli.imports import or_stop, reach
from db.commands import absences as commands
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.queries.absences import absences
from db.queries.staff import named
from db.wall_clock import now

_DAY = click.DateTime(["%Y-%m-%d"])
_COMMUNITY = click.option("--community", "code", required=True, help="Code of the community.")
_AS = click.option("--as", "account", required=True, help="The account that says so: the station head's, or that person's own.")


@click.group()
def absence() -> None:
    """Who of the staff is away."""


@absence.command("add")
@click.argument("name")
@_COMMUNITY
@click.option("--from", "first", type=_DAY, required=True, help="First day.")
@click.option("--to", "last", type=_DAY, required=True, help="Last day.")
@click.option("--reason", type=click.Choice(REASONS), required=True)
@_AS
def _add(name: str, code: str, first: datetime, last: datetime, reason: str, account: str) -> None:
    """Enter that NAME is away, whole days."""
    engine = make_engine()
    scope, community_id = reach(engine, account, code)
    who = _who(engine, scope, community_id, name)
    span = {"starts_at": local_midnight(first.date()), "ends_at": local_midnight(last.date() + timedelta(1))}
    or_stop(carry_out(engine, scope, commands.enter, now=now(), community_id=community_id, staff_id=who, reason=reason, **span), "en")
    click.echo(f"{name} is away from {first:%Y-%m-%d} to {last:%Y-%m-%d}")


@absence.command("end")
@click.argument("name")
@_COMMUNITY
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="Back at work since then (2026-11-18T08:30); now when not given.")
@_AS
def _end(name: str, code: str, at: datetime | None, account: str) -> None:
    """End NAME's running absence, or take the next one back."""
    engine = make_engine()
    scope, community_id = _reader(engine, account, code)
    who = _who(engine, scope, community_id, name)
    with open_session(engine, scope) as session:
        mine = [one for one in absences(session, now(), community_id, who) if one.state != "over"]
    if not mine:
        raise click.ClickException(f"no absence of {name} runs or is to come: `python -m db absence list` names them all")
    back = at.replace(tzinfo=SHANGHAI) if at else None
    ended = or_stop(carry_out(engine, scope, commands.end, now=now(), community_id=community_id, absence_id=mine[0].id, at=back), "en")
    click.echo(f"{name} is at work from {local_minute(ended)}")


@absence.command("list")
@_COMMUNITY
@_AS
def _list(code: str, account: str) -> None:
    """Absences that run, come, or are over since a month at most: who, from, to, state."""
    engine = make_engine()
    scope, community_id = _reader(engine, account, code)
    with open_session(engine, scope) as session:
        for one in absences(session, now(), community_id):
            click.echo("\t".join((one.name, *span(one.starts_at, one.ends_at), one.state)))


def _reader(engine, account: str, code: str):
    """Scope and community of an account that may read absences: who may not is told so, and never that there are none. Raises ClickException."""
    scope, community_id = reach(engine, account, code)
    or_stop(may_read(scope.role, scope.staff_id), "en")
    return scope, community_id


def _who(engine, scope, community_id, name: str):
    with open_session(engine, scope) as session:
        found = named(session, community_id, name)
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} people of the staff are called {name}")
    return found[0][0]
