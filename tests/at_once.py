"""One command of `python -m db`, in several processes at the same moment, forked from this one: interpreters of their own would start one after another."""

import os
from contextlib import ExitStack
from tempfile import TemporaryFile

from db.__main__ import main as group


def at_once(n: int, command: list[str]) -> list[tuple[int, str]]:
    """(exit code, output) of each."""
    group.get_command(None, command[0])  # loaded once, before there are several
    with ExitStack() as files:
        outputs = [files.enter_context(TemporaryFile("w+")) for _ in range(n)]
        children = [os.fork() or _become(command, output.fileno()) for output in outputs]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        for output in outputs:
            output.seek(0)
        return [(code, output.read()) for code, output in zip(codes, outputs, strict=True)]


def _become(command: list[str], output: int) -> None:
    """This process is the command from here on."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    group(command, prog_name="python -m db")
