"""`python -m db …`: the desk without a browser. Each command stands in db/cli, and only the one asked for is loaded."""

import gc
import importlib
import sys

import click
from sqlalchemy.exc import DBAPIError

MODULES = {
    "absence": "absences", "account": "accounts", "backup": "backup", "calendar": "calendar", "community": "communities", "deliver": "deliver", "demo": "demo", "draw-grids": "geography",
    "due": "due", "export": "imports", "import": "imports", "import-map": "geography", "ledger": "ledger", "migrate": "migrate", "reconcile": "reconciliation",
    "show": "show", "sweep": "sweep",
}  # fmt: skip
"""The module of db/cli that each command stands in: half the time of a short command is loading the others."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        found = vars(importlib.import_module(f"db.cli.{MODULES[cmd_name]}")).values()
        return next(one for one in found if isinstance(one, click.Command) and one.name == cmd_name)

    def invoke(self, ctx: click.Context):
        """What the database refuses because it was never migrated is said in one line, with what to do."""
        try:
            return super().invoke(ctx)
        except DBAPIError:
            from db.commands.migrate import schema_problem
            from db.engine import make_engine

            if problem := schema_problem(make_engine()):
                raise click.ClickException(problem) from None
            raise


@click.group(cls=_Commands, help="The community grid desk on the command line. 社区网格工作台命令行。")
def main() -> None:
    """The group that db/cli's commands hang in."""


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 50)  # what loading makes stays: looking through it again and again is a seventh of a short command's time
    sys.exit(main(prog_name="python -m db"))
