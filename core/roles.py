"""Six roles: the desks each may open, the acts each may perform, the personal fields each sees masked.

Menus are only a convenience: pages, queries and commands ask here again.
"""

from dataclasses import dataclass
from enum import StrEnum

SYSTEM = "system"
"""Who acts where nobody is at a desk: the sweep, the demo, the command line. May do everything, and sees everything in full."""


class Role(StrEnum):
    """Who somebody is at the desk; the value is what the account row holds."""

    GRID_WORKER = "grid_worker"
    STATION_HEAD = "station_head"
    COMMITTEE_MEMBER = "committee_member"
    STREET_OFFICER = "street_officer"
    PROPERTY_COMPANY = "property_company"
    ADMINISTRATOR = "administrator"


DESKS = (
    "overview", "queue", "alerts", "roster", "map", "checklist", "duties", "staff", "property", "reconciliation", "surveys", "imports", "exports", "rulebook", "calendar", "ledger",
    "accounts",
)  # fmt: skip
"""Every desk, in menu order; `pages/<desk>.py` holds its page."""

ACTS = (
    "order_take_in", "order_accept", "order_ask_materials", "order_finish", "order_follow_up", "order_reassign", "order_cancel", "order_confirm_late", "order_review", "order_grant",
    "explanation_acknowledge", "archive_ask", "archive_decide",
    "care_contact", "care_file_update", "care_assess", "care_hold", "care_exit", "care_change_decide", "care_confirm_late", "care_merge", "survey_start", "survey_enter", "reveal",
    "absence_own", "absence_manage", "staff_manage", "duty_record", "patrol_record", "supervision_record", "reconcile", "bill_record", "bill_suspend", "parking_record", "board_switch",
    "import_ledgers", "export_tables", "catalogue_edit", "calendar_load", "recompute", "ledger_head", "accounts_manage", "communities_manage",
)  # fmt: skip
"""Everything somebody can do that leaves a ledger entry."""

PERSONAL = ("name", "id_number", "phone", "address", "registered_address", "birth_date", "health")
"""Fields about a person that a role may see masked."""

_SECRET = frozenset(PERSONAL) - {"name"}
_ALL = frozenset(PERSONAL)


@dataclass(frozen=True)
class Rights:
    """What one role may do. `landing`: the desk shown after login. `by_grid`: sees only its own grids. `order_desks`: works only
    orders held by these (None: all). `people` False: reaches no residents at all."""

    landing: str
    desks: frozenset[str]
    acts: frozenset[str]
    masked: frozenset[str]
    by_grid: bool = False
    order_desks: frozenset[str] | None = None
    people: bool = True


_ORDER = {"order_accept", "order_ask_materials", "order_finish"}
_CARE = {"care_contact", "care_file_update", "care_assess", "care_hold", "reveal"}
_READ = {"rulebook", "calendar"}

RIGHTS: dict[Role, Rights] = {
    Role.GRID_WORKER: Rights(
        "queue",
        frozenset({"queue", "alerts", "roster", "map", "staff", "surveys"} | _READ),
        frozenset({"absence_own", "survey_enter", "order_take_in", "order_follow_up", "order_review", "archive_ask", "patrol_record"} | _ORDER | _CARE),
        _SECRET,
        by_grid=True,
    ),
    Role.STATION_HEAD: Rights(
        "overview",
        frozenset(DESKS) - {"accounts"},
        frozenset(ACTS) - {"accounts_manage", "communities_manage", "supervision_record", "explanation_acknowledge"},
        _SECRET,
    ),
    Role.COMMITTEE_MEMBER: Rights(
        "checklist",
        frozenset({"checklist", "overview", "map", "duties", "reconciliation", "surveys", "exports", "ledger"} | _READ),
        frozenset({"supervision_record", "survey_start", "survey_enter", "export_tables", "ledger_head"}),
        _ALL,
    ),
    Role.STREET_OFFICER: Rights(
        "overview",
        frozenset({"overview", "alerts", "map", "checklist", "duties", "reconciliation", "exports", "ledger"} | _READ),
        frozenset(
            {"explanation_acknowledge", "order_confirm_late", "order_review", "order_grant", "archive_decide", "care_change_decide", "care_confirm_late", "export_tables", "ledger_head"}
        ),
        _ALL,
    ),
    Role.PROPERTY_COMPANY: Rights(
        "queue",
        frozenset({"queue", "alerts", "property"} | _READ),
        frozenset(_ORDER | {"reveal", "bill_record", "bill_suspend", "parking_record"}),
        _ALL,
        order_desks=frozenset({"property"}),
        people=False,
    ),
    Role.ADMINISTRATOR: Rights(
        "accounts",
        frozenset({"accounts", "imports", "ledger"} | _READ),
        frozenset({"accounts_manage", "communities_manage", "import_ledgers", "calendar_load", "recompute", "ledger_head"}),
        _ALL,
    ),
}


def desks_of(role: str) -> tuple[str, ...]:
    """The desks `role` may open, in menu order. Raises ValueError for an unknown role."""
    allowed = RIGHTS[Role(role)].desks
    return tuple(desk for desk in DESKS if desk in allowed)


def may_open(role: str, desk: str) -> bool:
    """Whether `role` may open `desk`. Raises ValueError for an unknown role."""
    return role == SYSTEM or desk in RIGHTS[Role(role)].desks


def may(role: str, act: str) -> bool:
    """Whether `role` may perform `act`. Raises ValueError for an act nobody has declared, so that a typo can't lock a button for ever."""
    if act not in ACTS:
        raise ValueError(f"{act!r} is no act; core/roles.py knows {', '.join(ACTS)}")
    return role == SYSTEM or act in RIGHTS[Role(role)].acts


def sees_people(role: str) -> bool:
    """Whether `role` may open the lists of residents behind a count; to others small counts are not told."""
    return may_open(role, "roster")


def landing(role: str) -> str:
    """The desk `role` sees first."""
    return RIGHTS[Role(role)].landing


def masked(role: str) -> frozenset[str]:
    """The personal fields `role` sees masked until it shows one in full (act `reveal`, with a purpose)."""
    return frozenset() if role == SYSTEM else RIGHTS[Role(role)].masked
