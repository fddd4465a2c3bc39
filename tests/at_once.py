"""`python -m tests.at_once N COMMAND…`: one command of `python -m db`, in N processes at the same moment.

They are forked from one that has loaded the desk: three interpreters of their own would take three times as long, and start one after another.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from tempfile import TemporaryFile

from sqlalchemy.engine import URL

from tests.desk import ROOT, url_text


def at_once(n: int, url: URL | str, *command: str, **settings: str) -> list[tuple[int, str]]:
    """(exit code, output) of each; `settings` are environment variables."""
    env = os.environ | {"DESK_DATABASE_URL": url_text(url)} | settings
    done = subprocess.run([sys.executable, "-m", "tests.at_once", str(n), *command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [tuple(one) for one in json.loads(done.stdout)]


def main(n: int, command: list[str]) -> list[tuple[int, str]]:
    from core.rulebook import load_rulebook
    from db.__main__ import main as group

    # Loaded once, before there are several.
    group.get_command(None, command[0])
    load_rulebook()
    with ExitStack() as files:
        outputs = [files.enter_context(TemporaryFile("w+")) for _ in range(n)]
        children = [os.fork() or _become(group, command, output.fileno()) for output in outputs]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        for output in outputs:
            output.seek(0)
        return [(code, output.read()) for code, output in zip(codes, outputs, strict=True)]


def _become(group, command: list[str], output: int) -> None:
    """This process is the command from here on."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    group(command, prog_name="python -m db")


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), sys.argv[2:])))
