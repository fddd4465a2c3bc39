"""What only shows when cells are laid beside each other: a birth date against the ID number, closed before received, a row twice.

Sex and birth date against the ID number refuse the row (one of the three is another person's); an age that is off is only
remarked, since ages in ledgers grow old.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from core.imports import choices
from core.imports.exits import fold_exit
from core.imports.headers import Mapping, labels
from core.imports.id_numbers import birth_of, sex_in
from core.imports.judge import BadCell, Judgement, Row, bad_cell, judge
from core.imports.places import Door
from core.imports.tables import Table, table

Complaint = tuple[str, str, dict, bool]
"""Field, reason, values for its words, whether the row is refused."""


def check(found: Judgement, cells, into: Table, mapping: Mapping, *, today: date, community: str = "") -> Judgement:
    """`found` with every cross-check of the table made: complaints added, refused rows taken out, the same row twice counted once."""
    return together(alone(found, cells, into, mapping, today=today, community=community), cells, into, mapping)


def read_part(cells, name: str, mapping: Mapping, today: date, now: datetime, community: str, ahead: int) -> tuple[list[int], list[dict], Judgement]:
    """Some rows of a sheet below its header, read and checked by themselves: for another process, so the rows as numbers and values beside what else
    was found. `ahead` as in `judge`; `together` is still to come."""
    into = table(name)
    found = alone(judge(cells, into, mapping, today=today, now=now, ahead=ahead), cells, into, mapping, today=today, community=community, ahead=ahead)
    return [row.number for row in found.rows], [row.values for row in found.rows], replace(found, rows=[])


def alone(found: Judgement, cells, into: Table, mapping: Mapping, *, today: date, community: str = "", ahead: int = 0) -> Judgement:
    """The cross-checks within each row."""
    heads = labels(cells, mapping.header_row, mapping.depth)
    check_row, rows = _CHECKS.get(into.name, _none), []
    for row in found.rows:
        complaints = [*_community(row, community), *check_row(row, today)]
        found.bad += [bad_cell(cells, heads, mapping, row.number, *complaint, ahead=ahead) for complaint in complaints]
        if any(refuses for *_, refuses in complaints):
            found.refused.add(row.number)
        else:
            rows.append(row)
    found.rows = rows
    return found


def together(found: Judgement, cells, into: Table, mapping: Mapping) -> Judgement:
    """Rows that say what an earlier one said; the bad cells in the sheet's order."""
    heads, rows, seen = labels(cells, mapping.header_row, mapping.depth), [], {}
    for row in found.rows:
        if not (complaints := _again(row, seen, into)):
            rows.append(row)
            continue
        found.bad += [bad_cell(cells, heads, mapping, row.number, *complaint) for complaint in complaints]
        if any(refuses for *_, refuses in complaints):
            found.refused.add(row.number)
        else:
            found.repeated += 1
    found.rows = rows
    found.bad.sort(key=lambda cell: (cell.row, cell.column))
    return found


def _none(row: Row, today: date) -> Iterator[Complaint]:
    return iter(())


def _community(row: Row, community: str) -> Iterator[Complaint]:
    named = row.values.pop("community", None)
    if named and community and _short(named) != _short(community) and _short(community) not in _short(named):
        yield "community", "other_community", {"community": community}, True


def _short(name: str) -> str:
    for ending in ("居民委员会", "居委会", "社区"):
        name = name.removesuffix(ending)
    return name


def _identity(row: Row) -> Iterator[Complaint]:
    """Sex and birth date from the ID number, or against it; who has neither number nor birth date is nobody in particular."""
    values = row.values
    if id_number := values.get("id_number"):
        born, sex = birth_of(id_number), sex_in(id_number)
        if values.setdefault("sex", sex) != sex:
            yield "sex", "sex_contradicts_id", {}, True
        if values.setdefault("birth_date", born) != born:
            yield "birth_date", "birth_contradicts_id", {}, True
    elif "birth_date" not in values:
        yield "id_number", "who_is_it", {}, True


def _resident(row: Row, today: date) -> Iterator[Complaint]:
    values = row.values
    yield from _identity(row)
    age, born = values.pop("age", None), values.get("birth_date")
    if age is not None and born and not 0 <= age - _years(born, today) <= 1:
        yield "age", "age_contradicts_birth", {"age": _years(born, today)}, False
    yield from _place(row)
    yield from fold_exit(values)
    add_groups(values, today)


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _place(row: Row) -> Iterator[Complaint]:
    """One door from building, unit and door cells, each of which may say all of it."""
    values = row.values
    door, unit = values.pop("door", None), values.pop("unit", None)
    if isinstance(door, Door):
        if door.building and values.setdefault("building", door.building) != door.building:
            yield "door", "building_contradicts_door", {}, True
        if unit and door.unit and unit != door.unit:
            yield "unit", "unit_contradicts_door", {}, True
        values["door"] = Door(door.building, door.unit or unit or "", door.room).name
        if "building" not in values:
            yield "door", "door_without_building", {}, True


def add_groups(values: dict, today: date) -> None:
    """Fold the columns about groups into `groups`: {group: detail}; 60 and over is an elder by age (elder.call)."""
    groups: dict[str, str | None] = {}
    for group, detail in values.pop("groups", ()):
        groups[group] = detail or groups.get(group)
    kind, level = values.pop("disability", None), values.pop("disability_level", None)
    if kind not in (None, "none") or level:
        groups["disabled"] = kind if kind not in (None, "none", "unspecified") else groups.get("disabled")
    if level:
        values["basis"] = "，".join(filter(None, (values.get("basis"), f"残疾{'一二三四'[level - 1]}级")))
    if values.get("birth_date") and _years(values["birth_date"], today) >= 60:
        groups.setdefault("elder", None)
    if values.pop("living_alone", None) and "elder" in groups:
        groups["elder"] = groups["elder"] or "living_alone"
    if groups:
        values["groups"] = groups


def _household(row: Row, today: date) -> Iterator[Complaint]:
    yield from _place(row)


def _staff(row: Row, today: date) -> Iterator[Complaint]:
    values = row.values
    if ("post" in values) != ("grid" in values) and "post" in values:
        yield "post", "post_without_grid", {}, True
    if "grid" in values and "post" not in values:
        yield "grid", "grid_without_post", {}, False


def _work_order(row: Row, today: date) -> Iterator[Complaint]:
    values, received = row.values, row.values["received"]
    status, due = values.pop("status", None), values.get("due")
    closed = values.get("closed")
    if closed and closed < received:
        yield "closed", "closed_before_received", {}, True
    if due and due < received:
        yield "due", "due_before_received", {}, True
    if status == choices.CLOSED and not closed:
        yield "closed", "closed_without_time", {}, True
    if status == choices.OPEN and closed:
        yield "status", "open_with_closing_time", {}, False


def _police(row: Row, today: date) -> Iterator[Complaint]:
    yield from _identity(row)
    yield from _listed_place(row)


def _housing(row: Row, today: date) -> Iterator[Complaint]:
    yield from _listed_place(row)
    if not row.values.keys() & {"door", "address"}:
        yield "door", "which_flat", {}, True


def _listed_place(row: Row) -> Iterator[Complaint]:
    """A department's door may stand without its building: then the address has to say it."""
    return (one for one in _place(row) if one[1] != "door_without_building")


_CHECKS: dict[str, Callable[[Row, date], Iterator[Complaint]]] = {
    "residents": _resident,
    "police": _police,
    "housing": _housing,
    "households": _household,
    "bills": _household,
    "contacts": _household,
    "teams": _household,
    "staff": _staff,
    "work_orders": _work_order,
}


def key_of(values: dict, into: Table) -> tuple | None:
    """What one row of the table is recognised by within a file, or None when it can't be."""
    if into.name in ("residents", "police") and "id_number" not in values:
        return ("person", values["name"], values["birth_date"], values.get("building"), values.get("door"), values.get("address"))
    return tuple(values.get(name) for name in into.key)


def _again(row: Row, seen: dict, into: Table) -> list[Complaint]:
    key = key_of(row.values, into)
    first = seen.setdefault(key, row)
    if first is row:
        return []
    name = next((n for n in into.key if n in row.values), into.key[0])
    if _same(first, row):
        return [(name, "merged_with_row", {"row": first.number}, False)]
    return [(name, "same_key_as_row", {"row": first.number}, True)]


def _same(first: Row, row: Row) -> bool:
    """Whether two rows say the same; a person listed once for each group (another ledger habit) is one person in all of them."""
    mine, theirs = ({k: v for k, v in r.values.items() if k != "groups"} for r in (first, row))
    if mine != theirs:
        return False
    if groups := row.values.get("groups"):
        first.values["groups"] = {**groups, **{g: d or groups.get(g) for g, d in first.values.get("groups", {}).items()}}
    return True


def refuse(found: Judgement, cells: list[BadCell]) -> Judgement:
    """`found` without the rows of `cells`, e.g. those naming a grid the desk doesn't have."""
    numbers = {cell.row for cell in cells}
    found.bad = sorted([*found.bad, *cells], key=lambda cell: (cell.row, cell.column))
    found.refused |= numbers
    found.rows = [row for row in found.rows if row.number not in numbers]
    return found
