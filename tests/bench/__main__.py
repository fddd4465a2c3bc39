"""`make bench` (`python -m tests.bench [--times N] [--of FILE] [--cold] [VIEW …]`): what the first screen of each desk costs the server, against an empty page of the same app.

Over a real websocket: a new session for every opening, as whoever uses the desk; CPU of the server process (user and
system) until its run is over, the mean of many. --cold: something is filed before each opening, so that nothing a page keeps serves it; prints the ratios without judging
them. Then the map in a real Chromium: bytes of a second visit.
Ends with 1 when a ratio is above 3 or the map's second visit above 20 kB.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
from sqlalchemy import select

from db.commands.filing import carry_out, file
from db.engine import make_engine
from db.models.grids import Community
from db.scope import Scope
from tests import desk as desks
from tests.bench.map_payload import second_visit
from tests.conftest import NOW, run_db
from tests.loaded import Loaded
from tests.websocket import open_socket

TIMES = 30
"""Openings per figure: the kernel counts CPU in ticks of 10 ms."""
GRIDS, MONTHS = 12, 12
"""Of the demo community that is measured: the size `make run` makes. `--of` measures over the SQLite file of another, whose key is DESK_KEY_FILE's."""
MOST = 3.0
MAP_BYTES = 20_000
BLANK = "calendar"
"""The desk whose page is blank in the second server; every role may open it."""
VIEWS = (
    ("queue", "grid_worker"), ("alerts", "grid_worker"), ("roster", "grid_worker"), ("map", "station_head"), ("checklist", "committee_member"), ("overview", "station_head"),
    ("overview", "street_officer"), ("overview", "committee_member"), ("rulebook", "committee_member"), ("calendar", "station_head"), ("duties", "station_head"), ("property", "property_company"), ("reconciliation", "station_head"), ("surveys", "station_head"),
    ("imports", "station_head"), ("exports", "station_head"), ("ledger", "committee_member"), ("accounts", "administrator"), ("staff", "station_head"),
)  # fmt: skip


def open_once(server: desks.Desk, view: str, role: str) -> int:
    """One first screen, in a session of its own; bytes it took over the websocket."""
    with open_socket(server.address, server.cookies_of(role)) as socket:
        return socket.run(view, url=f"{server.address}/{view}").size


def cost(server: desks.Desk, view: str, role: str, stir: Callable[[], object] = lambda: None) -> tuple[float, int]:
    """Milliseconds of server CPU for one first screen (mean of many), and its bytes. `stir` runs before each opening."""
    process, times = psutil.Process(server.process.pid), option("--times", TIMES)
    size = max(open_once(server, view, role) for _ in range(3))
    before = process.cpu_times()
    for _ in range(times):
        stir()
        open_once(server, view, role)
    after = process.cpu_times()
    return (after.user - before.user + after.system - before.system) * 1000 / times, size


def stirring(url: str, now: datetime) -> Callable[[], object]:
    """Files an entry in every community, from this process: what the server has kept is of yesterday then."""
    engine = make_engine(url)
    with engine.connect() as connection:
        ids = list(connection.scalars(select(Community.community_id)))

    def entry(session, *, now, community_id):
        file(session, "bench.stir", now=now, community_id=community_id)

    return lambda: [carry_out(engine, Scope.system({one}), entry, now=now, community_id=one) for one in ids]


def demo(folder: Path) -> str:
    """URL of the demo community to measure over: a new one, or that of `--of`."""
    if "--of" in sys.argv:
        return f"sqlite:///{sys.argv[sys.argv.index('--of') + 1]}"
    desks.own_key(folder / "desk.key")
    url = f"sqlite:///{folder}/demo.db"
    run_db(url, "migrate")
    run_db(url, "demo", "--grids", str(GRIDS), "--months", str(MONTHS))
    return url


def chosen() -> list[tuple[str, str]]:
    """The views named on the command line, or all."""
    named = [one for one in VIEWS if one[0] in sys.argv[1:]]
    return named or list(VIEWS)


def option(name: str, default: int) -> int:
    """The number given on the command line after `name`, or the default."""
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def measure(real: desks.Desk, empty: desks.Desk, stir: Callable[[], object]) -> bool:
    """Prints a line for each view; True when all are within MOST."""
    print(f"{'view':<12}{'as':<20}{'CPU ms':>8}{'empty':>8}{'ratio':>8}{'bytes':>10}")
    blank: dict[str, float] = {}
    fine = True
    for view, role in chosen():
        if role not in blank:
            blank[role] = cost(empty, BLANK, role)[0]
        spent, size = cost(real, view, role, stir)
        ratio = spent / (blank[role] or 10)  # one tick, where so few openings took none
        fine &= ratio <= MOST
        print(f"{view:<12}{role:<20}{spent:>8.1f}{blank[role]:>8.1f}{ratio:>8.2f}{size:>10}{'' if ratio <= MOST else '  above ' + str(MOST)}", flush=True)
    return fine


def main(now: datetime = NOW, by: Loaded | None = None) -> int:
    """The whole bench; 0 when everything holds. `by`: what has loaded the desk already."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = demo(folder)
        with desks.serve(url, now, folder / "real.log", by=by) as real, desks.serve(url, now, folder / "empty.log", blank=BLANK, by=by) as empty:
            cold = "--cold" in sys.argv
            fine = measure(real, empty, stirring(url, now) if cold else lambda: None) or cold
            if any(view == "map" for view, _ in chosen()):
                size = second_visit(real, "map") - second_visit(empty, BLANK)
                print(f"map, second visit in Chromium: {size} bytes more than an empty page's, of {MAP_BYTES}")
                fine &= size < MAP_BYTES
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
