"""`python -m db sweep`."""

import click

from db.commands.sweep import sweep_all
from db.engine import make_engine
from db.wall_clock import now


@click.command()
def sweep() -> None:
    """Bring care and duties up to the present: missed periods counted, birthdays, new clocks. Safe to run at any time, by several at once."""
    changed = sweep_all(make_engine(), now())
    click.echo(f"{changed} communities changed")
