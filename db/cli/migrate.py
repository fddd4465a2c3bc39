"""`python -m db migrate`."""

import click

from db.commands.migrate import migrate as bring_up
from db.engine import make_engine


@click.command()
def migrate() -> None:
    """Bring the database to the current schema (makes the key file on the first day)."""
    bring_up(make_engine())
    click.echo("schema is current")
