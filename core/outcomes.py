"""What became of matters, in numbers that hide nothing: each share with how many it is of, and three denominators side by side."""

from dataclasses import dataclass

from core.clocks import Tally

DENOMINATORS = ("closed", "due", "received")
"""On time of: the matters with a result; those and the overdue ones still open; all that came in."""
SHARES = ("paused", "suspended", "extended", "returned", "reopened", "joined")
"""Of all that came in: stood still at some time, were suspended for a reason, were given more time, were returned to the station head, were reopened,
are worked together with another."""
FIGURES = DENOMINATORS + SHARES
STANDINGS = ("missed", "overdue", "open", "unclocked", "met")
"""How a matter stands by the clocks that end it (core.measures.ending_clauses), the first that holds: one missed, one overdue and still open,
one running or standing still, none begun or void, all met."""


@dataclass(frozen=True)
class Outcome:
    """Matters received in a span. `tally` counts matters, not clocks: a reopened one is missed if any of its results was."""

    received: int
    tally: Tally
    paused: int
    suspended: int
    extended: int
    returned: int
    reopened: int
    joined: int

    def share(self, figure: str) -> tuple[int, int]:
        """(how many, of how many) of one of FIGURES."""
        if figure in DENOMINATORS:
            return self.tally.met, {"closed": self.tally.met + self.tally.missed, "due": self.tally.due, "received": self.received}[figure]
        return getattr(self, figure), self.received

    def __add__(self, other: "Outcome") -> "Outcome":
        tally = Tally(self.tally.met + other.tally.met, self.tally.missed + other.tally.missed, self.tally.overdue_open + other.tally.overdue_open)
        return Outcome(self.received + other.received, tally, *(getattr(self, one) + getattr(other, one) for one in SHARES))
