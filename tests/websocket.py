"""A client that speaks Streamlit's own websocket, without a browser: for the bench, and for knocking at the gate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from google.protobuf.json_format import MessageToJson
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60
"""Seconds to wait for the end of a run."""


@dataclass(frozen=True)
class Answer:
    """What one run sent: its messages, and their size on the wire in bytes."""

    messages: list[ForwardMsg]
    size: int

    @property
    def text(self) -> str:
        """Everything in it as JSON text, for looking for words that must or must not be there."""
        return "\n".join(MessageToJson(one, ensure_ascii=False) for one in self.messages)

    @property
    def wire(self) -> bytes:
        """Everything as bytes: also finds words inside the tables of dataframes, which JSON would hide in base 64."""
        return b"".join(one.SerializeToString() for one in self.messages)


@dataclass(frozen=True)
class Socket:
    """An open websocket session of the desk."""

    link: ClientConnection

    def run(self, desk: str = "", *, page_hash: str = "", query: str = "", url: str = "") -> Answer:
        """Asks for `desk` by name (or for a page by its hash) and collects all until the run is over."""
        ask = BackMsg()
        ask.rerun_script.query_string = query
        ask.rerun_script.page_name = desk
        ask.rerun_script.page_script_hash = page_hash
        ask.rerun_script.context_info.timezone = "Asia/Shanghai"
        ask.rerun_script.context_info.url = url
        self.link.send(ask.SerializeToString())
        messages, size = [], 0
        while not messages or messages[-1].WhichOneof("type") != "script_finished" or messages[-1].script_finished not in _ENDS:
            frame = self.link.recv(timeout=PATIENCE)
            size += len(frame)
            messages.append(ForwardMsg.FromString(frame))
        return Answer(messages, size)


_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
"""A run that hands over to another page ends early and goes on; only these end it for good."""


@contextmanager
def open_socket(address: str, cookies: dict[str, str], origin: str | None = None) -> Iterator[Socket]:
    """A new session at `address` (http://…), said to come from a page at `origin`. Raises websockets' InvalidStatus when the gate refuses."""
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    where = address.replace("http://", "ws://", 1) + "/_stcore/stream"
    with connect(where, additional_headers=header, origin=origin, subprotocols=["streamlit"], max_size=None, open_timeout=30) as link:
        yield Socket(link)
