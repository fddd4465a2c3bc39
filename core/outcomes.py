"""What became of matters, in numbers that hide nothing: each share with how many it is of, and three denominators side by side."""

from dataclasses import dataclass

from core.clocks import Tally

DENOMINATORS = ("closed", "due", "received")
"""On time of: the matters with a result; those and the overdue ones still open; all that came in."""
SHARES = ("paused", "extended", "returned", "reopened")
"""Of all that came in: stood still at some time, were given more time, were returned to the station head, were reopened."""
FIGURES = DENOMINATORS + SHARES
STANDINGS = ("missed", "overdue", "open", "unclocked", "met")
"""How a matter stands by the clocks that end it (core.measures.ending_clauses), the first that holds: one missed, one overdue and still open,
one running or standing still, none begun or void, all met."""


@dataclass(frozen=True)
class Outcome:
    """Matters received in a span. `tally` counts matters, not clocks: a reopened one is missed if any of its results was. `extended` None:
    the desk keeps no record of extensions."""

    received: int
    tally: Tally
    paused: int
    returned: int
    reopened: int
    extended: int | None = None

    def share(self, figure: str) -> tuple[int, int] | None:
        """(how many, of how many) of one of FIGURES; None where it is not recorded."""
        if figure in DENOMINATORS:
            return self.tally.met, {"closed": self.tally.met + self.tally.missed, "due": self.tally.due, "received": self.received}[figure]
        found = getattr(self, figure)
        return None if found is None else (found, self.received)

    def __add__(self, other: "Outcome") -> "Outcome":
        tally = Tally(self.tally.met + other.tally.met, self.tally.missed + other.tally.missed, self.tally.overdue_open + other.tally.overdue_open)
        extended = None if self.extended is None or other.extended is None else self.extended + other.extended
        return Outcome(self.received + other.received, tally, self.paused + other.paused, self.returned + other.returned, self.reopened + other.reopened, extended)
