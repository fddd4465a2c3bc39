"""`python -m tests.bench.many_orders [--orders N]`: the queues over a million orders, three in a hundred open, on both engines.

One huge community has half of all and three others share the rest; beside the orders stand the open care clocks of 60,000 people (fewer with fewer
orders). A worker reads the queue of two grids, a station head that of the huge community, the property company its own orders of all four.
Prints the best of several readings of 200 rows under each filter, and of all counts, in milliseconds. Ends with 1 when a list takes more than MOST.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from core.work_orders import kinds
from db.commands.migrate import migrate
from db.engine import make_engine, open_session
from db.queries.queue import Wanted, counts, finished, queue, unclocked
from db.scope import Scope
from db.types import to_micros, uuid7
from tests import desk, postgres
from tests.bench.__main__ import option
from tests.conftest import NOW

ORDERS, OPEN_ORDERS, UNCLOCKED, TO_FOLLOW_UP, PEOPLE = 1_000_000, 0.03, 0.1, 0.002, 0.06
"""Orders; of them open; of those without a clock; of the closed ones not followed up; people for each order."""
COMMUNITIES, GRIDS = 4, 12
MOST = 50.0
"""Milliseconds for 200 rows."""
ROWS, TIMES = 200, 9
ORDER = ("community_id", "id", "grid_id", "number", "kind", "category", "channel", "matter", "status", "received_at", "recorded_at", "finished_at", "closed_at", "reopened", "desk", "version")
CLOCK = (
    "community_id", "id", "grid_id", "clause_id", "effective_from", "subject_kind", "subject_id", "work_order_id", "resident_id", "act", "times_required", "times_done",
    "started_at", "warn_at", "due_at", "met_at", "closed_at", "desk", "version",
)  # fmt: skip
Place = tuple[UUID, UUID]


def orders(places: list[Place], count: int, chance: random.Random) -> Iterator[tuple[str, tuple]]:
    """Table and values of every order and clock, oldest first, as they would have come in over three years."""
    names = list(kinds())
    for number in range(count):
        (community_id, grid_id), kind, order_id = chance.choice(places), chance.choice(names), uuid7()
        where = "property" if chance.random() < 0.2 else "grid"
        still, at = chance.random() < OPEN_ORDERS, NOW - timedelta(days=1000 * (1 - number / count), seconds=60)
        due = NOW + timedelta(hours=chance.uniform(-200, 400)) if still else at + timedelta(days=3)
        done = None if still else at + timedelta(days=2)
        unclocked = still and chance.random() < UNCLOCKED
        status = "taken_in" if unclocked else "accepted" if still else "finished" if chance.random() < TO_FOLLOW_UP else "archived"
        yield "work_order", (
            community_id, order_id, grid_id, f"2026-{number:07d}", kind, kinds()[kind].category, "hotline", chance.choice(("下水道堵塞", "楼道灯不亮", "电梯异响")),
            status, at, at, done, done, 0, where, 1,
        )  # fmt: skip
        for clause_id in list(kinds()[kind].clocks)[: 0 if unclocked else 2 if still else 1]:
            yield "clock", (
                community_id, uuid7(), grid_id, clause_id, date(2020, 1, 1), "work_order", order_id, order_id, None, None, 1, 0, at, due - timedelta(hours=4), due, done, done, where, 1,
            )  # fmt: skip


def care(places: list[Place], count: int, chance: random.Random) -> Iterator[tuple[str, tuple]]:
    """People, and for each the open clocks of what must recur."""
    for _ in range(count):
        (community_id, grid_id), resident_id = chance.choice(places), uuid7()
        yield "resident", (community_id, resident_id, grid_id, chance.choice("王李张刘陈杨赵黄周吴") + chance.choice("秀淑建国桂玉") + chance.choice("英珍华兰明荣"), 1950, 1)
        for clause_id, act in (("elder.call", "call"), ("elder.visit", "visit"), ("file.update", "file_update")):
            due = NOW + timedelta(hours=chance.uniform(-100, 2000))
            yield "clock", (
                community_id, uuid7(), grid_id, clause_id, date(2020, 1, 1), "resident", resident_id, None, resident_id, act, 1, 0, due - timedelta(days=30),
                due - timedelta(days=2), due, None, None, "grid", 1,
            )  # fmt: skip


def ground() -> tuple[list[Place], dict[str, list[tuple]]]:
    """The grids, and the rows of communities and grids."""
    whole = {uuid7(): n for n in range(COMMUNITIES)}
    places = [(community_id, uuid7()) for community_id, n in whole.items() for _ in range(GRIDS if n else 3 * GRIDS)]
    communities = [(one, f"c{n}", f"c{n}", "street", 0, False, NOW) for one, n in whole.items()]
    return places, {"community": communities, "grid": [(*place, f"{n:03d}", f"grid {n}", 1) for n, place in enumerate(places)]}


COLUMNS = {
    "community": ("community_id", "code", "name", "street", "map_version", "is_demo", "created_at"),
    "grid": ("community_id", "id", "code", "name", "version"), "resident": ("community_id", "id", "grid_id", "name", "birth_year", "version"),
    "work_order": ORDER, "clock": CLOCK,
}  # fmt: skip


def _plain(value):
    """As SQLite keeps it."""
    if isinstance(value, UUID):
        return value.bytes
    if isinstance(value, datetime):
        return to_micros(value)
    return value.isoformat() if isinstance(value, date) else value


def fill_sqlite(path: Path, rows: dict[str, list[tuple]]) -> None:
    link = sqlite3.connect(path)
    for table, values in rows.items():
        marks = ", ".join("?" * len(COLUMNS[table]))
        link.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES ({marks})", (tuple(map(_plain, one)) for one in values))
    link.execute("ANALYZE")
    link.commit()
    link.close()


def fill_postgres(link: psycopg.Connection, rows: dict[str, list[tuple]]) -> None:
    for table, values in rows.items():
        with link.cursor().copy(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN") as copy:
            for one in values:
                copy.write_row(one)
    link.execute("VACUUM ANALYZE")


@contextmanager
def engines(rows: dict[str, list[tuple]]) -> Iterator[Iterator[tuple[str, Engine]]]:
    """Both engines over the same rows."""
    with tempfile.TemporaryDirectory() as name, postgres.server() as server:
        desk.own_key(Path(name) / "desk.key")
        small = make_engine(f"sqlite:///{name}/desk.db")
        migrate(small)
        fill_sqlite(Path(name) / "desk.db", rows)
        large = make_engine(desk.url_text(postgres.create_database(server.url, "many_orders")))
        migrate(large)
        with psycopg.connect(desk.url_text((server.admin or server.url).set(drivername="postgresql", database="many_orders")), autocommit=True) as link:
            fill_postgres(link, rows)
        yield iter((("sqlite", small), ("postgres", large)))
        small.dispose()
        large.dispose()


def scopes(places: list[Place]) -> dict[str, Scope]:
    """A worker of two grids, the head of the huge community, the property company of all four."""
    community_id = places[0][0]
    everywhere = frozenset(one for one, _ in places)
    return {
        "grid_worker": Scope(uuid7(), "grid_worker", frozenset({community_id}), frozenset({places[0][1], places[1][1]}), staff_id=uuid7()),
        "station_head": Scope(uuid7(), "station_head", frozenset({community_id}), staff_id=uuid7()),
        "property": Scope(uuid7(), "property_company", everywhere, order_desks=frozenset({"property"}), people=False),
    }


def readings(place: Place) -> dict[str, object]:
    """Each list as a function of the session, and the counts."""
    every = {
        "all": Wanted("all"), "orders": Wanted("all", kind="order"), "late": Wanted("all", bucket="late"), "late orders": Wanted("all", kind="order", bucket="late"),
        "calls this week": Wanted("all", kind="call", bucket="week"), "one grid": Wanted("all", grid_id=place[1]), "one clause": Wanted("all", clause_id="dispute.community"),
        "a word": Wanted("all", text="电梯"), "a number": Wanted("all", text="2026-0999"), "a name": Wanted("all", text="王秀英"), "a surname": Wanted("all", text="王"),
        "nothing": Wanted("all", text="?"),
    }  # fmt: skip
    made = {name: (lambda session, wanted=wanted: queue(session, NOW, wanted, limit=ROWS)) for name, wanted in every.items()}
    made["unclocked"] = lambda session: unclocked(session, NOW, Wanted("all"), limit=ROWS)
    made["to follow up"] = lambda session: finished(session, NOW, Wanted("all"), limit=ROWS)
    return made | {f"(counts{what})": lambda session, wanted=wanted: counts(session, NOW, wanted) for what, wanted in (("", Wanted("all")), (" of a word", every["a word"]))}


def best(engine: Engine, scope: Scope, read) -> tuple[float, int]:
    """Milliseconds of the quickest of TIMES readings, each in a session of its own, and its number of rows."""
    took, found = [], None
    for _ in range(TIMES):
        with open_session(engine, scope) as session:
            begun = time.perf_counter()
            found = read(session)
            took.append((time.perf_counter() - begun) * 1000)
    return min(took), len(found) if isinstance(found, list) else 0


def main() -> int:
    """The whole bench; 0 when every list is quick enough."""
    chance, count = random.Random("orders"), option("--orders", ORDERS)
    places, rows = ground()
    rows |= {"resident": [], "work_order": [], "clock": []}
    for made in (orders(places, count, chance), care(places, int(count * PEOPLE), chance)):
        for table, values in made:
            rows[table].append(values)
    fine = True
    with engines(rows) as both:
        for name, engine in both:
            for who, scope in scopes(places).items():
                for what, read in readings(places[0]).items():
                    spent, n = best(engine, scope, read)
                    over = not what.startswith("(") and spent > MOST
                    fine &= not over
                    print(f"{name:<10}{who:<14}{what:<18}{spent:>8.1f} ms{n:>6} rows{'  above ' + str(MOST) if over else ''}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
