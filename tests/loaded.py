"""`python -m tests.loaded SOCKET`: a process that has loaded the desk and becomes a server for each test that asks, or several commands at the same moment.

Loading Streamlit, pandas and the desk's own pages takes three seconds of processor, and one run of the suite starts a dozen servers.
The command as a person types it: tests/test_readme.py and tests/db/test_migrate.py.
"""

import fcntl
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import configure_mappers

from core.rulebook import load_rulebook
from core.words import all_words
from tests.at_once import at_once
from tests.bench.blank import put

ROOT = Path(__file__).resolve().parent.parent


# --- for who wants a server -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Server:
    """A process that isn't our own child, with what one needs of subprocess.Popen. `ended` can be read from when it is over."""

    pid: int
    ended: int

    def poll(self) -> int | None:
        """None while it runs."""
        return 0 if select.select([self.ended], [], [], 0)[0] else None

    def send(self, number: int) -> None:
        """A signal, unless it is over."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.ended, number)

    def wait(self, timeout: float) -> bool:
        """Whether it is over after at most so many seconds."""
        return bool(select.select([self.ended], [], [], timeout)[0])


class Loaded:
    """The one process of a run that has loaded the desk, for all its workers: started by the first who asks, gone with the last of them, and every server with it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._line: socket.socket | None = None

    def leave(self) -> None:
        """Nothing more is asked for."""
        if self._line:
            self._line.close()

    @contextmanager
    def server(self, arguments: list[str], env: dict[str, str], log: Path, blank: str | None = None) -> Iterator[Server]:
        """`python -m streamlit ARGUMENTS` with the environment `env`, printing to `log`, to the end of the block. `blank`: the desk whose page is empty."""
        one = self._become({"arguments": arguments, "env": env, "log": str(log), "blank": blank})
        try:
            yield one
        finally:
            one.send(signal.SIGTERM)
            if not one.wait(10):
                one.send(signal.SIGKILL)
            os.close(one.ended)

    def at_once(self, n: int, url: URL | str, *command: str, **settings: str) -> list[tuple[int, str]]:
        """`python -m db COMMAND` on the database `url` in `n` processes at the same moment: (exit code, output) of each. `settings` are environment variables."""
        with TemporaryDirectory() as name:
            log = Path(name) / "said"
            env = os.environ | {"DESK_DATABASE_URL": make_url(url).render_as_string(hide_password=False)} | settings
            one = self._become({"arguments": command, "env": env, "log": str(log), "at_once": n})
            assert one.wait(120), log.read_text()
            os.close(one.ended)
            return [tuple(each) for each in json.loads(log.read_text())]

    def _become(self, what: dict) -> Server:
        self._line = self._line or self._reach()
        self._line.sendall(json.dumps(what).encode() + b"\n")
        pid, [ended], _, _ = socket.recv_fds(self._line, 32, 1)
        return Server(int(pid), ended)

    def _reach(self) -> socket.socket:
        path = self._folder / "loaded"
        with (self._folder / "loaded.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with suppress(OSError):
                return _call(path)
            path.unlink(missing_ok=True)
            with (self._folder / "loaded.log").open("wb") as output:
                started = subprocess.Popen([sys.executable, "-m", "tests.loaded", str(path)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output)
            said, _ = started.communicate()
            assert said, (self._folder / "loaded.log").read_text()
            return _call(path)


def _call(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(path))
    except OSError:
        line.close()
        raise
    return line


# --- the process itself -----------------------------------------------------------------------------------------------
COMPONENT, SERVED = "streamlit_folium", ("pages.map", "pages.parts.map_layer")
"""Tells the running server its address when it is imported, so each server imports it, and what imports it, by itself."""


def load() -> None:
    """All that a server imports and reads until it has shown each desk once, and nothing that asks for a setting."""
    gc.disable()
    for name in ("streamlit.web.cli", "uvicorn.protocols.http.h11_impl", "websockets.server", "starlette.staticfiles", "pyarrow.pandas_compat"):
        importlib.import_module(name)
    for path in sorted((ROOT / "pages").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name not in SERVED:
            importlib.import_module(name)
    assert COMPONENT not in sys.modules, f"what imports {COMPONENT} belongs into SERVED"
    configure_mappers()
    all_words()
    load_rulebook()
    gc.enable()
    gc.collect()
    gc.freeze()


def main(path: str) -> None:
    """Answers each line with the number of the process it has become; ends when nobody is there any more."""
    load()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        print("ready", flush=True)
        if os.fork():
            os._exit(0)  # nobody's child: it outlasts the worker that started it
        os.dup2(0, 1)
        lines: dict[socket.socket, list[int]] = {}
        while True:
            for one in select.select([door, *lines], [], [], 60)[0]:
                if one is door:
                    lines[door.accept()[0]] = []
                elif asked := _asked(one):
                    pid = os.fork() or _become(asked, [door, *lines])
                    lines[one].append(os.pidfd_open(pid))
                    socket.send_fds(one, [b"%d" % pid], lines[one][-1:])
                else:
                    _end(lines.pop(one))
                    one.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG if lines else 0)[0]:
                    pass
            if not lines:
                return


def _asked(line: socket.socket) -> dict | None:
    said = b""
    while not said.endswith(b"\n"):
        more = line.recv(65536)
        if not more:
            return None
        said += more
    return json.loads(said)


def _end(servers: list[int]) -> None:
    """Of somebody who went, maybe without ending them."""
    for server in servers:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(server, signal.SIGTERM)
        os.close(server)


def _become(asked: dict, lines: list[socket.socket]) -> None:
    """This process is the server, or starts the commands, from here on."""
    for one in lines:
        one.close()
    output = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    if "at_once" in asked:
        print(json.dumps(at_once(asked["at_once"], asked["arguments"])))
        sys.exit()
    if asked["blank"]:
        put(asked["blank"])
    sys.argv = ["streamlit", *asked["arguments"]]
    importlib.import_module("streamlit.web.cli").main(prog_name="streamlit")


if __name__ == "__main__":
    main(sys.argv[1])
