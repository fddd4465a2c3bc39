"""`python -m db deliver`."""

import click

from db.channels import configured
from db.commands.alerts_delivery import deliver_all
from db.engine import make_engine
from db.wall_clock import now


@click.command()
def deliver() -> None:
    """Send the alerts that wait, by every channel that is configured (DESK_SMTP_URL, DESK_WEBHOOK_…). Safe to run at any time, by several at once.
    Ends with 1 when a message was refused; it is tried again by a later run."""
    try:
        post = configured()
    except ValueError as problem:
        raise click.ClickException(str(problem)) from None
    if not post.channels:
        click.echo("no channel is configured: alerts stay on the desk")
        return
    done = deliver_all(make_engine(), now, post)
    click.echo(f"{done.sent} messages sent, {done.failed} refused")
    for channel, error in done.errors.items():
        click.echo(f"  {channel}: {error}")
    raise SystemExit(1 if done.failed else 0)
