"""`python -m tests.bench.many_people [--people N] [--contacts N] [--share PERCENT] [--guess] [--keep FOLDER] [sqlite] [postgres]`: rosters over 60,000 people and 3,000,000 contacts, on both engines.

A district of 40 communities and 425 grids, 350,000 residents; one huge community has half of everything (--share). A worker reads the roster of two
grids, a station head that of the huge community. Prints for TIMES readings of each list the median of wall and the mean of processor time (of this
process, and of PostgreSQL's for its session), then what recording a contact takes, its ledger entry included, and the pages that count. --guess: PostgreSQL plans without statistics.
--keep: the databases stay in that folder (under /tmp), and the next run of the same sizes measures them again.
Ends with 1 when a list or a contact takes more than its MOST.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psutil
import psycopg
from sqlalchemy import Engine, func, select

from core.packages import PARTS
from core.refusals import Refused
from core.rulebook import load_rulebook
from db.commands.care import record_contact
from db.commands.filing import carry_out
from db.commands.migrate import migrate
from db.engine import make_engine, open_session
from db.models.ledger import LedgerEntry
from db.models.residents import SpecialGroup
from db.queries import gaps as map_gaps
from db.queries import overview
from db.queries.care import contacts, person
from db.queries.checklist import checklist, quarters
from db.queries.checklist_rows import violations
from db.queries.map import community_values, grid_card, grid_values
from db.queries.packages import gaps
from db.queries.queue import Wanted as Work
from db.queries.queue import counts, queue
from db.queries.roster import found_people, roster, totals
from db.queries.roster_order import Wanted
from db.queries.walks import walk
from db.scope import Scope
from tests import desk, postgres
from tests.bench.__main__ import option
from tests.bench.people_rows import CONTACTS, PEOPLE, RESIDENTS, District, fill_postgres, fill_sqlite
from tests.conftest import NOW

MOST, MOST_OF_A_CONTACT, MOST_OF_A_PAGE = 50.0, 10.0, 1000.0
"""Milliseconds: a list, recording a contact, a page of figures."""
ROWS, TIMES, RECORDED = 20, 15, 100
Reading = Callable[[object], object]


def scopes(district: District) -> dict[str, Scope]:
    """A worker of two grids, the head of the huge community."""
    first, second = district.places[:2]
    own = frozenset({UUID(int=first.community)})
    return {
        "grid_worker": Scope(UUID(int=1), "grid_worker", own, frozenset({UUID(int=first.grid), UUID(int=second.grid)}), staff_id=UUID(int=first.staff[1])),
        "station_head": Scope(UUID(int=2), "station_head", own, staff_id=UUID(int=first.staff[0])),
    }


def lists(district: District, who: str, someone: UUID) -> dict[str, Reading]:
    """What one of them reads on the roster and in the queue, and of `someone` of their own."""
    grid_id, whose = UUID(int=district.places[0].grid), "mine" if who == "grid_worker" else "all"
    wanted = {
        "all": Wanted(), "one grid": Wanted(grid_id=grid_id), "elders": Wanted(group="elder"), "children": Wanted(group="child"), "calls": Wanted(act="call"), "a clause": Wanted(clause_id="elder.visit"),
        "a holder": Wanted(state="overdue", holder_id=UUID(int=district.places[0].staff[1])), "a name": Wanted(text="王秀英"), "a surname": Wanted(text="王"), "a building": Wanted(text="0-3号楼"),
        "a phone": Wanted(text="13800138000"), "nobody": Wanted(text="?"), "gaps of a part": Wanted(state="gaps", lack=PARTS[0].key),
    } | {state: Wanted(state=state) for state in ("overdue", "due_soon", "due", "met", "away", "gaps")} | {f"calls {state}": Wanted(state=state, act="call") for state in ("overdue", "due", "met")}  # fmt: skip
    found: dict[str, Reading] = {f"roster: {name}": (lambda session, one=one: roster(session, NOW, one, ROWS)) for name, one in wanted.items()}
    found |= {f"roster counts: {name}": (lambda session, one=one: totals(session, NOW, one)) for name, one in wanted.items() if one == one.counted}
    found["roster: first screen"] = lambda session: (roster(session, NOW, Wanted(), ROWS), totals(session, NOW))
    found["roster: tenth page"] = lambda session: roster(session, NOW, Wanted(), 10 * ROWS)
    work = {"": Work(whose), "calls": Work(whose, kind="call"), "calls late": Work(whose, kind="call", bucket="late"), "visits": Work(whose, kind="visit"), "of one grid": Work(whose, grid_id=grid_id), "a name": Work(whose, text="王秀英")}
    found |= {f"queue: {name}": (lambda session, one=one: queue(session, NOW, one)) for name, one in work.items()}
    found |= {"queue: counts": lambda session: counts(session, NOW, Work(whose))}
    found |= {f"gap counts: {group or 'all'}": (lambda session, group=group: gaps(session, NOW, group)) for group in (None, "disabled")}
    found |= {"found by name": lambda session: found_people(session, NOW, "王秀英"), "found by phone": lambda session: found_people(session, NOW, "13800138000")}
    found |= {"round": lambda session: walk(session, NOW, None if who == "grid_worker" else grid_id), "round of everybody": lambda session: walk(session, NOW)}
    return found | {"a file": lambda session: person(session, NOW, someone), "a file's contacts": lambda session: contacts(session, someone)}


def elders(engine: Engine, scope: Scope) -> list[UUID]:
    """The elders on the roster of a scope."""
    with open_session(engine, scope) as session:
        return list(session.scalars(select(SpecialGroup.resident_id).where(SpecialGroup.group == "elder").order_by(SpecialGroup.resident_id)))


def pages(district: District) -> dict[str, Reading]:
    """What counts over the whole huge community."""
    own, grid_id = UUID(int=district.places[0].community), UUID(int=district.places[0].grid)
    months = overview.month_keys(NOW)
    running = "2026-Q4"
    found: dict[str, Reading] = {
        "map": lambda session: grid_values(session, NOW, own), "map: a grid's card": lambda session: grid_card(session, NOW, grid_id), "map: gaps": lambda session: map_gaps.gaps(session, NOW, own),
        "map: communities": lambda session: community_values(session, NOW), "overview: late": lambda session: overview.late(session, NOW, own),
        "overview: thresholds": lambda session: overview.thresholds(session, NOW, own), "overview: history": lambda session: overview.history(session, NOW, own, months),
        "overview: standing": lambda session: overview.standing(session, NOW, own), "overview: late rows": lambda session: overview.late_rows(session, NOW, own),
        "checklist: quarters": lambda session: quarters(session, NOW, own), "checklist": lambda session: checklist(session, NOW, own, running),
        "checklist: a quarter ago": lambda session: checklist(session, NOW, own, "2026-Q3"),
    }  # fmt: skip
    return found | {f"rows of {one}": (lambda session, one=one: violations(session, NOW, own, one, running)) for one in ("elder.call", "elder.team", "plausible.dense") if one in load_rulebook()}


def measured(engine: Engine, scope: Scope, read: Reading, times: int = TIMES) -> tuple[float, float]:
    """Milliseconds of wall (median) and of processor (mean) of `times` readings, each in a session of its own."""
    wall, begun_own = [], spent(engine)
    for _ in range(times):
        with open_session(engine, scope) as session:
            session.connection()
            begun = time.perf_counter()
            read(session)
            wall.append((time.perf_counter() - begun) * 1000)
    return statistics.median(wall), (spent(engine) - begun_own) / times


def spent(engine: Engine) -> float:
    """Milliseconds of processor time so far: of this process, and of the server's process that serves it (counted in ticks of 10 ms)."""
    own = time.process_time() * 1000
    if engine.dialect.name == "sqlite":
        return own
    with engine.connect() as link:
        times = psutil.Process(link.exec_driver_sql("SELECT pg_backend_pid()").scalar()).cpu_times()
    return own + (times.user + times.system) * 1000


def recorded(engine: Engine, scope: Scope, district: District, act: str, outcome: str, hours: float) -> tuple[float, float, float]:
    """Wall (median), processor (mean) and the slowest one in twenty (wall) of recording contacts with RECORDED people, the whole command."""
    wall, before = [], spent(engine)
    mine = elders(engine, scope)
    with open_session(engine, scope) as session:
        # What is kept has been measured before: nobody tells of the same minute twice.
        since = NOW + timedelta(minutes=2 * (session.scalar(select(func.count(LedgerEntry.id))) // RECORDED))
    for number, one in enumerate(district.chance.sample(mine, min(RECORDED, len(mine)))):
        now = since + timedelta(seconds=number)
        begun = time.perf_counter()
        done = carry_out(engine, scope, record_contact, now=now, resident_id=one, act=act, outcome=outcome, happened_at=now - timedelta(hours=hours), late_reason="bench")
        if isinstance(done, Refused) and done.reason == "care.recorded_before":
            continue  # by the other one of the two
        wall.append((time.perf_counter() - begun) * 1000)
        assert not isinstance(done, Refused), done
    return statistics.median(wall), (spent(engine) - before) / len(wall), sorted(wall)[int(len(wall) * 0.95)]


@contextmanager
def engines(district: District) -> Iterator[Iterator[tuple[str, Engine]]]:
    """The engines asked for (both, if none is named) over the same rows."""
    wanted = [name for name in ("sqlite", "postgres") if name in sys.argv[1:]] or ["sqlite", "postgres"]
    kept = Path(sys.argv[sys.argv.index("--keep") + 1]) if "--keep" in sys.argv else None
    with tempfile.TemporaryDirectory() as name:
        folder = kept or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        desk.own_key(folder / "desk.key")
        yield (made for one in wanted for made in (_sqlite(folder, district) if one == "sqlite" else _postgres(kept, district)))


def _sqlite(folder: Path, district: District) -> Iterator[tuple[str, Engine]]:
    engine, is_there = make_engine(f"sqlite:///{folder}/desk.db"), (folder / "desk.db").exists()
    migrate(engine)
    if not is_there:
        engine.dispose()
        print(f"sqlite    {fill_sqlite(folder / 'desk.db', district)}", flush=True)
    yield "sqlite", engine
    engine.dispose()


def _postgres(kept: Path | None, district: District) -> Iterator[tuple[str, Engine]]:
    with postgres.server(kept, kept=kept is not None) as server:
        is_there = postgres.has_database(server.url, "many_people")
        url = server.url.set(database="many_people") if is_there else postgres.create_database(server.url, "many_people")
        engine = make_engine(desk.url_text(url))
        migrate(engine)
        if not is_there:
            with psycopg.connect(desk.url_text((server.admin or server.url).set(drivername="postgresql", database="many_people")), autocommit=True) as link:
                fill_postgres(link, district, analysed="--guess" not in sys.argv)
        yield "postgres", engine
        engine.dispose()


def told(name: str, who: str, what: str, figures: tuple[float, ...], most: float) -> bool:
    """Prints a line; whether the first figure is within `most`."""
    over = figures[0] > most
    print(f"{name:<10}{who:<14}{what:<26}{figures[0]:>9.1f} ms{figures[1]:>9.1f} own{f'{figures[2]:>9.1f} slowest' if len(figures) > 2 else ''}{f'  above {most:.0f}' if over else ''}", flush=True)
    return not over


def measure(name: str, engine: Engine, district: District) -> bool:
    """All lines of one engine; whether lists and contacts are quick enough."""
    fine, all_scopes = True, scopes(district)
    for who, scope in all_scopes.items():
        for what, read in lists(district, who, elders(engine, scope)[0]).items():
            fine &= told(name, who, what, measured(engine, scope, read), MOST)
    for what, read in pages(district).items():
        told(name, "station_head", what, measured(engine, all_scopes["station_head"], read, 3), MOST_OF_A_PAGE)
    for who, scope in all_scopes.items():
        for what, act, outcome, hours in (("a call", "call", "reached", 0), ("a visit", "visit", "reached", 0), ("a late entry", "call", "reached", 24 * 20), ("no answer", "call", "no_answer", 0)):
            fine &= told(name, who, f"recording {what}", recorded(engine, scope, district, act, outcome, hours), MOST_OF_A_CONTACT)
    with open_session(engine, all_scopes["station_head"]) as session:
        print(f"{name:<10}ledger entries: {session.scalar(select(func.count(LedgerEntry.id)))}", flush=True)
    return fine


def main() -> int:
    """The whole bench; 0 when every list and every contact is quick enough."""
    people = option("--people", PEOPLE)
    district = District(people, option("--contacts", CONTACTS * people // PEOPLE), RESIDENTS * people // PEOPLE, option("--share", 50) / 100)
    fine = True
    with engines(district) as both:
        for name, engine in both:
            fine &= measure(name, engine, district)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
