"""Which desks an actor's menu shows. Only a convenience: each page and each query asks for itself."""

from importlib.util import find_spec

from core.roles import desks_of, landing


def open_desks(role: str) -> tuple[str, ...]:
    """The desks of `role` whose page is there, in menu order."""
    return tuple(desk for desk in desks_of(role) if find_spec(f"pages.{desk}"))


def first_desk(role: str) -> str | None:
    """The desk `role` sees after login; None when it has none at all."""
    desks = open_desks(role)
    return landing(role) if landing(role) in desks else next(iter(desks), None)
