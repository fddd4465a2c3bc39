"""`python -m db sweep`."""

import click

from db.commands.alerts import raise_all
from db.commands.sweep import sweep_all
from db.engine import make_engine
from db.wall_clock import now


@click.command()
def sweep() -> None:
    """Bring care and duties up to the present (missed periods counted, birthdays, new clocks), then raise alerts of what is due soon or late.
    Safe to run at any time, by several at once."""
    engine, moment = make_engine(), now()
    changed = sweep_all(engine, moment)
    click.echo(f"{changed} communities changed, {raise_all(engine, moment)} alerts raised")
