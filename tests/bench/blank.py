"""Starts the desk with a blank page in place of one desk's: `python -m tests.bench.blank DESK run app.py …`.

What an empty page costs in this very app: the same gate, shell, menu and account, and nothing to draw.
"""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from streamlit.web.cli import main

if __name__ == "__main__":
    name = f"pages.{sys.argv.pop(1)}"
    blank = ModuleType(name)
    blank.__spec__ = ModuleSpec(name, None)
    blank.page = lambda: None
    sys.modules[name] = blank
    main(prog_name="streamlit")
