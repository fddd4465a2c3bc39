"""The other side of the desk's channels, real ones on this machine: a mail server that speaks SMTP, and a group robot's address that speaks HTTP."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class MailServer(socketserver.ThreadingTCPServer):
    """Takes letters, or refuses them with `refuse` (an SMTP line like "451 later"). `letters`: those taken."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.refuse: str | None = None
        self.letters: list[EmailMessage] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"DATA":
                self._data()
            elif verb == b"RCPT" and self.server.refuse:
                self._say(self.server.refuse)
            else:
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=default))
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class Group(ThreadingHTTPServer):
    """A robot's address: every POST is kept as (path with query, JSON); answered with `answer` (a body, or a whole number as HTTP status)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Robot)
        self.answer: dict | str | int = {"errcode": 0, "errmsg": "ok"}
        self.posts: list[tuple[str, dict]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/send?key=secret-of-the-group"


class _Robot(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.posts.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        answer = self.server.answer
        self.send_response(answer if isinstance(answer, int) else 200)
        self.end_headers()
        self.wfile.write((json.dumps(answer) if isinstance(answer, dict) else str(answer)).encode())

    def log_message(self, *_) -> None:
        """Quiet."""


@contextmanager
def open_for_business(server: socketserver.BaseServer) -> Iterator:
    """The server answers, until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
