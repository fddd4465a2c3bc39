"""Several complainants, one matter: the work is done once, on the leading order, and each of them is told for himself.

A joined order keeps its own record (register.fields) and its own clocks. Joining meets, holds and excuses none of them: a first contact is met when
this complainant was spoken with, and the result when this complainant was told it, not when the leading order had it. Nobody has an answer
because a neighbour got one, and so no figure is ever better for joining. One level only: what leads is not joined, what is joined does not lead.
A dispute has parties instead: whoever else complains of it is one of them.
"""

from core.duplicates import WINDOW, same_contact
from core.mediation import RUNGS, TRAIL
from core.refusals import Refused

TELLS = ("phone", "visit", "pick_up", "text")
"""How a complainant is told the result; all but the text by a person."""
BY_A_PERSON = frozenset(TELLS) - {"text"}
JOINABLE = frozenset({"taken_in", "accepted"})
LEADING = JOINABLE | {"awaiting_materials"}
"""The statuses in which an order may be joined, and may be joined to."""


def alike(one, other) -> bool:
    """Whether two orders (kind, building_id, contact, received_at) may be the same matter: the same kind, within the last days, at the same place or
    of the same person."""
    near = abs(one.received_at - other.received_at) <= WINDOW
    place = one.building_id is not None and one.building_id == other.building_id
    return one.kind == other.kind and near and (place or same_contact(one.contact, other.contact))


def may_join(order, lead, *, joined: bool, leads: bool, lead_joined: bool) -> Refused | None:
    """Why `order` (also id, status, chain) may not be joined to `lead`. `joined`, `leads`: it is joined already, others are joined to it;
    `lead_joined`: the lead is joined itself."""
    if order.id == lead.id or not alike(order, lead):
        return Refused("joinings.not_alike")
    if order.kind in RUNGS:
        return Refused("mediation.party_instead", TRAIL)
    if joined or leads or lead_joined:
        return Refused("joinings.joined_already" if joined else "joinings.one_level")
    if order.status not in JOINABLE:
        return Refused(f"work_orders.not_while_{order.status}")
    if order.chain:
        return Refused("joinings.own_review", "review.chain")
    return None if lead.status in LEADING else Refused("joinings.lead_closed")


def may_undo(status: str, reason: str) -> Refused | None:
    """Why a joining can't be undone: the complainant has his answer already, or nobody says why."""
    if status not in LEADING:
        return Refused(f"work_orders.not_while_{status}")
    return None if reason.strip() else Refused("joinings.say_why")


def may_act(act: str, *, early: bool | None, leads: bool, given: str | None, said: str) -> Refused | None:
    """Why `act` is not for this order. `early`: whether the order it is joined to had no result yet (None: it is joined to none); `leads`: open
    orders are joined to it; `given`, `said`: how and what the complainant was told."""
    if leads and act == "withdraw":
        return Refused("joinings.leads_others")
    if early is None or act not in ("ask_materials", "finish"):
        return None
    if act == "ask_materials":
        return Refused("joinings.of_the_lead", "materials.once")
    if early:
        return Refused("joinings.lead_first")
    if given not in TELLS:
        return Refused("joinings.say_how_told")
    return None if said.strip() else Refused("joinings.say_what_told")
