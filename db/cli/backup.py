"""`python -m db backup FILE`."""

from pathlib import Path

import click

from db.commands.backup import BackupProblem, back_up
from db.engine import make_engine
from db.keys import key_path


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the embedded database to FILE while the desk goes on working. The key file is kept apart: copy it once, elsewhere."""
    try:
        size = back_up(make_engine(), file)
    except BackupProblem as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"{file}: {size:,} bytes, checked. Without the key file {key_path()} it can't be read: keep a copy of that elsewhere.")
