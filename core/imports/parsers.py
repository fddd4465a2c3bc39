"""Every parser a table definition may name: `PARSERS[name](setting, **options)` gives a function of one cell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.calendar import SHANGHAI
from core.imports import choices
from core.imports.bills import bill_period_of, fen_of
from core.imports.cells import Bad, Cell, basis_of, code_of, decimal_of, flag_of, long_text_of, name_of, phone_of, sex_of, text_of, whole_of
from core.imports.id_numbers import any_id_number_of, id_number_of
from core.imports.moments import date_of, moment_of
from core.imports.places import building_of, door_of, unit_of
from core.imports.teams import helpers_of, service_of

_OLDEST_MOMENT = datetime(1990, 1, 1, tzinfo=UTC)
_OLDEST_BIRTH = date(1890, 1, 1)
_CLOCK_DRIFT = timedelta(minutes=10)
"""How far ahead of ours another system's clock may run."""


@dataclass(frozen=True)
class Setting:
    """What parsers need beside the cell: today in Shanghai, the moment, and how a column orders day and month."""

    today: date
    now: datetime | None = None
    order: str = ""


Reader = Callable[[Cell], object]


def _past_date(setting: Setting, **_) -> Reader:
    def read(cell: Cell):
        found = date_of(cell, setting.order)
        return Bad("date_future") if isinstance(found, date) and found > setting.today else found

    return read


def _birth_date(setting: Setting, **_) -> Reader:
    def read(cell: Cell):
        found = date_of(cell, setting.order)
        if isinstance(found, date) and not _OLDEST_BIRTH <= found <= setting.today:
            return Bad("birth_date_range")
        return found

    return read


def _moment(setting: Setting, **_) -> Reader:
    def read(cell: Cell):
        found = moment_of(cell, setting.order)
        return Bad("moment_too_old", {"year": found.astimezone(SHANGHAI).year}) if isinstance(found, datetime) and found < _OLDEST_MOMENT else found

    return read


def _past_moment(setting: Setting, **_) -> Reader:
    any_moment = _moment(setting)

    def read(cell: Cell):
        found = any_moment(cell)
        if isinstance(found, datetime) and setting.now and found > setting.now:
            return setting.now if found <= setting.now + _CLOCK_DRIFT else Bad("moment_future")
        return found

    return read


def _simple(function: Callable) -> Callable[..., Reader]:
    return lambda setting, **options: (lambda cell: function(cell, **options)) if options else function


def _of(known: dict, reason: str, otherwise: object = None) -> Callable[..., Reader]:
    return lambda setting, **options: lambda cell: choices.choice(known, cell, reason, otherwise)


def _matter(setting: Setting, longest: int = 200) -> Reader:
    return lambda cell: text_of(cell, longest)


PARSERS: dict[str, Callable[..., Reader]] = {
    "text": _simple(text_of),
    "long_text": _simple(long_text_of),
    "matter": _matter,
    "category": _of(choices.CATEGORIES, "category", choices.ANY_CATEGORY),
    "name": _simple(name_of),
    "basis": _simple(basis_of),
    "code": _simple(code_of),
    "phone": _simple(phone_of),
    "sex": _simple(sex_of),
    "flag": _simple(flag_of),
    "whole": _simple(whole_of),
    "decimal": _simple(decimal_of),
    "building": _simple(building_of),
    "unit": _simple(unit_of),
    "door": _simple(door_of),
    "groups": _simple(choices.groups_of),
    "id_number": lambda setting, **_: lambda cell: id_number_of(cell, setting.today),
    "id_number_any": lambda setting, **_: lambda cell: any_id_number_of(cell, setting.today),
    "occupancy": _of(choices.OCCUPANCIES, "occupancy"),
    "date": lambda setting, **_: lambda cell: date_of(cell, setting.order),
    "past_date": _past_date,
    "birth_date": _birth_date,
    "moment": _moment,
    "past_moment": _past_moment,
    "disability": _of(choices.DISABILITIES, "disability"),
    "level": _of(choices.LEVELS, "level"),
    "staff_kind": _of(choices.STAFF_KINDS, "staff_kind"),
    "post": _of(choices.POSTS, "post"),
    "certificate": _of(choices.CERTIFICATES, "certificate"),
    "bill_kind": _of(choices.BILL_KINDS, "bill_kind"),
    "bill_period": _simple(bill_period_of),
    "amount": _simple(fen_of),
    "order_kind": _of(choices.ORDER_KINDS, "order_kind"),
    "channel": _of(choices.CHANNELS, "channel", choices.ANY_CHANNEL),
    "order_status": _of(choices.STATUSES, "order_status", "other"),
    "rating": _of(choices.RATINGS, "rating"),
    "outcome": _of(choices.OUTCOMES, "outcome"),
    "helpers": _simple(helpers_of),
    "service": _simple(service_of),
    "contact_act": _of(choices.CONTACT_ACTS, "contact_act"),
    "contact_outcome": _of(choices.CONTACT_OUTCOMES, "contact_outcome"),
}
REPETITIVE = frozenset(
    {"text", "sex", "flag", "whole", "building", "unit", "door", "groups", "disability", "level", "staff_kind", "post", "certificate"}
    | {"order_kind", "channel", "order_status", "rating", "outcome", "contact_act", "contact_outcome", "category", "occupancy", "bill_kind", "bill_period", "service"}
)
"""Parsers whose columns hold few different texts, or often do: worth remembering what each came to."""
