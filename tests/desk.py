"""Starts the real app for a test, and signs in as a person would."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from tests.loaded import Loaded, Server

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "wangge-2026"
ACCOUNTS = {
    "grid_worker": "worker1", "station_head": "head", "committee_member": "committee", "street_officer": "street",
    "property_company": "property", "administrator": "admin",
}  # fmt: skip
"""The demo account of each role; all have PASSWORD."""
START_WITHIN = 60
"""Seconds a server may take to answer /healthz before the test fails with its log."""


@dataclass(frozen=True)
class Desk:
    """A running app: where it answers, over which database, as which process."""

    address: str
    database: str
    process: subprocess.Popen | Server
    log: Path
    signed_in: dict[str, dict[str, str]] = field(default_factory=dict)

    def cookies_of(self, role: str) -> dict[str, str]:
        """The cookies of the demo account of `role`, signed in once for all tests of this server."""
        if role not in self.signed_in:
            self.signed_in[role] = dict(self.sign_in(ACCOUNTS[role], PASSWORD))
        return self.signed_in[role]

    def speak(self, role: str, lang: str) -> None:
        """The language the account of `role` reads in, as its switch would set it."""
        from db.engine import make_engine

        engine = make_engine(self.database)
        with engine.begin() as link:
            link.execute(text("UPDATE sign_in SET lang = :lang WHERE account_id = (SELECT id FROM account WHERE username = :name)"), {"lang": lang, "name": ACCOUNTS[role]})
        engine.dispose()

    def sign_in(self, account: str, password: str) -> httpx.Cookies:
        """The cookies of a fresh login through the real form. Raises AssertionError when the desk refuses."""
        with httpx.Client(base_url=self.address, follow_redirects=False) as client:
            client.get("/login")
            answer = client.post("/login", data={"account": account, "password": password})
            assert answer.status_code == 303 and client.cookies, f"{account} was not let in: {answer.status_code} {answer.text[:300]}"
            return client.cookies


def url_text(url: URL | str) -> str:
    """The URL as text with its password, as an environment variable needs it."""
    return make_url(url).render_as_string(hide_password=False)


def settle(path: Path) -> None:
    """Everything of a SQLite database into its one file, so that copying the file copies all."""
    link = sqlite3.connect(path)
    link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    link.close()


def own_key(path: Path) -> None:
    """A key file for tests, away from var/; every process started from here uses it."""
    path.write_bytes(b"tests only, 32 bytes, no secret.")
    os.environ["DESK_KEY_FILE"] = str(path)
    os.environ.pop("DESK_NOW", None)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serve(database: URL | str, now: datetime | None, log: Path, *, blank: str | None = None, by: Loaded | None = None, **settings: str) -> Iterator[Desk]:
    """The app over `database` as a process of its own, from its first answer to the end of the block.

    `by` has loaded it already; `blank` names a desk to be served as an empty page (for the bench); `settings` are environment variables.
    """
    port = free_port()
    env = os.environ | {"DESK_DATABASE_URL": url_text(database)} | settings
    if now:
        env["DESK_NOW"] = now.isoformat()
    arguments = ["run", "app.py", "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
    with by.server(arguments, env, log, blank) if by else _started([*(["tests.bench.blank", blank] if blank else ["streamlit"]), *arguments], env, log) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, log)
        yield Desk(address, url_text(database), process, log)


@contextmanager
def _started(module: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(address: str, process: subprocess.Popen | Server, log: Path, within: int = START_WITHIN) -> None:
    """Until the server answers /healthz. Raises AssertionError with its log when it ends, or doesn't within `within` seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        assert process.poll() is None, f"the app ended by itself:\n{log.read_text()[-3000:]}"
        try:
            if httpx.get(f"{address}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address}/healthz within {within} s:\n{log.read_text()[-3000:]}")
