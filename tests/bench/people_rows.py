"""A district's roster for tests.bench.many_people: residents, who of them is on the roster, a year of contacts with them and the clocks those leave.

Histories are drawn and reckoned (core.cadence) once for PATTERNS people and given to all others, in the order in which they would have been
written. Rows come as each engine takes them fastest.
"""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg

from core.calendar import local_day
from core.care import plan
from core.periods import local_midnight
from core.rulebook import load_rulebook
from db.commands.cadence import Subject
from db.commands.care_bulk import cadence_rows
from db.keys import keyring
from db.types import to_micros, uuid7
from tests.conftest import NOW

COMMUNITIES, GRIDS, BUILDINGS = 40, 425, 12
"""In the district; grids in all; buildings of a grid."""
RESIDENTS, PEOPLE, CONTACTS = 350_000, 60_000, 3_000_000
"""In the district; of them on the roster; contacts with these."""
PATTERNS, BATCH = 400, 20_000
_KINDS = (
    (78, (("elder", None),)), (8, (("elder", "living_alone"),)), (5, (("elder", "disabled_elder"), ("disabled", "physical 2"))),
    (6, (("disabled", "mental 1"),)), (3, (("child", "left_behind"),)),
)  # fmt: skip
_EVERY = {"call": (7, 0.93), "visit": (30.4, 0.9), "session": (14, 0.95), "assessment": (182, 0.9), "file_update": (91, 0.95)}
"""Days between two acts, and the share of periods in which it is done."""
_PER_PERSON_WEEK = 1.125
_SURNAMES, _FIRST, _SECOND = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗", "秀淑建国桂玉志文海春", "英珍华兰明荣芳平军云"


class Sqlite:
    """Values as SQLite keeps them."""

    def id(self, number: int) -> bytes:
        return number.to_bytes(16, "big")

    def moment(self, value: datetime) -> int:
        return to_micros(value)

    def blob(self, value: bytes) -> bytes:
        return value


class Postgres:
    """Values as COPY reads them."""

    def id(self, number: int) -> str:
        return f"{number:032x}"

    def moment(self, value: datetime) -> str:
        return value.isoformat()

    def blob(self, value: bytes) -> str:
        return "\\\\x" + value.hex()


@dataclass(frozen=True)
class Place:
    """A grid with what stands in it; ids as numbers."""

    community: int
    grid: int
    staff: tuple[int, int]
    buildings: tuple[int, ...]


@dataclass(frozen=True)
class Person:
    """Somebody on the roster."""

    id: int
    place: Place
    pattern: int


@dataclass(frozen=True)
class Pattern:
    """What one kind of person left: groups, contacts by week (act, outcome, moment), and clocks by the week in which they began."""

    groups: tuple[tuple[str, str | None], ...]
    joined: date
    contacts: dict[int, list[tuple]]
    clocks: dict[int, list[dict]]


class District:
    """The district: `places` (the first ones are the huge community's, which has `share` of everything), `people` and their patterns."""

    def __init__(self, people: int, contacts: int, residents: int, share: float):
        self.chance, self._count = random.Random("people"), 0
        self.weeks = round(contacts / people / _PER_PERSON_WEEK)
        self.begin = NOW - timedelta(weeks=self.weeks)
        whole = [self.new_id(self.begin) for _ in range(COMMUNITIES)]
        huge = round(GRIDS * share)
        self.places = [self._place(whole[0] if n < huge else self.chance.choice(whole[1:])) for n in range(GRIDS)]
        self.patterns = [self._pattern() for _ in range(PATTERNS)]
        self.people = [Person(self.new_id(self.begin), self.places[n % GRIDS], self.chance.randrange(PATTERNS)) for n in range(people)]
        self.others = residents - people

    def new_id(self, moment: datetime) -> int:
        """A uuid7 of that moment, as a number."""
        self._count += 1
        thousandth = int(moment.timestamp() * 1000)
        return thousandth << 80 | 7 << 76 | (self._count >> 12 & 0xFFF) << 64 | 2 << 62 | (self._count & 0xFFF) << 50 | self.chance.getrandbits(50)

    def _place(self, community: int) -> Place:
        return Place(community, self.new_id(self.begin), (self.new_id(self.begin), self.new_id(self.begin)), tuple(self.new_id(self.begin) for _ in range(BUILDINGS)))

    def _pattern(self) -> Pattern:
        groups = self.chance.choices([groups for _, groups in _KINDS], [weight for weight, _ in _KINDS])[0]
        joined = local_day(self.begin + timedelta(self.chance.uniform(0, 3)))
        rulebook, contacts, clocks = load_rulebook(), {}, {}
        for clause in plan([group for group, _ in groups], rulebook, joined):
            figure = clause.on(joined).figure
            moments = list(self._acts(figure.act, local_midnight(joined)))
            for moment, outcome in moments:
                contacts.setdefault(self._week(moment), []).append((figure.act, outcome, moment))
            reached = [moment for moment, outcome in moments if outcome == "reached"]
            for row in cadence_rows(Subject(uuid7(), "resident", uuid7()), clause, joined, reached, NOW, rulebook):
                clocks.setdefault(self._week(row["started_at"]), []).append(row)
        return Pattern(groups, joined, contacts, clocks)

    def _acts(self, act: str, since: datetime) -> Iterator[tuple[datetime, str]]:
        every, share = _EVERY[act]
        moment = since
        while moment < NOW:
            at = moment + timedelta(self.chance.uniform(0, every * 0.9))
            if at < NOW and self.chance.random() < share:
                yield at, "reached" if self.chance.random() < 0.93 else self.chance.choice(("no_answer", "no_answer", "call_later", "refused"))
            moment += timedelta(every)

    def _week(self, moment: datetime) -> int:
        return min(max(0, (moment - self.begin) // timedelta(weeks=1)), self.weeks)


def rows(district: District, form) -> Iterator[tuple[str, tuple[str, ...], list[tuple]]]:
    """(table, columns, rows) of the whole district, the oldest first."""
    yield from _ground(district, form)
    yield from _batched("resident", RESIDENT, _residents(district, form))
    yield from _batched("special_group", GROUP, _groups(district, form))
    yield from _batched("team_member", MEMBER, _teams(district, form))
    for week in range(district.weeks + 1):
        yield from _batched("contact", CONTACT, _contacts(district, form, week))
        yield from _batched("clock", CLOCK, _clocks(district, form, week))


def _batched(table: str, columns: tuple[str, ...], made: Iterator[tuple]) -> Iterator[tuple[str, tuple[str, ...], list[tuple]]]:
    batch = []
    for one in made:
        batch.append(one)
        if len(batch) == BATCH:
            yield table, columns, batch
            batch = []
    yield table, columns, batch


RESIDENT = ("community_id", "id", "grid_id", "household_id", "name", "sex", "birth_year", "id_index", "phone_index", "version")
GROUP = ("community_id", "id", "grid_id", "resident_id", "\"group\"", "detail", "from_date")
MEMBER = ("community_id", "id", "resident_id", "role", "staff_id", "name", "from_date", "version")
CONTACT = ("community_id", "id", "grid_id", "resident_id", "act", "outcome", "happened_at", "recorded_at", "staff_id")
CLOCK = (
    "community_id", "id", "grid_id", "resident_id", "subject_id", "subject_kind", "desk", "version", "clause_id", "effective_from", "act", "period_key", "times_required",
    "times_done", "started_at", "warn_at", "due_at", "met_at", "voided_at", "closed_at",
)  # fmt: skip


def _ground(district: District, form) -> Iterator[tuple[str, tuple[str, ...], list[tuple]]]:
    begin, seen = form.moment(district.begin), list(dict.fromkeys(place.community for place in district.places))
    yield "community", ("community_id", "code", "name", "street", "map_version", "is_demo", "created_at"), [(form.id(one), f"c{n}", f"c{n}", "street", 1, False, begin) for n, one in enumerate(seen)]
    key = [(form.id(place.community), form.id(place.grid)) for place in district.places]
    yield "grid", ("community_id", "id", "code", "name", "version"), [(*one, f"{n:03d}", f"grid {n}", 1) for n, one in enumerate(key)]
    staff = [(one[0], form.id(worker), f"worker {n} {at}", "grid_worker", 1) for n, (one, place) in enumerate(zip(key, district.places, strict=True)) for at, worker in enumerate(place.staff)]
    yield "staff", ("community_id", "id", "name", "kind", "version"), staff
    posts = [(one[0], form.id(district.new_id(district.begin)), one[1], post, form.id(worker), "2020-01-01") for one, place in zip(key, district.places, strict=True) for post, worker in zip("AB", place.staff, strict=True)]
    yield "post", ("community_id", "id", "grid_id", "post", "staff_id", "from_date"), posts
    houses = [(one, building, n, at) for n, (one, place) in enumerate(zip(key, district.places, strict=True)) for at, building in enumerate(place.buildings)]
    yield "building", ("community_id", "id", "grid_id", "name", "walk"), [(one[0], form.id(building), one[1], f"{n}-{at}号楼", at) for one, building, n, at in houses]


def _residents(district: District, form) -> Iterator[tuple]:
    """Who is on the roster among the others, as a ledger has them."""
    chance, patterns = district.chance, district.patterns
    apart = max(1, round(district.others / len(district.people)))
    for person in district.people:
        groups = dict(patterns[person.pattern].groups)
        born = chance.randrange(1930, 1966) if "elder" in groups else chance.randrange(2010, 2024) if "child" in groups else chance.randrange(1968, 2007)
        yield _resident(district, form, person.id, person.place, born)
        for _ in range(apart):
            yield _resident(district, form, district.new_id(district.begin), person.place, chance.randrange(1967, 2025))


def _resident(district: District, form, one_id: int, place: Place, born: int) -> tuple:
    chance = district.chance
    name = chance.choice(_SURNAMES) + chance.choice(_FIRST) + chance.choice(_SECOND)
    known = (form.blob(chance.randbytes(16)), form.blob(chance.randbytes(16)))
    return (form.id(place.community), form.id(one_id), form.id(place.grid), form.id(household_of(one_id, place)), name, chance.choice("MF"), born, *known, 1)


def household_of(one_id: int, place: Place) -> int:
    """One of a grid's households, by the resident's number; some are shared."""
    return place.grid + 1 + one_id % 900


def households(district: District, form) -> Iterator[tuple]:
    """Every household that household_of may name."""
    door = keyring().seal("1单元301", "household.door")
    for place in district.places:
        for n in range(900):
            yield form.id(place.community), form.id(place.grid + 1 + n), form.id(place.grid), form.id(place.buildings[n % BUILDINGS]), form.blob(door), form.blob(district.chance.randbytes(16))


HOUSEHOLD = ("community_id", "id", "grid_id", "building_id", "door", "door_index")


def _groups(district: District, form) -> Iterator[tuple]:
    for person in district.people:
        pattern = district.patterns[person.pattern]
        for group, detail in pattern.groups:
            yield form.id(person.place.community), form.id(district.new_id(district.begin)), form.id(person.place.grid), form.id(person.id), group, detail, pattern.joined.isoformat()


def _teams(district: District, form) -> Iterator[tuple]:
    """Three in five have their whole team."""
    chance, name = district.chance, form.blob(keyring().seal("王秀英", "team_member.name"))
    teams = {"elder": ("social_worker", "volunteer", "family"), "disabled": ("coordinator", "therapist"), "child": ("social_worker", "teacher", "psychologist")}
    for person in district.people:
        key = (form.id(person.place.community), form.id(person.id))
        roles = dict.fromkeys(role for group, _ in district.patterns[person.pattern].groups for role in teams[group])
        whole = chance.random() < 0.6
        for role in roles:
            if whole or chance.random() < 0.5:
                by_staff = role in ("social_worker", "coordinator")
                yield key[0], form.id(district.new_id(district.begin)), key[1], role, form.id(person.place.staff[1]) if by_staff else None, None if by_staff else name, "2026-01-05", 1


def _contacts(district: District, form, week: int) -> Iterator[tuple]:
    left = [[(act, outcome, form.moment(at), at) for act, outcome, at in pattern.contacts.get(week, ())] for pattern in district.patterns]
    for person in district.people:
        if own := left[person.pattern]:
            place, resident_id = person.place, form.id(person.id)
            community_id, grid_id, worker = form.id(place.community), form.id(place.grid), form.id(place.staff[1])
            for act, outcome, moment, at in own:
                yield community_id, form.id(district.new_id(at)), grid_id, resident_id, act, outcome, moment, moment, worker


def _clocks(district: District, form, week: int) -> Iterator[tuple]:
    def plain(value):
        return form.moment(value) if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value

    left = [[(row["started_at"], tuple(plain(row[column]) for column in CLOCK[5:] if column not in ("version",))) for row in pattern.clocks.get(week, ())] for pattern in district.patterns]
    for person in district.people:
        if own := left[person.pattern]:
            place, resident_id = person.place, form.id(person.id)
            key = form.id(place.community), form.id(place.grid)
            for started, (kind, desk, *rest) in own:
                yield key[0], form.id(district.new_id(started)), key[1], resident_id, resident_id, kind, desk, 1, *rest


def fill_sqlite(path: Path, district: District) -> dict[str, int]:
    """All rows into the database at `path`; how many by table. Indexes come afterwards: that is three times as fast."""
    link, counts = sqlite3.connect(path, isolation_level=None), {}
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000"):
        link.execute(f"PRAGMA {pragma}")
    indexes = link.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in indexes:
        link.execute(f"DROP INDEX {name}")
    link.execute("BEGIN")
    for table, columns, batch in everything(district, Sqlite()):
        marks = ", ".join("?" * len(columns))
        link.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", batch)
        counts[table] = counts.get(table, 0) + len(batch)
    link.execute("COMMIT")
    for _, statement in indexes:
        link.execute(statement)
    link.execute("PRAGMA analysis_limit=20000")
    link.execute("ANALYZE")
    link.execute("PRAGMA journal_mode=WAL")
    link.close()
    return counts


def everything(district: District, form) -> Iterator[tuple[str, tuple[str, ...], list[tuple]]]:
    """The rows of the district, with its households."""
    yield from _batched("household", HOUSEHOLD, households(district, form))
    yield from rows(district, form)


_INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"""


def fill_postgres(link: psycopg.Connection, district: District, *, analysed: bool) -> None:
    """The same into a PostgreSQL database, as its superuser; not `analysed`: its planner knows nothing of the rows, and never learns."""
    indexes = link.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        link.execute(f"DROP INDEX {name}")
    tables = {}
    with at_peace(link):
        for table, columns, batch in everything(district, Postgres()):
            tables[table] = None
            with link.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                copy.write("".join("\t".join(["\\N" if value is None else str(value) for value in one]) + "\n" for one in batch))
    for table in tables:
        link.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = {'true' if analysed else 'false'})")
    for _, statement in indexes:
        link.execute(statement)
    if analysed:
        link.execute("VACUUM ANALYZE")


@contextmanager
def at_peace(link: psycopg.Connection) -> Iterator[None]:
    """Without foreign keys looked up row by row."""
    link.execute("SET session_replication_role = replica")
    yield
    link.execute("SET session_replication_role = origin")
