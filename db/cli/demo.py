"""`python -m db demo`."""

import click

from db.commands.demo import demo_accounts, is_empty, make_demo
from db.commands.identity import DEMO_PASSWORD
from db.engine import make_engine
from db.wall_clock import now


@click.command()
@click.option("--communities", default=1, show_default=True, help="How many communities; 40 make a district.")
@click.option("--grids", default=12, show_default=True, help="Grids of about 300 households in each.")
@click.option("--months", type=int, help="Months of history. [default: 12 for one community, else 3]")
@click.option("--if-empty", is_flag=True, help="Only name the demo accounts when the database has accounts already.")
def demo(communities: int, grids: int, months: int | None, if_empty: bool) -> None:
    """Load a synthetic demo: people, orders and contacts from a fixed seed, and accounts to look at them with."""
    engine = make_engine()
    if not is_empty(engine):
        if if_empty:
            names = demo_accounts(engine)
            if names:
                click.echo(f"demo accounts (password {DEMO_PASSWORD}): {', '.join(names)}")
            return
        raise click.ClickException("this database holds communities already; set DESK_DATABASE_URL to an empty one")
    months = months or (12 if communities == 1 else 3)
    accounts = make_demo(engine, count=communities, grids=grids, months=months, now=now(), progress=lambda name: click.echo(f"  {name}"))
    click.echo(f"demo accounts (password {DEMO_PASSWORD}):")
    for username, role, community in accounts[: 4 if communities == 1 else 8] + accounts[-2:]:
        click.echo(f"  {username:<14}{role:<18}{community}")
