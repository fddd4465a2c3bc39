"""`python -m db …`: the desk without a browser. Each command stands in db/cli."""

import importlib
import pkgutil
import sys

import click

import db.cli


@click.group(help="The community grid desk on the command line. 社区网格工作台命令行。")
def main() -> None:
    """The group that db/cli's commands hang in."""


def _collect() -> None:
    for module in pkgutil.iter_modules(db.cli.__path__):
        for name, value in vars(importlib.import_module(f"db.cli.{module.name}")).items():
            if isinstance(value, click.Command) and not name.startswith("_"):
                main.add_command(value)


_collect()
if __name__ == "__main__":
    sys.exit(main(prog_name="python -m db"))
