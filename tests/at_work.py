"""Jobs for further processes, in a file that loads nothing: each process reads it before it begins, and with pytest and the desk that takes two seconds."""

import os


def dies_beside(parent: int, number: int) -> int:
    """Twice the number; every process but `parent` ends at once."""
    if os.getpid() != parent:
        os._exit(1)
    return number * 2


def where(_number: int) -> int:
    """The process it is done in."""
    return os.getpid()
