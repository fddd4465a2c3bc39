"""The rulebook: every clause of the four documents as data, one YAML file a domain, strictly loaded."""

from core.rulebook.loader import RulebookError, load_rulebook, read_rulebook
from core.rulebook.shapes import (
    UNDATED,
    Cadence,
    Clause,
    Dated,
    Limit,
    Rulebook,
    Source,
    Text,
    Threshold,
    not_yet_enforced,
)

__all__ = [
    "UNDATED",
    "Cadence",
    "Clause",
    "Dated",
    "Limit",
    "Rulebook",
    "RulebookError",
    "Source",
    "Text",
    "Threshold",
    "load_rulebook",
    "not_yet_enforced",
    "read_rulebook",
]
