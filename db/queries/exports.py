"""Ledgers out: the tables that come in, in the same columns, masked for whoever reads them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import select

from core import masks
from core.calendar import SHANGHAI, local_day
from core.clocks import deadline_text
from core.imports.tables import ORDER, Field, table
from core.measures import percent, satisfaction
from core.periods import last_day, quarter
from core.roles import masked, may, may_open
from core.rulebook import load_rulebook
from core.words import LANGS, t
from core.work_orders import kinds
from db.engine import ScopedSession
from db.models.archive import ArchiveFile
from db.models.bills import Bill
from db.models.extensions import Extension
from db.models.grids import Building, Grid, Household, Post, Staff
from db.models.imports import AffairClass
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.queries.basis_reviews import all_consents, all_reviews
from db.queries.catalogue import entries
from db.queries.imports.teams import PHONES
from db.queries.packages import standing
from db.queries.surveys import SurveyRow, everybody, surveys

_LEFT_OUT = {
    "households": {"unit"}, "bills": {"unit"}, "contacts": {"unit"}, "teams": {"unit", "since"}, "residents": {"unit", "living_alone", "disability", "disability_level"},
    "work_orders": {"latitude", "longitude"},
}  # fmt: skip
"""Fields that come in on their own and go out within another."""
_ADDED = {"work_orders": ("extended", "original_limit", "extended_limit", "told")}
"""What no ledger brings in."""
_ROSTER = {"residents", "teams", "packages", "contacts", "basis_reviews", "consents"}
"""Tables that show who is in a special group: only for roles that may open the roster."""
OUT_ONLY = ("packages", "basis_reviews", "consents", "surveys")
"""Tables that only go out; their words are exports.<table>_<column>."""
_PACKAGES = {"name": "name", "grid": None, "building": None, "groups": None, "clause": None, "part": None, "standing": None, "who": "name", "phone": "phone", "since": None}
_SURVEYS = {"quarter": None, "place": None, "name": "name", "grid": None, "asks": None, "answer": None, "rating": None, "by": None, "at": None}
_PLACED = {"name": "name", "grid": None, "building": None, "groups": None}
_REVIEWS = _PLACED | {"basis": None, "next_review": None, "state": None, "reviewed": None, "by": None}
_CONSENTS = _PLACED | {"purpose": None, "agreed": None, "way": None, "said_on": None, "by": None}
_OUT = {"packages": _PACKAGES, "basis_reviews": _REVIEWS, "consents": _CONSENTS, "surveys": _SURVEYS}
"""Table that only goes out → column → the mask it falls under."""


@dataclass(frozen=True)
class Table:
    """What goes out: headers in the reader's language and rows in their order. `hidden`: personal fields that are masked in it; `foot`: what
    is said of the whole, under the rows."""

    name: str
    headers: list[str]
    rows: list[list[object]]
    hidden: tuple[str, ...]
    foot: tuple[str, ...] = ()


def exportable(role: str) -> tuple[str, ...]:
    """Tables `role` may take out, in the order they come in."""
    if not may_open(role, "exports"):
        return ()
    closed = (_ROSTER if not may_open(role, "roster") else set()) | ({"bills"} if not may(role, "bill_record") else set())
    closed |= {"surveys"} if not may_open(role, "surveys") else set()
    return tuple(name for name in (*ORDER, *OUT_ONLY) if name not in closed)


def hidden_in(role: str, name: str) -> frozenset[str]:
    """The personal fields masked in what `role` takes out of table `name`: who said what in a survey is nobody's to carry out of the house."""
    return masked(role) | ({"name"} if name == "surveys" else frozenset())


def title(name: str, lang: str) -> str:
    """What an exported table is called."""
    return t(f"exports.{name}", lang) if name in OUT_ONLY else table(name).title[lang]


def columns(name: str) -> list[Field]:
    """The fields of an exported table: those of an import, without what is only compared, with what only the desk knows."""
    if name in OUT_ONLY:
        words = {column: {lang: t(f"exports.{name}_{column}", lang) for lang in LANGS} for column in _OUT[name]}
        return [Field(column, column if column in _WORDS else "text", words[column], personal=personal) for column, personal in _OUT[name].items()]
    added = [Field(one, one if one in _WORDS else "text", {lang: t(f"exports.{name}_{one}", lang) for lang in LANGS}) for one in _ADDED.get(name, ())]
    return [field for field in table(name).fields.values() if not field.check_only and field.name not in _LEFT_OUT.get(name, ())] + added


def exported(session: ScopedSession, now: datetime, name: str, community_id: UUID, lang: str) -> Table:
    """The table as the session's role may see it, as it stands at `now`."""
    fields, hidden = columns(name), hidden_in(session.scope.role, name)
    rows = [[_shown(field, record.get(field.name), hidden, lang) for field in fields] for record in _READERS[name](session, community_id, now)]
    personal = {f.personal for f in fields if f.personal} | ({"address"} if name == "households" and _doors_hidden(session) else set())
    return Table(name, [field.title[lang] for field in fields], rows, tuple(sorted(personal & hidden)), _FEET.get(name, _nothing)(session, community_id, now, lang))


def _doors_hidden(session: ScopedSession) -> bool:
    """Whether the list of households goes out without its doors: in full only for who brings it in, and must find it unchanged."""
    return "address" in masked(session.scope.role) and not may(session.scope.role, "import_ledgers")


def _shown(field: Field, value: object, hidden: frozenset[str], lang: str) -> object:
    if value is None or value == "":
        return None
    if isinstance(value, Mapping):  # words in both languages
        return value[lang]
    if field.personal:
        return masks.masked(field.personal, str(value), hidden)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    said = _WORDS.get(field.parse)
    return said(value, lang) if said else value


def _word(prefix: str) -> Callable[[str, str], str]:
    return lambda value, lang: t(f"{prefix}{value}", lang)


def _groups(value: list[tuple[str, str | None]], lang: str) -> str:
    known = {("elder", "living_alone"), ("elder", "disabled_elder"), ("child", "left_behind"), ("child", "no_guardian")}
    return "、".join(t(f"exports.group_{group}_{detail}" if (group, detail) in known else f"exports.group_{group}", lang) for group, detail in value)


_WORDS: dict[str, Callable] = {
    "sex": _word("exports.sex_"),
    "staff_kind": _word("exports.staff_"),
    "certificate": _word("exports.certificate_"),
    "channel": _word("work_orders.channel_"),
    "outcome": _word("mediation.outcome_"),
    "contact_act": _word("care.act."),
    "contact_outcome": _word("care.outcome."),
    "category": _word("work_orders.category_"),
    "order_kind": lambda value, lang: kinds()[value].title[lang],
    "groups": _groups,
    "extended": lambda value, lang: t(f"extensions.n_{value[0]}", lang, n=value[1]),
    "bill_kind": _word("bills.kind_"),
    "amount": lambda value, lang: f"{value / 100:.2f}",
    "part": _word("packages.part."),
    "standing": lambda value, lang: t("packages.gap" if value[1] is None else f"packages.{'there' if value[1] else 'none'}.{value[0]}", lang),
    "state": _word("exports.review_"),
    "purpose": _word("consents.purpose."),
    "agreed": _word("exports.consent_"),
    "way": _word("consents.way."),
    "answer": lambda value, lang: t(f"surveys.{value or 'not_asked'}", lang),
    "clause": lambda value, lang: f"{load_rulebook()[value].title[lang]} · {load_rulebook()[value].source}",
}


def _records(session: ScopedSession, community_id: UUID, model: type, *columns, where=(), order) -> Iterator[dict]:
    query = select(*columns).where(model.community_id == community_id, *where).order_by(order)
    return (dict(row) for row in session.execute(query.execution_options(yield_per=5_000)).mappings())


def _names(session: ScopedSession, community_id: UUID, model: type, column) -> dict[UUID, str]:
    return dict(session.execute(select(model.id, column).where(model.community_id == community_id)).all())


def _grids(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    return _records(session, community_id, Grid, Grid.code, Grid.name, order=Grid.code)


def _buildings(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    grids = _names(session, community_id, Grid, Grid.code)
    for row in _records(session, community_id, Building, Building.name, Building.grid_id, Building.walk, order=Building.walk):
        yield {"building": row["name"], "grid": grids.get(row["grid_id"]), "walk": row["walk"]}


def _households(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    grids, buildings = _names(session, community_id, Grid, Grid.code), _names(session, community_id, Building, Building.name)
    hidden = _doors_hidden(session)
    for row in _records(session, community_id, Household, Household.building_id, Household.door, Household.grid_id, order=Household.id):
        yield {"building": buildings.get(row["building_id"]), "door": masks.free_text(row["door"]) if hidden else row["door"], "grid": grids.get(row["grid_id"])}


def _residents(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    grids, buildings = _names(session, community_id, Grid, Grid.code), _names(session, community_id, Building, Building.name)
    homes = {row["id"]: row for row in _records(session, community_id, Household, Household.id, Household.building_id, Household.door, order=Household.id)}
    groups: dict[UUID, list] = {}
    columns = (SpecialGroup.resident_id, SpecialGroup.group, SpecialGroup.detail, SpecialGroup.basis)
    for row in _records(session, community_id, SpecialGroup, *columns, where=(SpecialGroup.to_date.is_(None),), order=SpecialGroup.group.desc()):
        groups.setdefault(row["resident_id"], []).append(row)
    own = (Resident.id, Resident.name, Resident.id_number, Resident.sex, Resident.birth_date, Resident.phone, Resident.relation, Resident.grid_id, Resident.household_id)
    for row in _records(session, community_id, Resident, *own, Resident.address, Resident.registered_address, Resident.health, Resident.left_on, Resident.left_reason, order=Resident.id):
        home, mine = homes.get(row["household_id"], {}), groups.get(row["id"], [])
        yield row | {
            "grid": grids.get(row["grid_id"]),
            "building": buildings.get(home.get("building_id")),
            "door": masks.free_text(home.get("door")) if "address" in masked(session.scope.role) else home.get("door"),
            "groups": [(one["group"], one["detail"]) for one in mine],
            "basis": next((one["basis"] for one in mine if one["basis"]), None),
        }


def _staff(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    """A line for each post somebody holds; who holds none has one line."""
    grids, posts = _names(session, community_id, Grid, Grid.code), {}
    for row in _records(session, community_id, Post, Post.staff_id, Post.grid_id, Post.post, Post.from_date, where=(Post.to_date.is_(None),), order=Post.post):
        posts.setdefault(row["staff_id"], []).append(row)
    for row in _records(session, community_id, Staff, Staff.id, Staff.name, Staff.phone, Staff.kind, Staff.certificate, Staff.left_on, order=Staff.id):
        for post in posts.get(row["id"], [{}]):
            yield row | {"grid": grids.get(post.get("grid_id")), "post": post.get("post"), "from_date": post.get("from_date")}


def _work_orders(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    grids, buildings = _names(session, community_id, Grid, Grid.code), _names(session, community_id, Building, Building.name)
    items = {one.item.id: one.item.title for one in entries(session, community_id)}
    own = (WorkOrder.number, WorkOrder.matter, WorkOrder.detail, WorkOrder.kind, WorkOrder.category, WorkOrder.channel, WorkOrder.applicant, WorkOrder.contact, WorkOrder.item)
    times = (WorkOrder.received_at.label("received"), WorkOrder.closed_at.label("closed"), WorkOrder.rating, WorkOrder.outcome, WorkOrder.building_id, WorkOrder.grid_id)
    extended = _extended(session, community_id)
    # On file: its content is opened by request only (archive.access).
    filed = set(session.scalars(select(ArchiveFile.work_order_id).where(ArchiveFile.community_id == community_id)))
    for row in _records(session, community_id, WorkOrder, WorkOrder.id, *own, *times, order=WorkOrder.received_at):
        shut = dict.fromkeys(("applicant", "contact", "detail")) if row["id"] in filed else {}
        yield row | shut | extended.get(row["id"], {}) | {"grid": grids.get(row["grid_id"]), "building": buildings.get(row["building_id"]), "item": items.get(row["item"])}


def _extended(session: ScopedSession, community_id: UUID) -> dict[UUID, dict]:
    """By order: its last extension, with the limit before and after it, and when the resident was told."""
    own = (Extension.work_order_id, Extension.wanted, Extension.unit, Extension.was_due_at, Extension.due_at, Extension.told_at)
    limits = {"original_limit": "was_due_at", "extended_limit": "due_at"}
    return {
        row["work_order_id"]: {"extended": (row["unit"], row["wanted"]), "told": row["told_at"]} | {name: deadline_text(row[one]) for name, one in limits.items()}
        for row in _records(session, community_id, Extension, *own, where=(Extension.granted,), order=Extension.decided_at)
    }


def _affairs(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    return _records(session, community_id, AffairClass, AffairClass.major, AffairClass.middle, AffairClass.minor, order=AffairClass.id)


def _bills(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    """All but cancelled ones; only for who works bills (`exportable`), so with their doors."""
    buildings = _names(session, community_id, Building, Building.name)
    own = (Bill.building_id, Bill.door, Bill.kind, Bill.period, Bill.amount, Bill.due_on, Bill.paid_at.label("paid"))
    for row in _records(session, community_id, Bill, *own, where=(Bill.cancelled_at.is_(None),), order=Bill.due_on):
        yield row | {"building": buildings.get(row["building_id"])}


def _contacts(session: ScopedSession, community_id: UUID) -> Iterator[dict]:
    """Only for who may open the roster (`exportable`)."""
    buildings, staff = _names(session, community_id, Building, Building.name), _names(session, community_id, Staff, Staff.name)
    homes = {row["id"]: row for row in _records(session, community_id, Household, Household.id, Household.building_id, Household.door, order=Household.id)}
    people = {row["id"]: row for row in _records(session, community_id, Resident, Resident.id, Resident.name, Resident.id_number, Resident.household_id, order=Resident.id)}
    hidden = "address" in masked(session.scope.role)
    own = (Contact.resident_id, Contact.act, Contact.outcome, Contact.happened_at.label("happened"), Contact.day_only, Contact.staff_id, Contact.note)
    for row in _records(session, community_id, Contact, *own, order=Contact.happened_at):
        who = people[row["resident_id"]]
        home = homes.get(who["household_id"], {})
        door = masks.free_text(home.get("door")) if hidden else home.get("door")
        about = {"name": who["name"], "id_number": who["id_number"], "building": buildings.get(home.get("building_id")), "door": door}
        happened = local_day(row["happened"]) if row["day_only"] else row["happened"]
        yield row | about | {"by": staff.get(row["staff_id"]), "happened": happened}


def _packages(session: ScopedSession, community_id: UUID, now: datetime) -> Iterator[dict]:
    """A line for each part of a package asked for: who or what is there, or that it is missing."""
    grids, buildings = _names(session, community_id, Grid, Grid.code), _names(session, community_id, Building, Building.name)
    homes = _names(session, community_id, Household, Household.building_id)
    for row in standing(session, community_id, local_day(now)):
        part = row["part"]
        yield row | {
            "grid": grids.get(row["grid_id"]),
            "building": buildings.get(homes.get(row["household_id"])),
            "groups": [(part.group, None)],
            "clause": part.clause_id,
            "part": part.id,
            "standing": None if row["who"] else (part.id, row["is_there"]),
        }


def _placed(session: ScopedSession, community_id: UUID, rows: Iterator[dict]) -> Iterator[dict]:
    grids, buildings = _names(session, community_id, Grid, Grid.code), _names(session, community_id, Building, Building.name)
    homes = _names(session, community_id, Household, Household.building_id)
    for row in rows:
        yield row | {"grid": grids.get(row["grid_id"]), "building": buildings.get(homes.get(row["household_id"])), "groups": [(row["group"], None)]}


def _basis_reviews(session: ScopedSession, community_id: UUID, now: datetime) -> Iterator[dict]:
    """A line for each basis that is to be looked at again, or was: how it stands, and the last look."""
    for row in _placed(session, community_id, all_reviews(session, community_id, local_day(now))):
        yield row | {"state": (row["standing"] or "review.later").partition(".")[2] if row["next_review"] else None, "reviewed": row["reviewed_at"]}


def _consents(session: ScopedSession, community_id: UUID, now: datetime) -> Iterator[dict]:
    """A line for each person and purpose."""
    for row in _placed(session, community_id, all_consents(session, community_id, local_day(now))):
        yield row | {"agreed": {True: "yes", False: "no"}.get(row["agreed"], "missing")}


def _teams(session: ScopedSession, community_id: UUID, now: datetime) -> Iterator[dict]:
    """A line for each person whose group has a package, in the columns it comes in by. Only for who may open the roster (`exportable`)."""
    buildings, hidden = _names(session, community_id, Building, Building.name), "address" in masked(session.scope.role)
    homes = {row["id"]: row for row in _records(session, community_id, Household, Household.id, Household.building_id, Household.door, order=Household.id)}
    numbers = _names(session, community_id, Resident, Resident.id_number)
    for who, own in groupby(standing(session, community_id, local_day(now)), key=itemgetter("resident_id")):
        parts = list(own)
        home = homes.get(parts[0]["household_id"], {})
        line = {"name": parts[0]["name"], "id_number": numbers[who], "building": buildings.get(home.get("building_id"))}
        line["door"] = masks.free_text(home.get("door")) if hidden else home.get("door")
        for id_, there in groupby(sorted(parts, key=lambda one: one["part"].id), key=lambda one: one["part"].id):
            line |= _in_cells(id_, list({(one["who"], one["phone"]): one for one in there}.values()))  # two clauses may ask for the same
        yield line


def _in_cells(part: str, there: list[dict]) -> dict:
    """Who serves, or how the service stands; a gap is a blank cell."""
    if any(one["who"] for one in there):
        return {part: "、".join(one["who"] for one in there)} | ({PHONES[part]: there[0]["phone"]} if part in PHONES and len(there) == 1 else {})
    known = there[0]["is_there"]
    return {} if known is None else {part: {lang: t(f"packages.{'there' if known else 'none'}.{part}", lang) for lang in LANGS}}


def _surveys(session: ScopedSession, community_id: UUID, now: datetime) -> Iterator[dict]:
    """A line for each person drawn, quarter by quarter, the newest first."""
    for one in surveys(session, now, community_id):
        yield from (row | {"quarter": one.quarter} for row in everybody(session, one.id))


def _results(session: ScopedSession, community_id: UUID, now: datetime, lang: str) -> tuple[str, ...]:
    """What each quarter's answers come to, how many stand behind it, and the seed by which its sample can be drawn again."""
    return tuple(_result(one, now, lang) for one in surveys(session, now, community_id))


def _result(one: SurveyRow, now: datetime, lang: str) -> str:
    period, answers = quarter(one.quarter), one.answers
    found = satisfaction(answers, last_day(now, period), over=now >= period.end)
    said = {name: getattr(answers, name) for name in ("drawn", "answered", "satisfied", "not_reached", "refused", "left", "done")}
    rate = t("surveys.running", lang, **said) if found.why == "surveys.why_running" else percent(found.value)
    return t("exports.surveys_result", lang, quarter=one.quarter, rate=rate, frame=one.frame, seed=one.seed, **said)


def _nothing(_session: ScopedSession, _community_id: UUID, _now: datetime, _lang: str) -> tuple[str, ...]:
    return ()


def _as_it_is(reader: Callable[[ScopedSession, UUID], Iterator[dict]]) -> Callable[[ScopedSession, UUID, datetime], Iterator[dict]]:
    """A reader for which the moment makes no difference."""
    return lambda session, community_id, _now: reader(session, community_id)


_READERS: dict[str, Callable[[ScopedSession, UUID, datetime], Iterator[dict]]] = {
    "grids": _as_it_is(_grids),
    "buildings": _as_it_is(_buildings),
    "households": _as_it_is(_households),
    "residents": _as_it_is(_residents),
    "staff": _as_it_is(_staff),
    "work_orders": _as_it_is(_work_orders),
    "affairs": _as_it_is(_affairs),
    "bills": _as_it_is(_bills),
    "contacts": _as_it_is(_contacts),
    "teams": _teams,
    "packages": _packages,
    "basis_reviews": _basis_reviews,
    "consents": _consents,
    "surveys": _surveys,
}
_FEET = {"surveys": _results}
