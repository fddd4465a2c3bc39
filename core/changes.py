"""Protected fields of a resident's file: what is asked for by one person changes only with another person's word. Default of this product.

An ID number carries its date of birth: changing the number changes the date with it, and a date can't be one that the number contradicts.
Nobody approves a request of their own; they may take it back.
"""

from datetime import date

from core.addresses import bare, place_of
from core.care import GROUPS
from core.departures import EXITS
from core.grants import Decider, Person, another_person, same_person
from core.imports.cells import Bad
from core.imports.id_numbers import birth_of, id_number_of
from core.refusals import Refused

FIELDS = ("id_number", "birth_date", "address", "group_end", "exit")
"""What needs a second person: three fields of the file, the end of a group's membership (value: group:ISO date, the first day without it), and a death or move
that a ledger tells of (value: kind of core.departures:ISO date)."""
TYPED = FIELDS[:3]
"""Those for which a new value is typed."""
_OLDEST = date(1890, 1, 1)


def wanted_value(field: str, text: str, today: date) -> str | Refused:
    """The value of `field` as it would be stored, or why it is none; a day is stored as YYYY-MM-DD, whichever ISO form it was typed in."""
    text = " ".join(text.split())
    match field:
        case "id_number":
            number = id_number_of(text, today)
            return Refused("changes.bad_id") if number is None or isinstance(number, Bad) else number
        case "birth_date":
            born = _day(text) or today.max
            return born.isoformat() if _OLDEST <= born <= today else Refused("changes.bad_date")
        case "address":
            return text or Refused("changes.empty")
        case "group_end":
            group, _, day = text.partition(":")
            return f"{group}:{_day(day)}" if group in GROUPS and _day(day) else Refused("care.no_such_group")
        case "exit":
            kind, _, day = text.partition(":")
            return f"{kind}:{_day(day)}" if kind in EXITS and _day(day) else Refused("care.no_such_field")
    return Refused("care.no_such_field")


def group_end(value: str) -> tuple[str, date]:
    """Group and first day without it, of a value that wanted_value has passed."""
    group, _, day = value.partition(":")
    return group, date.fromisoformat(day)


def exit_of(value: str) -> tuple[str, date]:
    """Kind of core.departures and day, of such a value."""
    kind, _, day = value.partition(":")
    return kind, date.fromisoformat(day)


def check_change(field: str, value: str, before: str | None, id_number: str | None) -> Refused | None:
    """Why the file may not be changed so, or None. `before`: what stands there; `id_number`: the one on file."""
    if value == before:
        return Refused("changes.same")
    if field == "birth_date" and id_number and birth_of(id_number).isoformat() != value:
        return Refused("changes.not_in_id")
    return None


def compared(field: str, value: str) -> str:
    """By what two wanted values are recognised as the same: an address by the flat it names, however written."""
    place = place_of(value) if field == "address" else None
    return f"{place.estate}/{place.building}/{place.unit}/{place.room}" if place else bare(value)


def alike(field: str, before: str | None, wanted: str, household: object) -> str | None:
    """What requests of one ledger have in common that may be decided together; None: each is a matter of its own. A building renumbered, every door as it was; or one
    home (`household`: its id, None: they have none) that moves, or leaves on one day. Who gets another door in another building may be anybody: that goes home by home."""
    if field == "exit":
        return None if household is None else f"exit {wanted} {household}"
    if field != "address" or before is None:
        return None
    if renumbered(before, wanted):
        old, new = place_of(before), place_of(wanted)
        return f"building {old.estate}/{old.building} {new.estate}/{new.building}"
    return f"home {compared(field, before)} {compared(field, wanted)}"


def renumbered(before: str | None, wanted: str) -> bool:
    """Whether an address stays what it was but for its building."""
    old, new = place_of(before), place_of(wanted)
    return bool(old and new and old.room and old.building != new.building and (old.unit, old.room) == (new.unit, new.room))


def may_decide(asked_by: Person, actor: Decider, approved: bool) -> Refused | None:
    """Who asked may only take it back."""
    return None if not approved and same_person(asked_by, actor) else another_person(asked_by, actor, "changes.by_another")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
