"""Starts the desk with a blank page in place of one desk's: `python -m tests.bench.blank DESK run app.py …`.

What an empty page costs in this very app: the same gate, shell, menu and account, and nothing to draw.
"""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType


def put(desk: str) -> None:
    """In this process the desk's page is blank from here on."""
    name = f"pages.{desk}"
    blank = ModuleType(name)
    blank.__spec__ = ModuleSpec(name, None)
    blank.page = lambda: None
    sys.modules[name] = blank


if __name__ == "__main__":
    from streamlit.web.cli import main

    put(sys.argv.pop(1))
    main(prog_name="streamlit")
