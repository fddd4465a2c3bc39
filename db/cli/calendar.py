"""`python -m db calendar load FILE`: a year's holiday notice without a browser."""

from pathlib import Path

import click

from core.refusals import Refused
from db.commands.calendar import load_for_office, read_notice
from db.engine import make_engine, open_session
from db.queries.calendar import current_calendar
from db.scope import Scope
from db.wall_clock import now


@click.group()
def calendar() -> None:
    """Working days: the years known, and loading another."""


@calendar.command("load")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Name and number of the notice; a YAML file carries it itself.")
def _load(path: Path, source: str) -> None:
    """Load a year from YAML (as in core/calendar), Excel or CSV (date, off or work, note), and recompute open deadlines."""
    notice = read_notice(path.read_bytes(), path.name, source)
    done = notice if isinstance(notice, Refused) else load_for_office(make_engine(), Scope.system((), label="command line"), now=now(), notice=notice)
    if isinstance(done, Refused):
        raise click.ClickException(done.text("en"))
    click.echo(f"{done.year} is loaded; {done.moved} open deadlines moved")


@calendar.command("list")
def _list() -> None:
    """The years known: year, working days, source."""
    with open_session(make_engine(), None) as session:
        for year, notice in current_calendar(session).notices.items():
            click.echo(f"{year}\t{notice.working_days()}\t{notice.source}")
