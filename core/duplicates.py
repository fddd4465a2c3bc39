"""A matter that may have been brought before: the same person, or the same kind of matter at the same place, within the last days."""

from datetime import timedelta

WINDOW = timedelta(30)
"""The documents name no span: the product's default."""


def same_contact(one: str | None, other: str | None) -> bool:
    """Whether two ways of reaching somebody are the same, however they are written: spaces and dashes say nothing, nor does a country's code."""
    first, second = (_bare(text) for text in (one, other))
    return bool(first) and first == second


def _bare(text: str | None) -> str:
    text = (text or "").strip().casefold()
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits[-11:] if len(digits) >= 7 else text
