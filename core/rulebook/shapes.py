"""What a clause is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

DOCUMENTS = ("HB", "WS", "FS", "NP", "default")
SHAPES = ("clock", "measure", "record")
LIMIT_UNITS = ("minute", "hour", "day", "working_day", "month", "year")
SUBJECTS = ("resident", "grid", "community", "worker")
OPS = (">=", "<=", "between", "=")
# The documents name no day from which they hold: values stand from before any record an office brings.
UNDATED = date(2000, 1, 1)

Number = float | Fraction
Names = Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A place in a document: HB, WS, FS, NP, or `default` for a figure that is the product's own."""

    document: str
    section: str

    def __str__(self) -> str:
        return f"{self.document} {self.section}".strip()


@dataclass(frozen=True)
class Limit:
    """`n` units within which something must happen, or before the end of which it may not (`not_before`).

    `warn` is the point at which it is due soon: a share of the period, or a Limit that is still left; None takes the product's default.
    """

    n: int
    unit: str
    kind: str = "within"
    warn: "float | Limit | None" = None


@dataclass(frozen=True)
class Cadence:
    """`act` at least `times` in every calendar period `per`, for each `subject`."""

    times: int
    per: str
    act: str
    subject: str


@dataclass(frozen=True)
class Threshold:
    """A value `op` `figure` (a pair for 'between', both ends included), in `unit`; shares are 0..1. `about` is the figure aimed at."""

    op: str
    figure: Number | tuple[Number, Number]
    unit: str
    about: Number | None = None

    def reached_by(self, value: Number) -> bool:
        """Whether `value` satisfies the clause. A float is compared with the float nearest to the figure: 40 / 60 reaches 2/3."""
        low, high = self.figure if self.op == "between" else (self.figure, self.figure)
        if isinstance(value, float):
            low, high = float(low), float(high)
        return (self.op == "<=" or value >= low) and (self.op == ">=" or value <= high)


@dataclass(frozen=True)
class Text:
    """A figure that is a sentence, not a number."""


Figure = Limit | Cadence | Threshold | Text


@dataclass(frozen=True)
class Dated:
    """What a clause says from `from_` on (a local date; UNDATED: the document names none). `figure` None means repealed. `text` is the
    figure as people read it; `parts` are further figures by name; `is_default`: the figure is the product's own, the document gives none."""

    from_: date
    figure: Figure | None
    text: Names = field(default_factory=dict)
    is_default: bool = False
    parts: Mapping[str, Limit | Cadence | Threshold] = field(default_factory=dict)


@dataclass(frozen=True)
class Clause:
    """One line of the documents. `section` 1–7 as in the rulebook; `starts`, `stops` and `pauses` are event names (words rulebook.event.*);
    `desk` names the views that enforce it, None: none does yet."""

    id: str
    section: int
    shape: str
    title: Names
    sources: tuple[Source, ...]
    values: tuple[Dated, ...]
    starts: str | None = None
    stops: str | None = None
    pauses: str | None = None
    desk: tuple[str, ...] | None = None
    file: str = ""

    @property
    def source(self) -> Source:
        """The first, principal source."""
        return self.sources[0]

    @property
    def figure(self) -> Names:
        """The newest figure in words, {'zh', 'en'}."""
        return next(dated.text for dated in reversed(self.values) if dated.figure is not None)

    def on(self, day: date) -> Dated | None:
        """What the clause says on the local date `day`; None before its first value and while repealed."""
        found = None
        for dated in self.values:
            if dated.from_ <= day:
                found = dated
        return found if found and found.figure is not None else None


class Rulebook(Mapping[str, Clause]):
    """All clauses by id, by section and then by domain."""

    def __init__(self, clauses: Mapping[str, Clause]):
        self._clauses = dict(clauses)

    def __getitem__(self, clause_id: str) -> Clause:
        return self._clauses[clause_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)


def not_yet_enforced(rulebook: Rulebook) -> tuple[str, ...]:
    """Ids of the clauses that no view enforces."""
    return tuple(clause.id for clause in rulebook.values() if clause.desk is None)
