"""Text that people typed, or that came in with a ledger, on its way into Markdown."""

_SIGNS = frozenset("*_`[]<>#$:~\\&|!")


def plain(text: str | None) -> str:
    """The signs of Markdown in `text` stay signs, and a line's end is a space; "" for None. An address written out stays one to click on."""
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in " ".join((text or "").split()))
