"""Bills of the demo: one at each stage, and one that was dunned too late. All invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BillStory:
    """A bill of `kind` over `yuan`, to be paid in `due` days (negative: ago), entered 30 days before that or 20 days ago; `steps`: act → days ago."""

    kind: str
    yuan: int
    due: int
    steps: dict[str, int]


TOLD_FOR = 6
"""Days ahead of a notice that lie up to the last payment day it names."""
BILLS = (
    BillStory("electricity", 126, 9, {}),
    BillStory("water", 58, 2, {}),
    BillStory("gas", 73, -5, {"sms": 3}),
    BillStory("electricity", 210, -14, {"sms": 12}),
    BillStory("heating", 1_640, -43, {"sms": 40, "phone": 38}),
    BillStory("water", 95, -52, {"sms": 48, "phone": 45, "notice": 20, "suspend": 4}),
    BillStory("property_fee", 1_080, -60, {"sms": 55, "phone_failed": 53, "phone": 52}),
    BillStory("gas", 61, -8, {"pay": 10}),
)
